//! Grants: a resource gives a role exactly the actions on exactly the ARNs that a use of it needs.
//!
//! ```
//! # use cfn::{Template, PolicyDocument, dynamodb, iam, prelude::*};
//! # let mut template = Template::new("Photos");
//! # let key = dynamodb::KeySchema::new().attribute_name("id").key_type(dynamodb::KeyType::Hash);
//! # let table = template.add("Table", dynamodb::Table::new().key_schema([key]));
//! let trust = PolicyDocument::trusting_service("lambda.amazonaws.com");
//! let mut role = iam::Role::new().assume_role_policy_document(trust);
//! table.grant_read_write(&mut role);
//! let role = template.add("FunctionRole", role);
//! ```

use crate::policy::Statement;

/// Whoever can be given permissions: a role that is not yet in the template.
pub trait Grantee {
    /// Adds a statement to its permissions.
    fn grant(&mut self, statement: Statement);
}

#[cfg(feature = "iam")]
mod role {
    use serde_json::{Value as Json, json};

    use super::Grantee;
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
            if let Some(Json::Array(statements)) =
                inline.map(|policy| &mut policy["PolicyDocument"]["Statement"])
            {
                statements.push(statement.to_json());
            }
        }
    }
}

#[cfg(feature = "dynamodb")]
mod table {
    use super::Grantee;
    use crate::action::Action;
    use crate::dynamodb::Table;
    use crate::policy::Statement;
    use crate::resource::Handle;
    use crate::{actions, sub};

    impl Handle<Table> {
        /// Exactly these actions on the table itself.
        pub fn grant(&self, actions: impl Into<Vec<Action>>, grantee: &mut impl Grantee) {
            grantee.grant(Statement::allow(actions).on([self.arn()]));
        }

        /// Single reads, batches, and queries, also of indexes; no scan.
        pub fn grant_read(&self, grantee: &mut impl Grantee) {
            self.grant(actions!["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"], grantee);
            self.grant_query_of_indexes(grantee);
        }

        /// What [`grant_read`](Self::grant_read) gives, and writes, alone and in transactions.
        pub fn grant_read_write(&self, grantee: &mut impl Grantee) {
            let actions = actions![
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:Query",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:ConditionCheckItem",
            ];
            self.grant(actions, grantee);
            self.grant_query_of_indexes(grantee);
        }

        fn grant_query_of_indexes(&self, grantee: &mut impl Grantee) {
            grantee.grant(Statement::allow(actions!["dynamodb:Query"]).on([sub!("{}/index/*", self.arn())]));
        }
    }
}

#[cfg(feature = "s3")]
mod bucket {
    use super::Grantee;
    use crate::actions;
    use crate::intrinsic::sub;
    use crate::policy::Statement;
    use crate::resource::Handle;
    use crate::s3::Bucket;
    use crate::value::Value;

    impl Handle<Bucket> {
        /// The ARN of the objects whose keys match, such as `rooms/*`. IAM's policy variables may be used.
        #[must_use]
        pub fn objects(&self, keys: &str) -> Value<String> {
            sub("{}/{}", [self.arn(), Value::from(keys)])
        }

        /// Reading the objects whose keys match.
        pub fn grant_get(&self, keys: &str, grantee: &mut impl Grantee) {
            grantee.grant(Statement::allow(actions!["s3:GetObject"]).on([self.objects(keys)]));
        }

        /// Writing the objects whose keys match.
        pub fn grant_put(&self, keys: &str, grantee: &mut impl Grantee) {
            grantee.grant(Statement::allow(actions!["s3:PutObject"]).on([self.objects(keys)]));
        }
    }
}

#[cfg(feature = "lambda")]
mod function {
    use super::Grantee;
    use crate::lambda::Function;
    use crate::policy::Statement;
    use crate::resource::Handle;
    use crate::{actions, sub};

    impl Handle<Function> {
        /// Invoking the function, any version or alias of it.
        pub fn grant_invoke(&self, grantee: &mut impl Grantee) {
            let with_versions = [self.arn(), sub!("{}:*", self.arn())];
            grantee.grant(Statement::allow(actions!["lambda:InvokeFunction"]).on(with_versions));
        }
    }
}
