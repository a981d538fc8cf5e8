//! The part of AppSync's Context object that the resolvers read.

use chat::{Error, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Failure;

/// One field to resolve, for one caller.
#[derive(Debug, Deserialize)]
pub struct Event {
    #[serde(default)]
    arguments: Value,
    identity: Option<Identity>,
    info: Info,
    /// Set by our JavaScript resolvers, in front of this function: AppSync tells them of a failed call without
    /// its errorType, so they want answers and errors as a batch has them.
    #[serde(default)]
    wrapped: bool,
}

#[derive(Debug, Deserialize)]
struct Identity {
    /// A user of the user pool has one; an API key and an IAM role have none.
    sub: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    parent_type_name: String,
    field_name: String,
    #[serde(rename = "selectionSetGraphQL", default)]
    selection_set_graphql: String,
}

impl Event {
    pub(crate) fn parse(event: Value) -> Result<Event, Failure> {
        serde_json::from_value(event).map_err(|error| {
            Failure::internal(format!("not the Context object of a direct resolver: {error}"))
        })
    }

    /// As `Mutation.sendMessage`.
    pub(crate) fn field(&self) -> String {
        format!("{}.{}", self.info.parent_type_name, self.info.field_name)
    }

    /// For the log: the user's id, or `-`.
    pub(crate) fn user(&self) -> String {
        self.identity.as_ref().and_then(|identity| identity.sub.clone()).unwrap_or_else(|| "-".into())
    }

    /// Whether the answer is for a script, not for AppSync itself.
    pub(crate) fn is_wrapped(&self) -> bool {
        self.wrapped
    }

    /// Who calls: the token says so, never the arguments.
    pub(crate) fn caller(&self) -> Result<UserId, Failure> {
        let sub = self.identity.as_ref().and_then(|identity| identity.sub.as_deref());
        let sub = sub.ok_or(Error::Forbidden("Sign in as a user: this field needs a user pool token."))?;
        Ok(sub.parse()?)
    }

    /// Refuses aliases where the answer is published: AppSync publishes under the alias, so that
    /// `roomId: clientId` would carry a message into a room that its sender has never been in.
    pub(crate) fn without_aliases(&self) -> Result<(), Failure> {
        let is_published = self.info.parent_type_name == "Mutation";
        if is_published && has_alias(&self.info.selection_set_graphql) {
            return Err(Error::InvalidInput(format!(
                "select the fields of {} without aliases: subscribers would get them under the wrong names",
                self.info.field_name
            ))
            .into());
        }
        Ok(())
    }

    /// The arguments, as the field's own type. AppSync has checked them against the schema already.
    pub(crate) fn arguments<T: DeserializeOwned>(self) -> Result<T, Failure> {
        serde_json::from_value(self.arguments)
            .map_err(|error| Error::InvalidInput(format!("the arguments do not fit: {error}")).into())
    }
}

/// Fields below a mutation of ours take no arguments: outside of a directive's, a colon makes an alias.
fn has_alias(selection_set: &str) -> bool {
    let mut depth = 0_usize;
    selection_set.chars().any(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ':' && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_seen_at_any_depth() {
        for (selection, found) in [
            ("", false),
            ("{\n  id\n  sender {\n    name\n  }\n}", false),
            ("{\n  id @include(if: true)\n  ... on Message {\n    seq\n  }\n}", false),
            ("{\n  roomId: clientId\n}", true),
            ("{\n  sender {\n    id: name\n  }\n}", true),
            ("{\n  roomId : clientId @skip(if: false)\n}", true),
        ] {
            assert_eq!(has_alias(selection), found, "{selection}");
        }
    }
}
