//! The messages that wait for one client: few enough to bound memory, and never skipped.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use axum::extract::ws::Message;

use super::definition::Limits;

/// Where messages for a client are put, from anywhere, and where its connection, which is one task, takes them from.
#[derive(Clone)]
pub(super) struct Outbox(Arc<Shared>);

struct Shared {
    most_messages: usize,
    most_bytes: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    bytes: usize,
    ending: Option<Ending>,
    /// The connection's, while it waits.
    waker: Option<Waker>,
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

/// What a queue may keep allocated when it is empty, in messages.
const SPARE_MESSAGES: usize = 4;

impl Outbox {
    pub(super) fn new(limits: &Limits) -> Outbox {
        Outbox(Arc::new(Shared {
            most_messages: limits.waiting_messages.max(1),
            most_bytes: limits.waiting_bytes,
            queue: Mutex::default(),
        }))
    }

    /// Never waits. Nothing follows a message that did not fit: it would be missed unseen.
    pub(super) fn put(&self, message: Message) -> Result<(), Full> {
        let mut queue = self.queue();
        let bytes = queue.bytes + length(&message);
        let is_full = bytes > self.0.most_bytes || queue.messages.len() >= self.0.most_messages;
        if is_full || queue.ending == Some(Ending::TooSlow) {
            queue.end(Ending::TooSlow);
            return Err(Full);
        }
        queue.bytes = bytes;
        queue.messages.push_back(message);
        queue.wake();
        Ok(())
    }

    /// The first reason counts.
    pub(super) fn end(&self, ending: Ending) {
        self.queue().end(ending);
    }

    /// Waits for the message that has waited longest. Dropped, it has taken none.
    pub(super) async fn take(&self) -> Message {
        self.wait_for(Queue::take).await
    }

    /// What waits already.
    pub(super) fn take_ready(&self) -> Option<Message> {
        self.queue().take()
    }

    /// Waits until the connection is to end.
    pub(super) async fn ending(&self) -> Ending {
        self.wait_for(|queue| queue.ending).await
    }

    async fn wait_for<T>(&self, what: impl Fn(&mut Queue) -> Option<T>) -> T {
        poll_fn(|context| {
            let mut queue = self.queue();
            if let Some(found) = what(&mut queue) {
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
    fn take(&mut self) -> Option<Message> {
        let message = self.messages.pop_front()?;
        self.bytes -= length(&message);
        if self.messages.is_empty() {
            self.messages.shrink_to(SPARE_MESSAGES);
        }
        Some(message)
    }

    fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
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

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::join;

    use super::*;

    fn outbox(waiting_messages: usize, waiting_bytes: usize) -> Outbox {
        Outbox::new(&Limits { waiting_messages, waiting_bytes, ..Limits::default() })
    }

    fn taken(outbox: &Outbox) -> Vec<String> {
        let texts = std::iter::from_fn(|| outbox.take_ready());
        texts.map(|message| message.into_text().expect("a text").to_string()).collect()
    }

    #[test]
    fn as_much_may_wait_as_the_limits_say_and_counts_no_more_once_taken() {
        let outbox = outbox(2, 10);
        for _ in 0..3 {
            assert_eq!(outbox.put("1234".into()), Ok(()));
            assert_eq!(outbox.put("123456".into()), Ok(()));
            assert_eq!(taken(&outbox), ["1234", "123456"]);
        }
        assert_eq!(outbox.ending().now_or_never(), None);
        assert_eq!(outbox.put("1234".into()), Ok(()));
        assert_eq!(outbox.put("1234567".into()), Err(Full));
        assert_eq!(outbox.ending().now_or_never(), Some(Ending::TooSlow));
        assert_eq!(
            outbox.put("1".into()),
            Err(Full),
            "what follows a message that did not fit is no message"
        );
        assert_eq!(taken(&outbox), ["1234"]);
    }

    #[test]
    fn the_first_reason_to_end_counts() {
        let outbox = outbox(1, 10);
        outbox.end(Ending::Deleted);
        assert_eq!(outbox.put("1".into()), Ok(()));
        assert_eq!(outbox.put("2".into()), Err(Full));
        assert_eq!(outbox.ending().now_or_never(), Some(Ending::Deleted));
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_a_message_and_of_the_end() {
        let outbox = outbox(10, 100);
        let connection = tokio::spawn({
            let outbox = outbox.clone();
            async move { join(outbox.take(), outbox.ending()).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(outbox.put("1".into()), Ok(()));
        tokio::task::yield_now().await;
        outbox.end(Ending::Deleted);
        assert_eq!(connection.await.expect("no panic"), (Message::from("1"), Ending::Deleted));
    }
}
