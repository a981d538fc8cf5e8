//! A bad network to rehearse on: what is sent comes late, and connections break. Nothing is ever garbled.

use std::collections::VecDeque;
use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep_until};

/// How bad it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Answers and frames come so many milliseconds late, each by chance; in order nevertheless.
    pub latency_ms: RangeInclusive<u64>,
    /// So many of a hundred requests, answers and frames break their connection instead of arriving.
    pub drop_percent: f64,
}

impl Default for Network {
    fn default() -> Network {
        Network { latency_ms: 0..=0, drop_percent: 0.0 }
    }
}

/// Bytes on their way in one direction. More than these, and the sender waits.
const ON_THE_WAY: usize = 64 * 1024;

impl Network {
    /// Whether anything is to be rehearsed.
    pub(crate) fn is_bad(&self) -> bool {
        *self != Network::default()
    }

    /// As told to whoever starts it: `answers come 100 to 300 ms late; 5 % of what is sent breaks its connection`.
    pub(crate) fn told(&self) -> String {
        let Network { latency_ms, drop_percent } = self;
        let mut told = Vec::new();
        match (latency_ms.start(), latency_ms.end()) {
            (0, 0) => {}
            (least, most) if least == most => told.push(format!("answers and frames come {most} ms late")),
            (least, most) => told.push(format!("answers and frames come {least} to {most} ms late")),
        }
        if *drop_percent > 0.0 {
            told.push(format!("{drop_percent} % of requests, answers and frames break their connection"));
        }
        told.join("; ")
    }

    /// The server's end of the connection, as the network lets it through.
    pub(crate) fn between(&self, client: impl AsyncRead + AsyncWrite + Send + 'static) -> DuplexStream {
        let (near, far) = tokio::io::duplex(ON_THE_WAY);
        let network = self.clone();
        tokio::spawn(async move {
            let (from_client, to_client) = tokio::io::split(client);
            let (from_server, to_server) = tokio::io::split(far);
            // Whichever direction breaks, both ends are closed: that is what a broken connection is.
            let broken = tokio::select! {
                ended = network.carry(from_server, to_client, true) => ended,
                ended = async {
                    network.carry(from_client, to_server, false).await?;
                    // The client has said all; the answer is still to come.
                    std::future::pending().await
                } => ended,
            };
            if let Err(error) = broken {
                tracing::debug!(%error, "a connection broke");
            }
        });
        near
    }

    async fn carry(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        is_late: bool,
    ) -> io::Result<()> {
        let mut on_the_way: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
        let mut bytes = 0;
        let mut is_open = true;
        let mut chunk = vec![0; ON_THE_WAY];
        while is_open || !on_the_way.is_empty() {
            let next_due = on_the_way.front().map(|(due, _)| *due);
            tokio::select! {
                biased;
                () = async { sleep_until(next_due.unwrap_or_else(Instant::now)).await }, if next_due.is_some() => {
                    if let Some((_, sent)) = on_the_way.pop_front() {
                        bytes -= sent.len();
                        to.write_all(&sent).await?;
                        to.flush().await?;
                    }
                }
                read = from.read(&mut chunk), if is_open && bytes < ON_THE_WAY => {
                    let read = read?;
                    is_open = read > 0;
                    if is_open && fastrand::f64() * 100.0 < self.drop_percent {
                        return Err(io::Error::new(io::ErrorKind::ConnectionReset, "as rehearsed"));
                    }
                    let late = if is_late { fastrand::u64(self.latency_ms.clone()) } else { 0 };
                    // What was sent later never comes sooner.
                    let last = on_the_way.back().map_or_else(Instant::now, |(due, _)| *due);
                    let due = (Instant::now() + Duration::from_millis(late)).max(last);
                    bytes += read;
                    on_the_way.push_back((due, chunk[..read].to_vec()));
                }
            }
        }
        to.shutdown().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_late_comes_whole_and_in_order() {
        let network = Network { latency_ms: 0..=5, ..Network::default() };
        let (mut client, wire) = tokio::io::duplex(1000);
        let mut server = network.between(wire);
        let sent: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
        let expected = sent.clone();
        let sending = tokio::spawn(async move {
            for part in sent.chunks(777) {
                server.write_all(part).await.unwrap();
            }
        });
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        sending.await.unwrap();
        assert!(heard == expected, "{} of {} bytes", heard.len(), expected.len());
    }

    #[tokio::test]
    async fn what_breaks_breaks_for_both_and_nothing_arrives_in_part() {
        let network = Network { drop_percent: 100.0, ..Network::default() };
        let (mut client, wire) = tokio::io::duplex(1000);
        let mut server = network.between(wire);
        client.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let (mut at_server, mut at_client) = (Vec::new(), Vec::new());
        server.read_to_end(&mut at_server).await.unwrap();
        client.read_to_end(&mut at_client).await.unwrap();
        assert_eq!((at_server, at_client), (Vec::new(), Vec::new()));
    }
}
