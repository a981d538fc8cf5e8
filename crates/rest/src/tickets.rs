//! `/tickets`: what opens a WebSocket, since a browser can set no header on it.

use chat::tickets::{self, Issued};
use chat::{Error, UserId};
use serde::Serialize;

use crate::App;
use crate::answer::Answer;

#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    issued: Issued,
    /// To be opened as it is.
    url: String,
}

/// `POST /tickets`: `{ ticket, expiresAt, url }`.
pub(crate) async fn create(app: &App, caller: UserId) -> Result<Answer, Error> {
    let issued = tickets::create(&app.store, caller).await?;
    let url = format!("{}?ticket={}", app.websocket_url, issued.ticket.as_str());
    Answer::new(201, &Created { issued, url })
}
