//! The way to the engine: connections of this process alone, through listeners that take one each and are gone.
//!
//! The engine (`dynoxide`) words AWS's errors in its HTTP layer, which it offers only on a TCP listener: its
//! router is private, and its typed methods answer malformed requests in other words. So each connection gets a
//! listener of its own, which is shut as soon as the engine has accepted: no port stays open. Until then, a
//! fraction of a millisecond, it listens on a loopback address that is drawn by lot (where the system has more than
//! one), so that nobody else finds it.

use std::io;
use std::net::{Ipv4Addr, Shutdown};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response, Uri};
use dynoxide::Database;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use socket2::Socket;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tower::util::BoxCloneSyncService;

/// Requests that are with the engine at once, and so connections; further ones wait for their turn. It works on one
/// after the other, so more would only be more buffers.
const AT_ONCE: usize = 32;

/// A connection that nobody uses for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// The engine reads an expression by recursion, and within its 4,096 characters one can be nested deeper than the
/// usual 2 MB of stack allow. The system gives memory only for what is used of it.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The engine's thread, and the connections to it.
pub(super) struct Door {
    client: Client<Connector, Body>,
    turns: Arc<Semaphore>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

type Connector = BoxCloneSyncService<Uri, TokioIo<ToEngine>, io::Error>;

/// The engine did not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// The connection could not be made, or broke.
    #[error(transparent)]
    Connection(#[from] hyper_util::client::legacy::Error),
    /// The answer ended before its end, or was too long.
    #[error(transparent)]
    Body(#[from] axum::Error),
}

impl Door {
    /// Starts the engine. It gets a thread of its own because it waits for the disk inside its handlers, which would
    /// stall the tasks of a shared runtime.
    pub(super) fn open(database: Database) -> io::Result<Door> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (arrive, mut arriving) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("dynamodb".to_owned()).stack_size(STACK_BYTES);
        let thread = thread.spawn(move || {
            runtime.block_on(async {
                let serving = async {
                    while let Some(arrival) = arriving.recv().await {
                        tokio::spawn(serve(arrival, database.clone()));
                    }
                };
                tokio::select! {
                    () = serving => {}
                    _ = stopped => {}
                }
            });
            // Dropping the runtime here ends every connection, and with it every clone of the database. A
            // request that was running has finished: the engine does not yield inside one.
        })?;
        let connector = BoxCloneSyncService::new(tower::service_fn(move |_: Uri| connect(arrive.clone())));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(AT_ONCE)
            .build(connector);
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Door { client, turns, stop: Some(stop), thread: Some(thread) })
    }

    /// Sends one request, when its turn has come, and reads the whole answer, of at most `longest` bytes.
    pub(super) async fn send(
        &self,
        request: Request<Body>,
        longest: usize,
    ) -> Result<Response<Bytes>, NoAnswer> {
        // The connection is free for the next only once the answer has been read.
        let _turn = self.turns.acquire().await;
        let (parts, body) = self.client.request(request).await?.into_parts();
        let body = to_bytes(Body::new(body), longest).await?;
        Ok(Response::from_parts(parts, body))
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // Dropping the sender wakes the thread as well as sending would.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the DynamoDB engine's thread panicked");
        }
    }
}

/// A connection that waits to be accepted.
struct Arrival {
    listener: std::net::TcpListener,
    /// Told once the engine has the connection and nobody else can come.
    accepted: oneshot::Sender<io::Result<()>>,
    /// Resolves once our end is gone.
    gone: oneshot::Receiver<()>,
}

/// Our end of a connection.
struct ToEngine {
    stream: TcpStream,
    _here: oneshot::Sender<()>,
}

async fn connect(arrive: mpsc::UnboundedSender<Arrival>) -> io::Result<TokioIo<ToEngine>> {
    let listener = listen()?;
    let stream = TcpStream::connect(listener.local_addr()?).await?;
    stream.set_nodelay(true)?;
    let (accepted, is_accepted) = oneshot::channel();
    let (here, gone) = oneshot::channel();
    let stopped = || io::Error::other("the engine has stopped");
    arrive.send(Arrival { listener, accepted, gone }).map_err(|_| stopped())?;
    is_accepted.await.map_err(|_| stopped())??;
    Ok(TokioIo::new(ToEngine { stream, _here: here }))
}

/// A listener that only who made it knows how to find.
fn listen() -> io::Result<std::net::TcpListener> {
    let [a, b, c] = rand::random::<[u8; 3]>();
    let drawn = Ipv4Addr::new(127, a, b, c.clamp(1, 254));
    // macOS has one address of 127.0.0.0/8 unless told otherwise; Linux and Windows have them all.
    let listener = std::net::TcpListener::bind((drawn, 0))
        .or_else(|_| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The engine's end of a connection, from its acceptance until our end is gone.
async fn serve(arrival: Arrival, database: Database) {
    let Arrival { listener, accepted, gone } = arrival;
    let same = listener.try_clone().map(Socket::from);
    let (listener, same) = match (TcpListener::from_std(listener), same) {
        (Ok(listener), Ok(same)) => (listener, same),
        (Err(error), _) | (_, Err(error)) => {
            let _ = accepted.send(Err(error));
            return;
        }
    };
    let mut serving = std::pin::pin!(dynoxide::server::serve_on(listener, database));
    // The engine makes a task of each connection that it accepts. Nothing else on this thread does while it is polled.
    let tasks = Handle::current().metrics();
    let count = std::future::poll_fn(|context| {
        let before = tasks.num_alive_tasks();
        let _never_ready = serving.as_mut().poll(context);
        match tasks.num_alive_tasks().saturating_sub(before) {
            0 => Poll::Pending,
            count => Poll::Ready(count),
        }
    })
    .await;
    // From here on it is not polled, so that it accepts nobody else, even where (macOS) a listener cannot be shut.
    // It lives on, since its end is the end of its connections.
    let _ = same.shutdown(Shutdown::Both);
    drop(same);
    let taken = match count {
        1 => Ok(()),
        _ => Err(io::Error::other("somebody else connected to the DynamoDB engine: both were sent away")),
    };
    let is_taken = taken.is_ok();
    if accepted.send(taken).is_ok() && is_taken {
        let _ = gone.await;
    }
}

impl Connection for ToEngine {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for ToEngine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for ToEngine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
