//! The port on localhost: takes connections in plain text and in TLS, which a connection's first byte tells apart.

mod arrivals;
mod limits;
mod serving;
mod stream;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::{Network, StartError};

pub(crate) use arrivals::Arrivals;
use arrivals::{Arrival, Arrived};
pub(crate) use limits::Limits;
pub(crate) use serving::serve;
use stream::{Stream, Wire};

/// One address that is listened on.
pub(crate) struct Port {
    listener: TcpListener,
    tls: TlsAcceptor,
    network: Network,
    limits: Limits,
    /// Connections that may still come, at this address and its sisters.
    places: Arc<Semaphore>,
    told_that_it_is_full: Option<Instant>,
    arrivals: Arrivals,
    /// As long as connections are taken.
    taking: Option<Arrival>,
    /// Connections that have not said yet what they speak: none of them keeps the others waiting.
    arriving: JoinSet<Option<(Arrived<Stream>, Peer)>>,
}

/// Who is at the other end, and how they came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) is_secure: bool,
}

/// The first byte of a TLS handshake; that of HTTP is a letter.
const HANDSHAKE: u8 = 0x16;

/// A log that says the same for each connection tells less.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// Takes the port on both loopback addresses.
pub(crate) async fn listen(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let failed = |cause: io::Error| match cause.kind() {
        ErrorKind::AddrInUse => StartError::PortInUse(port),
        _ => StartError::Port { port, cause },
    };
    let first = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(failed)?;
    let taken = first.local_addr().map_err(failed)?.port();
    let mut listeners = vec![first];
    // `localhost` is ::1 first on many machines; others have no IPv6 at all.
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, taken))).await {
        Ok(second) => listeners.push(second),
        Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(StartError::PortInUse(taken)),
        Err(error) => tracing::debug!(%error, "no IPv6 here"),
    }
    Ok(listeners)
}

/// The same addresses, taken by another process.
pub(crate) fn taken(
    listeners: Vec<std::net::TcpListener>,
    port: u16,
) -> Result<Vec<TcpListener>, StartError> {
    let taken = |listener: std::net::TcpListener| {
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    let taken = listeners.into_iter().map(taken).collect::<io::Result<_>>();
    taken.map_err(|cause| StartError::Port { port, cause })
}

impl Port {
    /// The addresses share the places for connections.
    pub(crate) fn all(
        listeners: Vec<TcpListener>,
        tls: &TlsAcceptor,
        network: &Network,
        limits: Limits,
        arrivals: &Arrivals,
    ) -> Vec<Port> {
        let places = Arc::new(Semaphore::new(limits.connections));
        let port = |listener| Port {
            listener,
            tls: tls.clone(),
            network: network.clone(),
            limits,
            places: Arc::clone(&places),
            told_that_it_is_full: None,
            arrivals: arrivals.clone(),
            taking: Some(arrivals.one()),
            arriving: JoinSet::new(),
        };
        listeners.into_iter().map(port).collect()
    }

    /// The next connection that speaks. Nothing is lost when this is dropped and called again.
    async fn accept(&mut self) -> (Arrived<Stream>, Peer) {
        let mut are_taken = self.arrivals.are_taken();
        loop {
            if !*are_taken.borrow_and_update() {
                self.taking = None;
            }
            tokio::select! {
                _ = are_taken.changed() => {}
                accepted = self.listener.accept(), if self.taking.is_some() => match accepted {
                    Ok((stream, address)) => self.take(stream, address),
                    // Too many open files, most likely: some will be closed.
                    Err(error) if !is_of_connection(&error) => {
                        tracing::error!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    Err(_) => {}
                },
                Some(arrived) = self.arriving.join_next() => {
                    if let Ok(Some(arrived)) = arrived {
                        return arrived;
                    }
                }
            }
        }
    }

    /// Has it say what it speaks, or closes it at once when there are too many.
    fn take(&mut self, stream: TcpStream, address: SocketAddr) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            if self.told_that_it_is_full.is_none_or(|told| told.elapsed() > TELL_EVERY) {
                self.told_that_it_is_full = Some(Instant::now());
                tracing::warn!(
                    "{} connections are open, further ones are closed at once: does a page open sockets without end? \
                     `ulimit -n` says how many files and connections a program may have",
                    self.limits.connections
                );
            }
            return;
        };
        let arrival = self.arrivals.one();
        let arriving = arrive(stream, address, place, self.tls.clone(), self.network.clone());
        let patience = self.limits.head;
        self.arriving.spawn(async move {
            let arrived = tokio::time::timeout(patience, arriving).await.ok()?;
            let (stream, peer) = arrived
                .inspect_err(|error| tracing::debug!(%error, "a connection said nothing of use"))
                .ok()?;
            Some((Arrived::new(stream, arrival), peer))
        });
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

async fn arrive(
    stream: TcpStream,
    address: SocketAddr,
    place: OwnedSemaphorePermit,
    tls: TlsAcceptor,
    network: Network,
) -> io::Result<(Stream, Peer)> {
    // Frames are small and follow each other: waiting to fill a packet would cost 40 ms each.
    stream.set_nodelay(true)?;
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let is_secure = first[0] == HANDSHAKE;
    let wire = match (is_secure, network.is_bad()) {
        (false, false) => Wire::Plain(stream),
        (false, true) => Wire::Rehearsed(network.between(stream)),
        (true, false) => Wire::Secure(Box::new(tls.accept(stream).await?)),
        (true, true) => Wire::Rehearsed(network.between(tls.accept(stream).await?)),
    };
    let stream = Stream::new(wire, place);
    Ok((stream, Peer { address, is_secure }))
}
