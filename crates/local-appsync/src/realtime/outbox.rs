//! The frames that wait for one client: few enough to bound memory, and never skipped.
//!
//! A client that does not read fast enough loses its connection rather than events: it will connect again and fetch
//! what it missed, whereas a hole it could not see.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::frames::ServerFrame;
use crate::definition::Limits;

/// Where frames for a client are put, from anywhere, and where its connection, which is one task, takes them from.
#[derive(Clone)]
pub(super) struct Outbox(Arc<Shared>);

struct Shared {
    number: u64,
    most_frames: usize,
    most_bytes: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<ServerFrame>,
    bytes: usize,
    ending: Option<Ending>,
    /// The connection's, while it waits.
    waker: Option<Waker>,
}

/// Why somebody else ends the connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ending {
    TooSlow,
    Invalidated,
}

/// What a queue may keep allocated when it is empty, in frames.
const SPARE_FRAMES: usize = 16;

impl Outbox {
    pub(super) fn new(limits: &Limits) -> Outbox {
        static SO_FAR: AtomicU64 = AtomicU64::new(0);
        Outbox(Arc::new(Shared {
            number: SO_FAR.fetch_add(1, Ordering::Relaxed) + 1,
            most_frames: limits.waiting_frames,
            most_bytes: limits.waiting_bytes,
            queue: Mutex::default(),
        }))
    }

    /// Which connection it is of: 1, 2, 3 … in this process.
    pub(super) fn number(&self) -> u64 {
        self.0.number
    }

    /// Never waits. Nothing follows once the connection is to end: after a frame that did not fit, the next would leave
    /// a hole, and whoever was told to go hears nothing more.
    pub(super) fn put(&self, frame: ServerFrame) {
        let mut queue = self.queue();
        if queue.ending.is_none() {
            self.push(&mut queue, frame);
        }
    }

    /// Ends the connection, even while a write waits for its client; what waits and this frame are its last. Others
    /// that end it for the same reason add theirs.
    pub(super) fn invalidate(&self, last: ServerFrame) {
        let mut queue = self.queue();
        if matches!(queue.ending, None | Some(Ending::Invalidated)) {
            self.push(&mut queue, last);
            queue.ending.get_or_insert(Ending::Invalidated);
        }
    }

    fn push(&self, queue: &mut Queue, frame: ServerFrame) {
        let bytes = queue.bytes + frame.bytes();
        if bytes > self.0.most_bytes || queue.frames.len() >= self.0.most_frames {
            queue.ending.get_or_insert(Ending::TooSlow);
        } else {
            queue.bytes = bytes;
            queue.frames.push_back(frame);
        }
        queue.wake();
    }

    /// The frame that has waited longest.
    pub(super) fn take(&self) -> Option<ServerFrame> {
        let mut queue = self.queue();
        let frame = queue.frames.pop_front()?;
        queue.bytes -= frame.bytes();
        if queue.frames.is_empty() {
            queue.frames.shrink_to(SPARE_FRAMES);
        }
        Some(frame)
    }

    /// Waits until there is a frame to take.
    pub(super) async fn filled(&self) {
        self.wait_for(|queue| (!queue.frames.is_empty()).then_some(())).await;
    }

    /// Waits until the connection is to end.
    pub(super) async fn ending(&self) -> Ending {
        self.wait_for(|queue| queue.ending).await
    }

    async fn wait_for<T>(&self, what: impl Fn(&Queue) -> Option<T>) -> T {
        poll_fn(|context| {
            let mut queue = self.queue();
            if let Some(found) = what(&queue) {
                return Poll::Ready(found);
            }
            match &mut queue.waker {
                Some(waker) => waker.clone_from(context.waker()),
                none => *none = Some(context.waker().clone()),
            }
            Poll::Pending
        })
        .await
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::join;

    use super::*;

    fn outbox(waiting_frames: usize, waiting_bytes: usize) -> Outbox {
        Outbox::new(&Limits { waiting_frames, waiting_bytes, ..Limits::default() })
    }

    fn frame(text: &str) -> ServerFrame {
        ServerFrame::Text(text.to_owned())
    }

    fn taken(outbox: &Outbox) -> Vec<usize> {
        std::iter::from_fn(|| outbox.take()).map(|frame| frame.bytes()).collect()
    }

    #[test]
    fn as_many_bytes_may_wait_as_the_limit_says_and_count_no_more_once_taken() {
        let outbox = outbox(100, 10);
        for _ in 0..3 {
            outbox.put(frame("1234"));
            outbox.put(frame("123456"));
            assert_eq!(taken(&outbox), [4, 6]);
        }
        assert_eq!(outbox.ending().now_or_never(), None);
        outbox.put(frame("1234"));
        outbox.put(frame("1234567"));
        assert_eq!(outbox.ending().now_or_never(), Some(Ending::TooSlow));
        outbox.put(frame("1"));
        assert_eq!(taken(&outbox), [4]);
    }

    #[test]
    fn whoever_was_told_to_go_hears_nothing_more() {
        let outbox = outbox(100, 100);
        outbox.put(frame("1"));
        outbox.invalidate(frame("12"));
        outbox.put(frame("123"));
        outbox.invalidate(frame("1234"));
        assert_eq!(outbox.ending().now_or_never(), Some(Ending::Invalidated));
        assert_eq!(taken(&outbox), [1, 2, 4]);
    }

    #[test]
    fn the_first_reason_to_end_counts() {
        let outbox = outbox(2, 100);
        outbox.invalidate(frame("1"));
        outbox.invalidate(frame("2"));
        outbox.invalidate(frame("3"));
        assert_eq!(outbox.ending().now_or_never(), Some(Ending::Invalidated));
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_a_frame_and_of_the_end() {
        let outbox = outbox(100, 100);
        let connection = tokio::spawn({
            let outbox = outbox.clone();
            async move { join(outbox.filled(), outbox.ending()).await.1 }
        });
        tokio::task::yield_now().await;
        outbox.put(frame("1"));
        tokio::task::yield_now().await;
        outbox.invalidate(frame("2"));
        assert_eq!(connection.await.unwrap(), Ending::Invalidated);
    }
}
