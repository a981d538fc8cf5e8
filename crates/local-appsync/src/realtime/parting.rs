//! How connections end: with a close frame that says why, if the client still listens.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::time::timeout;

use super::frames::{Problem, ServerFrame};
use super::outbox::Ending;
use crate::caller::Refused;

/// How long the server waits for a client that has already been told, or will be told, that it is over.
pub(super) const PARTING: Duration = Duration::from_secs(3);

/// Why a connection ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// The client closed it or is gone.
    Gone,
    /// The client sent something that is no WebSocket message within the limits.
    Unreadable,
    Expired,
    ServerCloses,
    By(Ending),
}

/// Tells a client that may not connect. Some listen only once they have sent their first frame, so it is awaited.
pub(super) async fn refuse(socket: &mut WebSocket, refused: Refused) {
    _ = timeout(PARTING, socket.recv()).await;
    let problem = Problem::new(&refused.error_type, refused.message).with_code(refused.status);
    _ = timeout(PARTING, socket.send(ServerFrame::connection_error(problem).into_message())).await;
    close(socket, close_code::POLICY, "Unauthorized").await;
}

pub(super) async fn part(socket: &mut WebSocket, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Unreadable => (close_code::SIZE, "The frame is too large or malformed"),
        End::Expired => (close_code::POLICY, "The authorization has expired"),
        End::ServerCloses => (close_code::AWAY, "The server is shutting down"),
        End::By(Ending::TooSlow) => (close_code::AGAIN, "The client reads too slowly"),
        End::By(Ending::Invalidated) => (close_code::NORMAL, "Subscription complete."),
    };
    close(socket, code, reason).await;
}

/// Says goodbye, and waits a little for the answer, so that the frame is not lost with the connection.
async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let goodbye = async {
        socket
            .send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) })))
            .await?;
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<(), axum::Error>(())
    };
    _ = timeout(PARTING, goodbye).await;
}
