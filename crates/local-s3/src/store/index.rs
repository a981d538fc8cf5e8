//! What there is: objects by bucket and key, and multipart uploads with their parts, in SQLite.

mod buckets;
mod uploads;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
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
    CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, made_at_ms INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS bucket_tags (bucket TEXT PRIMARY KEY, tags TEXT NOT NULL) STRICT;
";

/// Grows with the schema, so that a later version knows what it opens.
const SCHEMA_VERSION: i64 = 2;

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
    pub(crate) website_redirect_location: Option<String>,
    /// Of these the reader of the object hears the number only.
    pub(crate) tags: Tags,
    /// Of an object that was put together, how large its parts were, in bytes.
    pub(crate) part_sizes: Vec<u64>,
    /// Of such an object, the upload that it was.
    pub(crate) upload: Option<String>,
    pub(crate) checksum: Option<Checksum>,
}

/// A checksum that the sender chose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Checksum {
    /// As `SHA256`.
    pub(crate) algorithm: String,
    /// In Base64; empty of an upload in progress.
    pub(crate) value: String,
    /// Whether it is of the checksums of the parts, and not of the bytes.
    pub(crate) is_of_parts: bool,
}

impl Headers {
    /// The bytes of an object of this size that came as a part: one that was not put together has one part.
    pub(crate) fn part(&self, number: i32, size_bytes: u64) -> Option<Range<u64>> {
        let before = usize::try_from(number).ok()?.checked_sub(1)?;
        if self.part_sizes.is_empty() {
            return (before == 0).then_some(0..size_bytes);
        }
        let size = self.part_sizes.get(before)?;
        let start = self.part_sizes[..before].iter().sum();
        Some(start..start + size)
    }
}

/// Labels of an object or a bucket, by key.
pub(crate) type Tags = BTreeMap<String, String>;

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
    /// The object is there.
    Present,
}

impl Condition {
    fn refuses(&self, stored: Option<&Object>) -> Option<Written> {
        match (self, stored) {
            (Condition::Absent, Some(_)) => Some(Written::ConditionFailed),
            (Condition::Etag(_) | Condition::Present, None) => Some(Written::NoObject),
            (Condition::Etag(wanted), Some(stored)) if *wanted != stored.etag => {
                Some(Written::ConditionFailed)
            }
            _ => None,
        }
    }
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

    /// Forgets an object, if the condition holds.
    pub(crate) fn delete(&mut self, bucket: &str, key: &str, condition: &Condition) -> Result<Written> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored = find(&transaction, bucket, key)?;
        if let Some(refused) = condition.refuses(stored.as_ref()) {
            return Ok(refused);
        }
        let sql = "DELETE FROM objects WHERE bucket = ? AND key = ?";
        transaction.execute(sql, params![bucket, key.as_bytes()])?;
        transaction.commit()?;
        Ok(Written::Yes { replaced: stored.map(|stored| stored.blob) })
    }

    /// Replaces all labels of an object; `false` if there is none.
    pub(crate) fn set_tags(&mut self, bucket: &str, key: &str, tags: Tags) -> Result<bool> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some(stored) = find(&transaction, bucket, key)? else { return Ok(false) };
        let headers = Headers { tags, ..stored.headers };
        let headers = serde_json::to_string(&headers).expect("headers have text keys");
        let sql = "UPDATE objects SET headers = ? WHERE bucket = ? AND key = ?";
        transaction.execute(sql, params![headers, bucket, key.as_bytes()])?;
        transaction.commit()?;
        Ok(true)
    }

    /// At most `limit` objects from the key `from` on, by key.
    pub(crate) fn objects_from(&self, bucket: &str, from: &[u8], limit: usize) -> Result<Vec<Object>> {
        let sql = "SELECT key, blob, size_bytes, etag, modified_at_ms, headers FROM objects
                   WHERE bucket = ? AND key >= ? ORDER BY key LIMIT ?";
        let mut query = self.0.prepare_cached(sql)?;
        query.query_map(params![bucket, from, limit as i64], object)?.collect()
    }
}

fn put(
    transaction: &Transaction<'_>,
    bucket: &str,
    object: &Object,
    condition: &Condition,
) -> Result<Written> {
    let stored = find(transaction, bucket, &object.key)?;
    if let Some(refused) = condition.refuses(stored.as_ref()) {
        return Ok(refused);
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

fn tags(row: &Row<'_>, column: usize) -> Result<Tags> {
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
