//! The part of a WebSocket API's events that is read: of its routes, and of its authorizer.

use std::collections::BTreeMap;

use chat::UserId;
use chat::connections::ConnectionId;
use serde::Deserialize;
use serde_json::Value;

use crate::Failure;

/// Something that happened to a connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    request_context: RequestContext,
    query_string_parameters: Option<BTreeMap<String, String>>,
    /// The frame that the client sent.
    body: Option<String>,
    /// The authorizer's events have it: what may be invoked.
    method_arn: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    route_key: String,
    connection_id: Option<String>,
    authorizer: Option<Authorizer>,
}

/// What our own authorizer said when the connection was opened; every later event repeats it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authorizer {
    user_id: Option<String>,
}

impl Event {
    pub(crate) fn parse(event: Value) -> Result<Event, Failure> {
        serde_json::from_value(event).map_err(|error| Failure::Event(error.to_string()))
    }

    /// `authorize`, or the route's key.
    pub(crate) fn route(&self) -> &'static str {
        match self.request_context.route_key.as_str() {
            _ if self.method_arn.is_some() => "authorize",
            "$connect" => "$connect",
            "$disconnect" => "$disconnect",
            "sendpost" => "sendpost",
            _ => "$default",
        }
    }

    /// For the log: the user's id.
    pub(crate) fn user(&self) -> Option<String> {
        self.request_context.authorizer.as_ref()?.user_id.clone()
    }

    /// Who is connected: the ticket said so, and nothing else does.
    pub(crate) fn caller(&self) -> Result<UserId, Failure> {
        let user = self.user().ok_or_else(|| Failure::Event("no authorizer named the user".into()))?;
        Ok(user.parse()?)
    }

    pub(crate) fn connection(&self) -> Result<ConnectionId, Failure> {
        let id = self.request_context.connection_id.as_deref();
        Ok(id.ok_or_else(|| Failure::Event("it has no connectionId".into()))?.parse()?)
    }

    pub(crate) fn method_arn(&self) -> Option<&str> {
        self.method_arn.as_deref()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name).map(String::as_str)
    }

    pub(crate) fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}
