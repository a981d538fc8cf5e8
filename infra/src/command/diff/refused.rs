//! Changes that AWS refuses where the specification says that they update the resource as it stands.

use serde_json::Value as Json;

use super::values::Change;

/// Why AWS refuses this change of a resource that is there; `None` where it does not.
///
/// How people sign in to a user pool, and whether case counts, is decided when the pool is made; attributes may be
/// added, never changed or removed.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>,
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-case-sensitivity.html>
pub(super) fn why(kind: &str, property: &str, change: &Change) -> Option<&'static str> {
    if kind != "AWS::Cognito::UserPool" {
        return None;
    }
    let is_order = matches!((&change.old, &change.new), (Some(Json::Array(_)), Some(Json::Array(_))));
    match property.split('.').next()? {
        "AliasAttributes" | "UsernameAttributes" | "UsernameConfiguration" if !is_order => {
            Some("Cognito never changes how people sign in: it takes another pool, under another logical id")
        }
        "Schema" if !is_order && (change.old.is_some() || property != "Schema") => {
            Some("Cognito adds attributes, and never changes or removes one")
        }
        _ => None,
    }
}
