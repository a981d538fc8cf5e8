//! The frames of the realtime protocol: JSON texts.

use std::future::poll_fn;
use std::sync::Arc;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures::SinkExt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::outbox::Outbox;
use crate::error::GraphQlError;
use crate::object::Object;

/// What a client sends.
#[derive(Debug, Deserialize)]
pub(super) struct ClientFrame {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) payload: Option<Value>,
}

/// The `payload` of a `start` frame.
#[derive(Debug, Deserialize)]
pub(super) struct StartPayload {
    /// A GraphQL request as JSON.
    pub(super) data: String,
    #[serde(default)]
    pub(super) extensions: Object<StartExtensions>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct StartExtensions {
    /// A header object, as when connecting.
    #[serde(default)]
    pub(super) authorization: Map<String, Value>,
}

/// What the server sends.
#[derive(Debug, Clone)]
pub(super) enum ServerFrame {
    /// Anything that is sent once.
    Text(String),
    /// An event, whose payload is shared with every subscription that gets the same.
    Data { id: SubscriptionId, payload: Arc<str> },
}

/// The client's name for a subscription on its connection, as a JSON string.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SubscriptionId(Arc<str>);

impl SubscriptionId {
    pub(super) fn new(id: &str) -> SubscriptionId {
        SubscriptionId(Value::from(id).to_string().into())
    }

    /// As the client wrote it.
    pub(super) fn name(&self) -> String {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl ServerFrame {
    pub(super) fn connection_ack() -> ServerFrame {
        ServerFrame::Text(
            json!({"type": "connection_ack", "payload": {"connectionTimeoutMs": 300_000}}).to_string(),
        )
    }

    pub(super) fn keep_alive() -> ServerFrame {
        ServerFrame::Text(r#"{"type":"ka"}"#.to_owned())
    }

    pub(super) fn connection_error(problem: Problem) -> ServerFrame {
        ServerFrame::Text(json!({"type": "connection_error", "payload": {"errors": [problem]}}).to_string())
    }

    pub(super) fn start_ack(id: &SubscriptionId) -> ServerFrame {
        ServerFrame::Text(format!(r#"{{"id":{},"type":"start_ack"}}"#, id.0))
    }

    pub(super) fn complete(id: &SubscriptionId) -> ServerFrame {
        ServerFrame::Text(format!(r#"{{"id":{},"type":"complete"}}"#, id.0))
    }

    /// Without an id, the frame was too broken to say what it was about.
    pub(super) fn error(id: Option<&SubscriptionId>, problems: &[Problem]) -> ServerFrame {
        let payload = json!({"errors": problems});
        ServerFrame::Text(match id {
            Some(id) => format!(r#"{{"id":{},"type":"error","payload":{payload}}}"#, id.0),
            None => format!(r#"{{"type":"error","payload":{payload}}}"#),
        })
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            ServerFrame::Text(text) => text.len(),
            ServerFrame::Data { id, payload } => id.0.len() + payload.len(),
        }
    }

    pub(super) fn into_message(self) -> Message {
        let text = match self {
            ServerFrame::Text(text) => text,
            // Of exactly its length, so that it becomes a message without another allocation.
            ServerFrame::Data { id, payload } => {
                [r#"{"id":"#, &id.0, r#","type":"data","payload":"#, &payload, "}"].concat()
            }
        };
        Message::Text(Utf8Bytes::from(text))
    }
}

/// An entry of the `errors` of an `error` or `connection_error` frame.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<u16>,
}

impl Problem {
    pub(super) fn new(error_type: &str, message: impl Into<String>) -> Problem {
        Problem { error_type: Some(error_type.to_owned()), message: message.into(), error_code: None }
    }

    pub(super) fn error_type(&self) -> Option<&str> {
        self.error_type.as_deref()
    }

    pub(super) fn with_code(self, error_code: u16) -> Problem {
        Problem { error_code: Some(error_code), ..self }
    }
}

impl From<&GraphQlError> for Problem {
    fn from(error: &GraphQlError) -> Problem {
        let error_type = error.error_type().map(str::to_owned);
        Problem { error_type, message: error.message.clone(), error_code: None }
    }
}

/// Writes what waits for a client, at most so many frames, before the socket is flushed. Dropped halfway, it has lost
/// no frame.
pub(super) async fn send(socket: &mut WebSocket, outbox: &Outbox, most: usize) -> Result<(), axum::Error> {
    for _ in 0..most {
        poll_fn(|context| socket.poll_ready_unpin(context)).await?;
        let Some(frame) = outbox.take() else {
            break;
        };
        socket.start_send_unpin(frame.into_message())?;
    }
    socket.flush().await
}
