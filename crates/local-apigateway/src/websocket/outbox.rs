//! The messages that wait for one client: few enough to bound memory, and never skipped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::ws::Message;
use tokio::sync::{mpsc, watch};

use super::definition::Limits;

/// Where messages for a client are put, from anywhere.
#[derive(Clone)]
pub(super) struct Outbox {
    messages: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

/// Where the connection takes them from.
pub(super) struct Waiting {
    messages: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
}

struct Shared {
    waiting_bytes: AtomicUsize,
    most_bytes: usize,
    ending: watch::Sender<Option<Ending>>,
}

/// Why somebody else than the client ends the connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ending {
    /// It does not read.
    TooSlow,
    /// `DELETE @connections/{id}`
    Deleted,
}

/// There is no room: the client reads too slowly and loses its connection.
#[derive(Debug, PartialEq)]
pub(super) struct Full;

pub(super) fn outbox(limits: &Limits) -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::channel(limits.waiting_messages.max(1));
    let shared = Arc::new(Shared {
        waiting_bytes: AtomicUsize::new(0),
        most_bytes: limits.waiting_bytes,
        ending: watch::Sender::new(None),
    });
    (Outbox { messages: sender, shared: Arc::clone(&shared) }, Waiting { messages: receiver, shared })
}

impl Outbox {
    /// Never waits.
    pub(super) fn put(&self, message: Message) -> Result<(), Full> {
        let bytes = length(&message);
        let waiting = self.shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        if waiting + bytes > self.shared.most_bytes || self.messages.try_send(message).is_err() {
            self.end(Ending::TooSlow);
            return Err(Full);
        }
        Ok(())
    }

    pub(super) fn end(&self, ending: Ending) {
        self.shared.ending.send_if_modified(|first| first.replace(ending).is_none());
    }
}

impl Waiting {
    pub(super) async fn take(&mut self) -> Option<Message> {
        let message = self.messages.recv().await?;
        self.shared.waiting_bytes.fetch_sub(length(&message), Ordering::Relaxed);
        Some(message)
    }

    /// What waits already.
    pub(super) fn take_ready(&mut self) -> Option<Message> {
        self.messages.try_recv().ok()
    }

    /// Waits until the connection is to end. Borrows nothing, so that messages can be taken meanwhile.
    pub(super) fn ending(&self) -> impl Future<Output = Ending> + use<> {
        let mut ending = self.shared.ending.subscribe();
        async move {
            match ending.wait_for(Option::is_some).await.map(|ending| *ending) {
                Ok(Some(ending)) => ending,
                _ => std::future::pending().await,
            }
        }
    }
}

fn length(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}
