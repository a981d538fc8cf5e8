//! The port on localhost: takes connections in plain text and in TLS, which a connection's first byte tells apart.

mod arrivals;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::{Network, StartError};

pub(crate) use arrivals::Arrivals;
use arrivals::{Arrival, Arrived};

/// One address that is listened on.
pub(crate) struct Port {
    listener: TcpListener,
    tls: TlsAcceptor,
    network: Network,
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

/// A connection.
pub(crate) enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
    /// Either of them, behind a bad network.
    Rehearsed(DuplexStream),
}

/// Browsers open connections ahead of need, and say nothing for a while.
const PATIENCE: Duration = Duration::from_secs(60);

/// The first byte of a TLS handshake; that of HTTP is a letter.
const HANDSHAKE: u8 = 0x16;

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
    pub(crate) fn new(listener: TcpListener, tls: TlsAcceptor, network: Network, arrivals: Arrivals) -> Port {
        let taking = Some(arrivals.one());
        Port { listener, tls, network, arrivals, taking, arriving: JoinSet::new() }
    }
}

impl Listener for Port {
    type Io = Arrived<Stream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Arrived<Stream>, Peer) {
        let mut are_taken = self.arrivals.are_taken();
        loop {
            if !*are_taken.borrow_and_update() {
                self.taking = None;
            }
            tokio::select! {
                _ = are_taken.changed() => {}
                accepted = self.listener.accept(), if self.taking.is_some() => match accepted {
                    Ok((stream, address)) => {
                        let arrival = self.arrivals.one();
                        let arriving = arrive(stream, address, self.tls.clone(), self.network.clone());
                        self.arriving.spawn(async {
                            let (stream, peer) = tokio::time::timeout(PATIENCE, arriving).await.ok()?
                                .inspect_err(|error| tracing::debug!(%error, "a connection said nothing of use"))
                                .ok()?;
                            Some((Arrived::new(stream, arrival), peer))
                        });
                    }
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

    fn local_addr(&self) -> io::Result<Peer> {
        self.listener.local_addr().map(|address| Peer { address, is_secure: false })
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
    let stream = match is_secure {
        false => Stream::Plain(stream),
        true => Stream::Secure(Box::new(tls.accept(stream).await?)),
    };
    let stream = if network.is_bad() { Stream::Rehearsed(network.between(stream)) } else { stream };
    Ok((stream, Peer { address, is_secure }))
}

impl Connected<IncomingStream<'_, Port>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Peer {
        *stream.remote_addr()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Secure(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Rehearsed(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Secure(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Rehearsed(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Stream::Secure(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Stream::Rehearsed(stream) => Pin::new(stream).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Secure(stream) => stream.is_write_vectored(),
            Stream::Rehearsed(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Secure(stream) => Pin::new(stream).poll_flush(context),
            Stream::Rehearsed(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Secure(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Rehearsed(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
