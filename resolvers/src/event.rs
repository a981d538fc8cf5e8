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
        self.identity
            .as_ref()
            .and_then(|identity| identity.sub.clone())
            .unwrap_or_else(|| "-".into())
    }

    /// Who calls: the token says so, never the arguments.
    pub(crate) fn caller(&self) -> Result<UserId, Failure> {
        let sub = self
            .identity
            .as_ref()
            .and_then(|identity| identity.sub.as_deref());
        let sub = sub.ok_or(Error::Forbidden(
            "Sign in as a user: this field needs a user pool token.",
        ))?;
        Ok(sub.parse()?)
    }

    /// The arguments, as the field's own type. AppSync has checked them against the schema already.
    pub(crate) fn arguments<T: DeserializeOwned>(self) -> Result<T, Failure> {
        serde_json::from_value(self.arguments)
            .map_err(|error| Error::InvalidInput(format!("the arguments do not fit: {error}")).into())
    }
}
