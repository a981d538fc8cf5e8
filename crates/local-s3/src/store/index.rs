//! What there is: objects by bucket and key, and multipart uploads with their parts, in SQLite.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Result, Row, Transaction, TransactionBehavior, params};
use s3s::dto::Timestamp;
use serde::{Deserialize, Serialize};

/// The tables. A key is bytes, so that order and comparison are S3's: by UTF-8 byte.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS objects (
        bucket TEXT NOT NULL, key BLOB NOT NULL, blob TEXT NOT NULL, size_bytes INTEGER NOT NULL,
        etag TEXT NOT NULL, modified_at_ms INTEGER NOT NULL, headers TEXT NOT NULL,
        PRIMARY KEY (bucket, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS uploads (
        id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, headers TEXT NOT NULL,
        begun_at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS parts (
        upload TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        blob TEXT NOT NULL, size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, modified_at_ms INTEGER NOT NULL,
        PRIMARY KEY (upload, number)
    ) STRICT, WITHOUT ROWID;
";

/// Grows with the schema, so that a later version knows what it opens.
const SCHEMA_VERSION: i64 = 1;

pub(crate) struct Index(Connection);

/// One object, without its contents.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) blob: String,
    pub(crate) size_bytes: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) modified_at_ms: u64,
    pub(crate) headers: Headers,
}

/// What is sent with an object and comes back with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Headers {
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) metadata: HashMap<String, String>,
}

/// A part of a multipart upload.
pub(crate) struct Part {
    pub(crate) number: i32,
    pub(crate) blob: String,
    pub(crate) size_bytes: u64,
    pub(crate) etag: String,
    pub(crate) modified_at_ms: u64,
}

/// What must hold for a write to happen, decided together with the write.
pub(crate) enum Condition {
    None,
    Absent,
    /// The object is there with this ETag.
    Etag(String),
}

/// What came of a conditional write.
pub(crate) enum Written {
    /// It happened; the file of the object that was there before is no longer needed.
    Yes { replaced: Option<String> },
    /// The condition did not hold.
    ConditionFailed,
    /// An ETag was asked for, but there is no object.
    NoObject,
}

impl Index {
    pub(crate) fn open(file: &Path) -> Result<Index> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Each acknowledged change has been flushed to the disk.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        Ok(Index(connection))
    }

    /// The names of all files that are needed.
    pub(crate) fn blobs(&self) -> Result<HashSet<String>> {
        let mut query = self.0.prepare("SELECT blob FROM objects UNION ALL SELECT blob FROM parts")?;
        query.query_map([], |row| row.get(0))?.collect()
    }

    pub(crate) fn get(&self, bucket: &str, key: &str) -> Result<Option<Object>> {
        find(&self.0, bucket, key)
    }

    pub(crate) fn put(&mut self, bucket: &str, object: &Object, condition: &Condition) -> Result<Written> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = put(&transaction, bucket, object, condition)?;
        transaction.commit()?;
        Ok(written)
    }

    /// Forgets an object and answers the name of its file.
    pub(crate) fn delete(&mut self, bucket: &str, key: &str) -> Result<Option<String>> {
        let sql = "DELETE FROM objects WHERE bucket = ? AND key = ? RETURNING blob";
        self.0.query_row(sql, params![bucket, key.as_bytes()], |row| row.get(0)).optional()
    }

    /// At most `limit` objects from the key `from` on, by key.
    pub(crate) fn objects_from(&self, bucket: &str, from: &[u8], limit: usize) -> Result<Vec<Object>> {
        let sql = "SELECT key, blob, size_bytes, etag, modified_at_ms, headers FROM objects
                   WHERE bucket = ? AND key >= ? ORDER BY key LIMIT ?";
        let mut query = self.0.prepare_cached(sql)?;
        query.query_map(params![bucket, from, limit as i64], object)?.collect()
    }

    pub(crate) fn begin_upload(
        &mut self,
        id: &str,
        bucket: &str,
        key: &str,
        headers: &Headers,
    ) -> Result<()> {
        let sql = "INSERT INTO uploads (id, bucket, key, headers, begun_at_ms) VALUES (?, ?, ?, ?, ?)";
        let headers = serde_json::to_string(headers).expect("headers have text keys");
        let values = params![id, bucket, key.as_bytes(), headers, now_ms() as i64];
        self.0.execute(sql, values).map(drop)
    }

    /// The headers of an upload in progress, if it is one of this bucket and key.
    pub(crate) fn upload(&self, id: &str, bucket: &str, key: &str) -> Result<Option<Headers>> {
        let sql = "SELECT headers FROM uploads WHERE id = ? AND bucket = ? AND key = ?";
        self.0.query_row(sql, params![id, bucket, key.as_bytes()], |row| headers(row, 0)).optional()
    }

    /// Adds or replaces a part and answers the file of the one that was there.
    pub(crate) fn put_part(&mut self, upload: &str, part: &Part) -> Result<Option<String>> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT blob FROM parts WHERE upload = ? AND number = ?";
        let replaced =
            transaction.query_row(sql, params![upload, part.number], |row| row.get(0)).optional()?;
        let sql = "INSERT OR REPLACE INTO parts (upload, number, blob, size_bytes, etag, modified_at_ms)
                   VALUES (?, ?, ?, ?, ?, ?)";
        let (size, modified) = (part.size_bytes as i64, part.modified_at_ms as i64);
        transaction.execute(sql, params![upload, part.number, part.blob, size, part.etag, modified])?;
        transaction.commit()?;
        Ok(replaced)
    }

    /// The parts of an upload, by number.
    pub(crate) fn parts(&self, upload: &str) -> Result<Vec<Part>> {
        let sql = "SELECT number, blob, size_bytes, etag, modified_at_ms FROM parts WHERE upload = ? ORDER BY number";
        let mut query = self.0.prepare(sql)?;
        let part = |row: &Row<'_>| {
            let (size_bytes, modified_at_ms) = (unsigned(row, 2)?, unsigned(row, 4)?);
            Ok(Part { number: row.get(0)?, blob: row.get(1)?, size_bytes, etag: row.get(3)?, modified_at_ms })
        };
        query.query_map([upload], part)?.collect()
    }

    /// Makes an upload into an object, and forgets the upload with its parts.
    pub(crate) fn complete_upload(
        &mut self,
        upload: &str,
        bucket: &str,
        object: &Object,
        condition: &Condition,
    ) -> Result<Written> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = put(&transaction, bucket, object, condition)?;
        if let Written::Yes { .. } = written {
            transaction.execute("DELETE FROM uploads WHERE id = ?", [upload])?;
        }
        transaction.commit()?;
        Ok(written)
    }

    /// Forgets an upload with its parts.
    pub(crate) fn abort_upload(&mut self, upload: &str) -> Result<()> {
        self.0.execute("DELETE FROM uploads WHERE id = ?", [upload]).map(drop)
    }
}

fn put(
    transaction: &Transaction<'_>,
    bucket: &str,
    object: &Object,
    condition: &Condition,
) -> Result<Written> {
    let stored = find(transaction, bucket, &object.key)?;
    match (condition, &stored) {
        (Condition::Absent, Some(_)) => return Ok(Written::ConditionFailed),
        (Condition::Etag(_), None) => return Ok(Written::NoObject),
        (Condition::Etag(wanted), Some(stored)) if *wanted != stored.etag => {
            return Ok(Written::ConditionFailed);
        }
        _ => {}
    }
    let sql = "INSERT OR REPLACE INTO objects (bucket, key, blob, size_bytes, etag, modified_at_ms, headers)
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let headers = serde_json::to_string(&object.headers).expect("headers have text keys");
    let (size, modified) = (object.size_bytes as i64, object.modified_at_ms as i64);
    let values = params![bucket, object.key.as_bytes(), object.blob, size, object.etag, modified, headers];
    transaction.execute(sql, values)?;
    Ok(Written::Yes { replaced: stored.map(|stored| stored.blob) })
}

fn find(connection: &Connection, bucket: &str, key: &str) -> Result<Option<Object>> {
    let sql = "SELECT key, blob, size_bytes, etag, modified_at_ms, headers FROM objects
               WHERE bucket = ? AND key = ?";
    connection.prepare_cached(sql)?.query_row(params![bucket, key.as_bytes()], object).optional()
}

fn object(row: &Row<'_>) -> Result<Object> {
    let key: Vec<u8> = row.get(0)?;
    Ok(Object {
        key: String::from_utf8(key).map_err(|e| unreadable(0, e))?,
        blob: row.get(1)?,
        size_bytes: unsigned(row, 2)?,
        etag: row.get(3)?,
        modified_at_ms: unsigned(row, 4)?,
        headers: headers(row, 5)?,
    })
}

fn headers(row: &Row<'_>, column: usize) -> Result<Headers> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|e| unreadable(column, e))
}

fn unsigned(row: &Row<'_>, column: usize) -> Result<u64> {
    let number: i64 = row.get(column)?;
    number.try_into().map_err(|e| unreadable(column, e))
}

fn unreadable(column: usize, e: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, Box::new(e))
}

/// The time, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    ms_since_1970(SystemTime::now())
}

pub(crate) fn ms_since_1970(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A stored time as S3 tells it: whole seconds, as in the Last-Modified header.
pub(crate) fn timestamp(at_ms: u64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_secs(at_ms / 1_000))
}
