//! Everything the pools remember, in one SQLite file: what an operation answered survives `kill -9`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;

use crate::error::Error;

pub(crate) mod attempts;
pub(crate) mod codes;
pub(crate) mod devices;
pub(crate) mod groups;
pub(crate) mod identities;
pub(crate) mod message_mfas;
pub(crate) mod outbox;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod software_tokens;
pub(crate) mod users;

/// What each version adds; a file of any earlier version is brought up to date when it is opened.
const SCHEMA: [&str; 8] = [
    include_str!("store/schema.sql"),
    include_str!("store/schema_2.sql"),
    include_str!("store/schema_3.sql"),
    include_str!("store/schema_4.sql"),
    include_str!("store/schema_5.sql"),
    include_str!("store/schema_6.sql"),
    include_str!("store/schema_7.sql"),
    include_str!("store/schema_8.sql"),
];
const SCHEMA_VERSION: i64 = SCHEMA.len() as i64;

/// Why the pools could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be read or written, or another process holds the file.
    #[error(
        "the Cognito data file {path} cannot be opened ({reason}); check that the folder can be written and that no other server uses it; if the file is damaged, put a copy back, or forget everything with --reset"
    )]
    File {
        /// The file.
        path: String,
        /// In the words of the system or of SQLite.
        reason: String,
    },
    /// The file was written by a newer Parlor.
    #[error(
        "the Cognito data file {path} has version {found}, but this program knows only up to {known}; use the newer program or another data folder"
    )]
    Newer {
        /// The file.
        path: String,
        /// The version in the file.
        found: i64,
        /// The highest version that this program reads.
        known: i64,
    },
    /// The configuration contradicts itself.
    #[error("the user pool is configured wrongly: {0}")]
    Configuration(String),
}

/// The one connection; work takes turns, so a transaction never meets another.
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens or makes the file, readable by its owner alone because the signing key is in it.
    ///
    /// `set_up` runs in one transaction before anything else does.
    pub(crate) fn open<T>(
        path: &Path,
        set_up: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<(Self, T), OpenError> {
        let failed = |reason: String| OpenError::File { path: path.display().to_string(), reason };
        make_private(path).map_err(|error| failed(error.to_string()))?;
        let mut connection = Connection::open(path).map_err(|error| failed(error.to_string()))?;
        let version = prepare(&mut connection).map_err(|error| failed(error.to_string()))?;
        if version > SCHEMA_VERSION {
            let path = path.display().to_string();
            return Err(OpenError::Newer { path, found: version, known: SCHEMA_VERSION });
        }
        let ready = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for step in SCHEMA.iter().skip(usize::try_from(version).unwrap_or(0)) {
                transaction.execute_batch(step)?;
            }
            if version < SCHEMA_VERSION {
                transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            let ready = set_up(&transaction)?;
            transaction.commit()?;
            Ok(ready)
        })()
        .map_err(|error| match error {
            Error::Internal(reason) => failed(reason),
            other => failed(other.to_string()),
        })?;
        Ok((Store { connection: Arc::new(Mutex::new(connection)) }, ready))
    }

    /// Runs `work` in a transaction on a thread that may block.
    ///
    /// A refusal is kept as well: a wrong code must count. Only [`Error::Internal`] undoes what was written.
    pub(crate) async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let turn = tokio::task::spawn_blocking(move || {
            let transaction = connection.transaction()?;
            let outcome = work(&transaction);
            if !matches!(outcome, Err(Error::Internal(_))) {
                transaction.commit()?;
            }
            outcome
        });
        turn.await.map_err(|panic| Error::Internal(format!("an operation panicked: {panic}")))?
    }
}

fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.busy_timeout(Duration::from_secs(1))?;
    // Revocations are also held in memory, so a second process on the same file would not see them.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
