//! How connections end: with a close frame that says why, if the client still listens.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::SinkExt;
use tokio::sync::watch;
use tokio::time::timeout;

use super::frames::{Problem, ServerFrame, send};
use super::outbox::{Ending, Outbox};
use crate::caller::Refused;

/// How long the server waits for a client that has already been told, or will be told, that it is over.
const PARTING: Duration = Duration::from_secs(3);

/// How long it waits, when it stops, for the answer to a goodbye that is written: somebody may wait for it to be gone.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why a connection ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// The client is gone.
    Gone,
    /// The client said goodbye.
    Closed,
    /// The client sent something that is no WebSocket message within the limits: the close code and its reason.
    Unreadable(u16, &'static str),
    Expired,
    ServerCloses,
    By(Ending),
}

impl End {
    /// The codes of <https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1>. The library hides its errors' types.
    pub(super) fn unreadable(error: &axum::Error) -> End {
        let error = error.to_string();
        if error.contains("too long") {
            End::Unreadable(close_code::SIZE, "The frame is too large")
        } else if error.contains("UTF-8") {
            End::Unreadable(close_code::INVALID, "The frame is not UTF-8")
        } else {
            End::Unreadable(close_code::PROTOCOL, "The frame is malformed")
        }
    }
}

/// Tells a client that may not connect. Some listen only once they have sent their first frame, so it is awaited.
pub(super) async fn refuse(socket: &mut WebSocket, refused: Refused, mut closing: watch::Receiver<bool>) {
    tokio::select! {
        _ = timeout(PARTING, socket.recv()) => {}
        _ = closing.wait_for(|is_closing| *is_closing) => {}
    }
    let problem = Problem::new(&refused.error_type, refused.message).with_code(refused.status);
    let told = async {
        socket.send(ServerFrame::connection_error(problem).into_message()).await?;
        close(socket, close_code::POLICY, "Unauthorized", LAST_WORDS).await
    };
    _ = timeout(PARTING, told).await;
}

/// Says goodbye, after what the client is still to hear.
pub(super) async fn part(socket: &mut WebSocket, outbox: &Outbox, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Closed => {
            // The library has an answer ready, without which the client takes it for a lost connection:
            // <https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1>
            _ = timeout(PARTING, socket.flush()).await;
            return;
        }
        End::Unreadable(code, reason) => (code, reason),
        End::Expired => (close_code::POLICY, "The authorization has expired"),
        End::ServerCloses => (close_code::AWAY, "The server is shutting down"),
        End::By(Ending::TooSlow) => (close_code::AGAIN, "The client reads too slowly"),
        End::By(Ending::Invalidated) => (close_code::NORMAL, "Subscription complete."),
    };
    let patience = if matches!(end, End::ServerCloses) { LAST_WORDS } else { PARTING };
    let goodbye = async {
        // Whoever published these events was told that they are out, and whoever is invalidated which subscription
        // it was.
        if matches!(end, End::ServerCloses | End::By(Ending::Invalidated)) {
            send(socket, outbox, usize::MAX).await?;
        }
        close(socket, code, reason, patience).await
    };
    // However it ends, so does the connection.
    _ = timeout(PARTING, goodbye).await;
}

/// Writes a close frame, and waits a little for the answer, so that the frame is not lost with the connection.
async fn close(
    socket: &mut WebSocket,
    code: u16,
    reason: &'static str,
    patience: Duration,
) -> Result<(), axum::Error> {
    socket.send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))).await?;
    let answered = async { while let Some(Ok(_)) = socket.recv().await {} };
    // Those who do not answer have been told nevertheless.
    _ = timeout(patience, answered).await;
    Ok(())
}
