//! `sendpost`: a post is stored first, then sent to everybody else who is connected.

use chat::connections::{self, Connection, ConnectionId};
use chat::posts::{self, Post};
use chat::{ClientId, Error, Text, UserId};
use futures::stream::{self, StreamExt as _};
use serde::Deserialize;
use serde_json::Value;

use crate::callbacks::{Callbacks, Undelivered};
use crate::event::Event;
use crate::{App, Failure, frame};

/// So many frames are under way at once: each waits for API Gateway some milliseconds.
const AT_ONCE: usize = 64;

/// `{ action: "sendpost", text, clientId? }`. What else is in it, such as a sender, does not count.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame {
    text: String,
    client_id: Option<String>,
}

/// Answers the sender with a `sent` or an `error` frame. A repeat with the same clientId stores nothing, but is
/// sent to the others again: the first may have failed between the two.
pub(crate) async fn sendpost(app: &App, event: &Event) -> Result<(), Failure> {
    let callbacks = app.callbacks()?;
    let sender = Connection { user: event.caller()?, id: event.connection()? };
    match store(app, sender.user, event.body()).await {
        Ok(post) => {
            let answer = frame::sent(&post);
            tokio::join!(
                deliver(app, callbacks, &sender, &answer),
                broadcast(app, callbacks, &sender.id, &post)
            );
        }
        Err(error) => {
            match &error {
                Error::Internal(cause) => tracing::error!(user = %sender.user, ?cause, "nothing was posted"),
                refused => tracing::info!(user = %sender.user, refused = refused.kind()),
            }
            let client_id = client_id(event.body());
            deliver(app, callbacks, &sender, &frame::error(&error, client_id.as_deref())).await;
        }
    }
    Ok(())
}

async fn store(app: &App, caller: UserId, body: &str) -> Result<Post, Error> {
    let frame: Frame = serde_json::from_str(body).map_err(|error| {
        Error::InvalidInput(format!("send {{ action, text, clientId }}, the last if you like: {error}"))
    })?;
    let client_id: Option<ClientId> = frame.client_id.map(|id| id.parse()).transpose()?;
    posts::write(&app.store, caller, client_id.as_ref(), &Text::new(frame.text)?).await
}

/// To everybody but the connection that it came from. The post is stored: whom it does not reach finds it in
/// the feed.
async fn broadcast(app: &App, callbacks: &Callbacks, from: &ConnectionId, post: &Post) {
    let connections = match connections::list(&app.store).await {
        Ok(connections) => connections,
        Err(error) => return tracing::error!(post = %post.id, cause = ?error, "not sent to anybody"),
    };
    let frame = frame::post(post);
    let others = connections.into_iter().filter(|connection| connection.id != *from);
    stream::iter(others)
        .for_each_concurrent(AT_ONCE, |other| {
            let frame = &frame;
            async move { deliver(app, callbacks, &other, frame).await }
        })
        .await;
}

/// Sends the frame, and forgets the connection if there is none any more.
pub(crate) async fn deliver(app: &App, callbacks: &Callbacks, to: &Connection, frame: &[u8]) {
    match callbacks.send(&to.id, frame).await {
        Ok(()) => {}
        Err(Undelivered::Gone) => {
            if let Err(error) = connections::close(&app.store, to.user, &to.id).await {
                tracing::warn!(connection = %to.id, cause = ?error, "gone, and not forgotten yet");
            }
        }
        Err(Undelivered::Failed(cause)) => {
            tracing::warn!(connection = %to.id, user = %to.user, cause, "a frame was not delivered");
        }
    }
}

/// The frame's own clientId, if it has one that can be told back.
pub(crate) fn client_id(body: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(body).ok()?;
    let id = frame.get("clientId")?.as_str()?;
    id.parse::<ClientId>().is_ok().then(|| id.to_owned())
}
