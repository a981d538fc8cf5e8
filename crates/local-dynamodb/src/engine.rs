//! The embedded engine: one SQLite file, one lock on it, and one door through which requests come in.

mod account;
mod arns;
mod door;
mod unknown;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response, Uri, header};
use dynoxide::Database;

use door::Door;
pub(crate) use door::NoAnswer;

use crate::permission::{PartitionKeys, Permits, refusal};
use crate::wire::BODY_LIMIT;

/// A running engine. Dropping it ends its thread, closes the file and then gives up the lock, in this order.
#[derive(Debug)]
pub(crate) struct Engine {
    door: Door,
    database: Closed,
    keys: RwLock<PartitionKeys>,
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
        // The engine's advice on what is no database is for programs: to open it as an encrypted one.
        let why =
            |error: String| if error.contains("encrypted") { "it is no database".to_owned() } else { error };
        let database = Database::new(path)
            .map_err(|e| OpenError::Unreadable { file: file.into(), why: why(e.to_string()) })?;
        Engine::start(database, Some(lock))
    }

    /// An empty database without a file.
    pub(crate) fn in_memory() -> Result<Engine, OpenError> {
        let database = Database::memory()
            .map_err(|e| OpenError::Unreadable { file: ":memory:".into(), why: e.to_string() })?;
        Engine::start(database, None)
    }

    /// Sends one request through the door and reads the whole answer. Only the path and query of its URI are looked at.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, NoAnswer> {
        let (mut head, body) = request.into_parts();
        let (body, arns) = arns::to_names(body);
        let operation = account::operation(&head.headers).to_owned();
        let body = account::for_engine(&operation, body);
        head.headers.remove(header::CONTENT_LENGTH);
        let mut request = Request::from_parts(head, Body::from(body));
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = Uri::builder()
            .scheme("http")
            .authority("dynamodb.localhost")
            .path_and_query(path)
            .build()
            .expect("a name and a parsed path make a URI");
        let answer = arns.back(self.door.send(request, BODY_LIMIT).await?);
        Ok(unknown::named(&operation, account::from_engine(&operation, answer)))
    }

    /// The typed database, for what has no place in the wire protocol. Its methods block on the disk.
    pub(crate) fn database(&self) -> &Database {
        &self.database.0
    }

    /// The refusal of a request by somebody who is not permitted to make it.
    pub(crate) fn refusal(
        &self,
        permits: &Permits,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Response<Bytes>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        refusal(permits, &keys, headers, body)
    }

    /// Learns the partition keys of a table, which permissions may be about.
    pub(crate) fn learn_keys(&self, table: &str, properties: &serde_json::Value) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).learn(table, properties);
    }

    fn start(database: Database, lock: Option<File>) -> Result<Engine, OpenError> {
        let door = Door::open(database.clone()).map_err(OpenError::Door)?;
        Ok(Engine { door, database: Closed(database), keys: RwLock::default(), _lock: lock })
    }
}

/// `Database` has no `Debug`; this one says nothing about what is inside.
struct Closed(Database);

impl std::fmt::Debug for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
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
    #[error(
        "{} cannot be opened as a DynamoDB file: {why}; if it is damaged, put a copy back, or forget everything with --reset",
        file.display()
    )]
    Unreadable {
        /// The file concerned.
        file: PathBuf,
        /// What the engine or the operating system said.
        why: String,
    },
    /// No thread could be had for the engine.
    #[error("the DynamoDB engine gets no thread of its own: {0}")]
    Door(#[source] std::io::Error),
}
