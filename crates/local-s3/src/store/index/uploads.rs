//! Multipart uploads in progress, with their parts.

use rusqlite::{OptionalExtension, Result, Row, TransactionBehavior, params};

use super::{Condition, Headers, Index, Object, Part, Written, headers, now_ms, put, unsigned};

impl Index {
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
