//! The embedded engine: one SQLite file, one lock on it, and one private door through which requests come in.
//!
//! The engine (`dynoxide`) words AWS's errors in its HTTP layer, which it offers only on a TCP listener: its
//! router is private, and its typed methods answer malformed requests in other words. So it listens on a
//! loopback port of the system's choice, which nobody is told. It gets a thread of its own because it waits
//! for the disk inside its handlers, which would stall the tasks of a shared runtime.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use axum::body::Body;
use axum::http::{Request, Response, Uri};
use dynoxide::Database;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use tokio::sync::oneshot;

/// A running engine. Dropping it ends its thread, closes the file and then gives up the lock, in this order.
#[derive(Debug)]
pub(crate) struct Engine {
    door: Door,
    database: Closed,
    _lock: Option<File>,
}

impl Engine {
    /// Opens `file`, or says why it cannot be opened. Blocks on the disk.
    pub(crate) fn on_disk(file: &Path) -> Result<Engine, OpenError> {
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .map_err(|source| OpenError::Folder { folder: folder.into(), source })?;
        let lock = lock(file)?;
        let path = file.to_str().ok_or_else(|| OpenError::Unreadable {
            file: file.into(),
            why: "its path is not UTF-8".to_owned(),
        })?;
        let database = Database::new(path)
            .map_err(|e| OpenError::Unreadable { file: file.into(), why: e.to_string() })?;
        Engine::start(database, Some(lock))
    }

    /// An empty database without a file.
    pub(crate) fn in_memory() -> Result<Engine, OpenError> {
        let database = Database::memory()
            .map_err(|e| OpenError::Unreadable { file: ":memory:".into(), why: e.to_string() })?;
        Engine::start(database, None)
    }

    /// Sends one request through the door. Only the path and query of its URI are looked at.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Result<Response<Body>, Error> {
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
        *request.uri_mut() = Uri::builder()
            .scheme("http")
            .authority(self.door.address.to_string())
            .path_and_query(path)
            .build()
            .expect("a socket address and a parsed path make a URI");
        let response = self.door.client.request(request).await?;
        Ok(response.map(Body::new))
    }

    /// The typed database, for what has no place in the wire protocol. Its methods block on the disk.
    pub(crate) fn database(&self) -> &Database {
        &self.database.0
    }

    fn start(database: Database, lock: Option<File>) -> Result<Engine, OpenError> {
        let door = Door::open(database.clone()).map_err(OpenError::Door)?;
        Ok(Engine { door, database: Closed(database), _lock: lock })
    }
}

/// `Database` has no `Debug`; this one says nothing about what is inside.
struct Closed(Database);

impl std::fmt::Debug for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
    }
}

/// The engine reads an expression by recursion, and within its 4,096 characters one can be nested deeper than the
/// usual 2 MB of stack allow. The system gives memory only for what is used of it.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The private listener, its thread, and the keep-alive connections to it.
#[derive(Debug)]
struct Door {
    address: SocketAddr,
    client: Client<HttpConnector, Body>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    fn open(database: Database) -> std::io::Result<Door> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("dynamodb".to_owned()).stack_size(STACK_BYTES);
        let thread = thread.spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)
                    .expect("a fresh non-blocking listener can be registered");
                tokio::select! {
                    () = dynoxide::server::serve_on(listener, database) => {}
                    _ = stopped => {}
                }
            });
            // Dropping the runtime here ends every connection, and with it every clone of the database. A
            // request that was running has finished: the engine does not yield inside one.
        })?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Door { address, client, stop: Some(stop), thread: Some(thread) })
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

/// Takes the lock beside `file`: SQLite itself would let two processes in, and each would then miss the
/// other's request tokens and streams.
fn lock(file: &Path) -> Result<File, OpenError> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let lock = File::options().create(true).truncate(false).write(true).open(&beside);
    let lock = lock.map_err(|e| OpenError::Unreadable { file: beside.clone(), why: e.to_string() })?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { file: file.into() }),
        Err(TryLockError::Error(e)) => Err(OpenError::Unreadable { file: beside, why: e.to_string() }),
    }
}

/// Why the tables could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process (or another value in this one) has the file open.
    #[error("{} is in use by another process: stop it, or choose another folder with --data", file.display())]
    InUse {
        /// The file that was asked for.
        file: PathBuf,
    },
    /// The folder of the file could not be made.
    #[error("the folder {} cannot be made: {source}", folder.display())]
    Folder {
        /// The folder that was to be made.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file exists but is not a database of ours, or the disk refuses it.
    #[error("{} cannot be opened as a DynamoDB file: {why}", file.display())]
    Unreadable {
        /// The file concerned.
        file: PathBuf,
        /// What the engine or the operating system said.
        why: String,
    },
    /// No loopback port or thread could be had for the engine.
    #[error("the DynamoDB engine cannot listen on loopback: {0}")]
    Door(#[source] std::io::Error),
}
