//! Connections that were taken and not read yet: a server that stopped between the two would cut off requests that
//! were sent in good time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

/// Whether connections are taken, and how many of them, and of ports that take them, are left.
#[derive(Clone)]
pub(crate) struct Arrivals {
    are_taken: watch::Sender<bool>,
    left: watch::Sender<usize>,
}

/// A connection that nothing was read from, or a port that takes more of them.
pub(super) struct Arrival(watch::Sender<usize>);

/// A connection that ceases to be an arrival when its first bytes are read.
pub(crate) struct Arrived<S> {
    stream: S,
    arrival: Option<Arrival>,
}

/// Those who connected and say nothing are waited for so long.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Arrivals {
    pub(crate) fn new() -> Arrivals {
        Arrivals { are_taken: watch::Sender::new(true), left: watch::Sender::new(0) }
    }

    pub(super) fn one(&self) -> Arrival {
        self.left.send_modify(|left| *left += 1);
        Arrival(self.left.clone())
    }

    /// False once no more are to be taken.
    pub(super) fn are_taken(&self) -> watch::Receiver<bool> {
        self.are_taken.subscribe()
    }

    /// Takes no more, and waits until the server has begun to read those that were taken. What comes later waits
    /// with the operating system for whoever takes the port next.
    pub(crate) async fn end(&self) {
        self.are_taken.send_replace(false);
        let mut left = self.left.subscribe();
        // Both errors mean that there is nothing to wait for any more.
        let _ = tokio::time::timeout(LAST_WORDS, left.wait_for(|left| *left == 0)).await;
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.0.send_modify(|left| *left -= 1);
    }
}

impl<S> Arrived<S> {
    pub(super) fn new(stream: S, arrival: Arrival) -> Arrived<S> {
        Arrived { stream, arrival: Some(arrival) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Arrived<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Arrived { stream, arrival } = self.get_mut();
        let read = Pin::new(stream).poll_read(context, buffer);
        if read.is_ready() {
            *arrival = None;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Arrived<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_what_was_sent_and_not_for_ever() {
        let arrivals = Arrivals::new();
        let (mut client, server) = tokio::io::duplex(10);
        let mut arrived = Arrived::new(server, arrivals.one());
        let ending = tokio::spawn({
            let arrivals = arrivals.clone();
            async move { arrivals.end().await }
        });
        arrivals.are_taken().wait_for(|are_taken| !are_taken).await.expect("it is there");
        assert!(!ending.is_finished());
        client.write_all(b"GET").await.expect("there is room");
        arrived.read_exact(&mut [0; 3]).await.expect("it was sent");
        assert_eq!(*arrivals.left.borrow(), 0);
        ending.await.expect("no panic");

        let silent = arrivals.one();
        arrivals.end().await;
        assert_eq!(*arrivals.left.borrow(), 1);
        drop(silent);
    }
}
