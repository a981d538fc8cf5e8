//! The events of connections and messages.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html>

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::WebSocketApi;
use crate::event::{Pairs, or_null, request_time, short_id};

/// What is known of a client, from its upgrade request on.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) connection_id: String,
    pub(super) connected_at: Timestamp,
    pub(super) stage: String,
    pub(super) source_ip: String,
    pub(super) user_agent: Option<String>,
    /// What its authorizer said; part of every event.
    pub(super) authorizer: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum EventType {
    Connect,
    Message,
    Disconnect,
}

impl Client {
    /// `requestContext`, with a request id of its own.
    pub(super) fn context(&self, api: &WebSocketApi, route_key: &str, kind: EventType) -> Map<String, Value> {
        let (time, epoch_ms) = request_time(Timestamp::now());
        let request_id = short_id();
        let mut identity = Map::new();
        if let Some(user_agent) = &self.user_agent {
            identity.insert("userAgent".to_owned(), user_agent.as_str().into());
        }
        identity.insert("sourceIp".to_owned(), self.source_ip.as_str().into());
        let context = json!({
            "routeKey": route_key,
            "eventType": match kind {
                EventType::Connect => "CONNECT",
                EventType::Message => "MESSAGE",
                EventType::Disconnect => "DISCONNECT",
            },
            "extendedRequestId": request_id,
            "requestTime": time,
            "messageDirection": "IN",
            "stage": self.stage,
            "connectedAt": self.connected_at.as_millisecond(),
            "requestTimeEpoch": epoch_ms,
            "identity": identity,
            "requestId": request_id,
            "domainName": api.definition.domain_name,
            "connectionId": self.connection_id,
            "apiId": api.definition.api_id,
        });
        let Value::Object(mut context) = context else { return Map::new() };
        if kind == EventType::Message {
            context.insert("messageId".to_owned(), short_id().into());
        }
        if let Some(authorizer) = &self.authorizer {
            context.insert("authorizer".to_owned(), authorizer.clone().into());
        }
        context
    }
}

/// An event with the headers and query of an upgrade request, or of what stands for one.
pub(super) fn with_request(
    context: Map<String, Value>,
    headers: &Pairs,
    query: &Pairs,
    stage_variables: Map<String, Value>,
) -> Map<String, Value> {
    let mut event = Map::new();
    event.insert("headers".to_owned(), headers.single().into());
    event.insert("multiValueHeaders".to_owned(), headers.multiple().into());
    if !query.0.is_empty() {
        event.insert("queryStringParameters".to_owned(), query.single().into());
        event.insert("multiValueQueryStringParameters".to_owned(), query.multiple().into());
    }
    if let variables @ Value::Object(_) = or_null(stage_variables) {
        event.insert("stageVariables".to_owned(), variables);
    }
    event.insert("requestContext".to_owned(), context.into());
    event.insert("isBase64Encoded".to_owned(), false.into());
    event
}
