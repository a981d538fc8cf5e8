//! Grants: a resource gives a role exactly the actions on exactly the ARNs that a use of it needs, and a function
//! also the environment variable by which its code finds the resource.
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

#[cfg(feature = "s3")]
mod bucket;
#[cfg(feature = "lambda")]
mod function;
#[cfg(feature = "appsync")]
mod graphql;
#[cfg(feature = "ssm")]
mod parameter;
#[cfg(feature = "sqs")]
mod queue;
#[cfg(feature = "iam")]
mod role;
#[cfg(feature = "secretsmanager")]
mod secret;
#[cfg(feature = "apigatewayv2")]
mod socket;
#[cfg(feature = "dynamodb")]
mod table;
#[cfg(feature = "sns")]
mod topic;
#[cfg(feature = "cognito")]
mod user_pool;

use crate::policy::Statement;
use crate::value::Value;

/// Whoever can be given permissions: a role that is not yet in the template, or a function with one.
pub trait Grantee {
    /// Adds a statement to its permissions.
    fn grant(&mut self, statement: Statement);

    /// Tells it where the resource is: an environment variable that bears the resource's logical id in capitals,
    /// `ChatTable` → `CHAT_TABLE`. Several grants of one resource tell the same. Roles have none.
    fn variable(&mut self, name: &str, value: Value<String>) {
        let _ = (name, value);
    }
}

/// A logical id as the name of an environment variable: `ChatTable` → `CHAT_TABLE`, `WebACLLogs2` → `WEB_ACL_LOGS2`
#[allow(dead_code, reason = "there is nothing to name without a service")]
fn variable_name(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    let mut name = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let ends_capitals = before.is_some_and(|before| before.is_uppercase())
            && letters.get(at + 1).is_some_and(|after| after.is_lowercase());
        let starts_word = before.is_some_and(|before| !before.is_uppercase()) || ends_capitals;
        if letter.is_uppercase() && starts_word {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::variable_name;

    #[test]
    fn variables_are_logical_ids_in_capitals() {
        for (id, name) in [
            ("ChatTable", "CHAT_TABLE"),
            ("UploadsBucket", "UPLOADS_BUCKET"),
            ("Table", "TABLE"),
            ("WebACLLogs2", "WEB_ACL_LOGS2"),
            ("S3Files", "S3_FILES"),
        ] {
            assert_eq!(variable_name(id), name);
        }
    }
}
