//! The frames that clients get: JSON with a `type`.

use chat::Error;
use chat::posts::Post;
use serde_json::{Value, json};

/// `{ type: "post", post }`: somebody has posted something. It may come twice; clients merge by the post's id.
pub(crate) fn post(post: &Post) -> Vec<u8> {
    bytes(&json!({ "type": "post", "post": post }))
}

/// `{ type: "sent", post }`: what the client itself has posted is stored.
pub(crate) fn sent(post: &Post) -> Vec<u8> {
    bytes(&json!({ "type": "sent", "post": post }))
}

/// `{ type: "error", error, message, clientId }`: why the frame with this clientId, if it had one, has no effect.
pub(crate) fn error(error: &Error, client_id: Option<&str>) -> Vec<u8> {
    bytes(&json!({
        "type": "error",
        "error": error.kind(),
        "message": error.to_string(),
        "clientId": client_id,
    }))
}

fn bytes(frame: &Value) -> Vec<u8> {
    frame.to_string().into_bytes()
}
