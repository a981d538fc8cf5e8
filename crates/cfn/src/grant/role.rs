//! Roles are given permissions.

use serde_json::{Value as Json, json};

use crate::grant::Grantee;
use crate::iam::Role;
use crate::policy::Statement;

impl<HasAssumeRolePolicyDocument> Grantee for Role<HasAssumeRolePolicyDocument> {
    /// Into an inline policy of the role, which lives and dies with it.
    fn grant(&mut self, statement: Statement) {
        const INLINE: &str = "Grants";
        let policies = self.body.properties.0.entry("Policies").or_insert_with(|| json!([]));
        let Some(policies) = policies.as_array_mut() else {
            return;
        };
        if !policies.iter().any(|policy| policy["PolicyName"] == INLINE) {
            let document = json!({ "Version": "2012-10-17", "Statement": [] });
            policies.push(json!({ "PolicyName": INLINE, "PolicyDocument": document }));
        }
        let inline = policies.iter_mut().find(|policy| policy["PolicyName"] == INLINE);
        if let Some(Json::Array(statements)) = inline.map(|policy| &mut policy["PolicyDocument"]["Statement"])
        {
            statements.push(statement.to_json());
        }
    }
}
