//! The frames that wait for one client: few enough to bound memory, and never skipped.
//!
//! A client that does not read fast enough loses its connection rather than events: it will connect again and fetch
//! what it missed, whereas a hole it could not see.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{mpsc, watch};

use super::frames::ServerFrame;
use crate::definition::Limits;

/// Where frames for a client are put, from anywhere.
#[derive(Clone)]
pub(super) struct Outbox {
    frames: mpsc::Sender<ServerFrame>,
    shared: Arc<Shared>,
}

/// Where the connection takes them from.
pub(super) struct Waiting {
    frames: mpsc::Receiver<ServerFrame>,
    shared: Arc<Shared>,
}

struct Shared {
    number: u64,
    waiting_bytes: AtomicUsize,
    most_bytes: usize,
    ending: watch::Sender<Option<Ending>>,
}

/// Why somebody else ends the connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ending {
    TooSlow,
    Invalidated,
}

pub(super) fn outbox(limits: &Limits) -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::channel(limits.waiting_frames);
    static SO_FAR: AtomicU64 = AtomicU64::new(0);
    let shared = Arc::new(Shared {
        number: SO_FAR.fetch_add(1, Ordering::Relaxed) + 1,
        waiting_bytes: AtomicUsize::new(0),
        most_bytes: limits.waiting_bytes,
        ending: watch::Sender::new(None),
    });
    (Outbox { frames: sender, shared: shared.clone() }, Waiting { frames: receiver, shared })
}

impl Outbox {
    /// Which connection it is of: 1, 2, 3 … in this process.
    pub(super) fn number(&self) -> u64 {
        self.shared.number
    }

    /// Never waits.
    pub(super) fn put(&self, frame: ServerFrame) {
        let bytes = frame.bytes();
        let waiting = self.shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        if waiting + bytes > self.shared.most_bytes || self.frames.try_send(frame).is_err() {
            self.end(Ending::TooSlow);
        }
    }

    pub(super) fn end(&self, ending: Ending) {
        self.shared.ending.send_if_modified(|first| first.replace(ending).is_none());
    }
}

impl Waiting {
    /// Waits for a frame, then takes what else is there, so that all of it goes out in one write.
    pub(super) async fn take(&mut self) -> Vec<ServerFrame> {
        let mut frames = Vec::new();
        self.frames.recv_many(&mut frames, 64).await;
        let bytes = frames.iter().map(ServerFrame::bytes).sum();
        self.shared.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
        frames
    }

    /// Waits until the connection is to end. Borrows nothing, so that frames can be taken meanwhile.
    pub(super) fn ending(&self) -> impl Future<Output = Ending> + use<> {
        let mut ending = self.shared.ending.subscribe();
        async move {
            match ending.wait_for(Option::is_some).await.map(|ending| *ending) {
                Ok(Some(ending)) => ending,
                // All outboxes are gone, and with them the connection.
                _ => std::future::pending().await,
            }
        }
    }
}
