//! The buckets that somebody made, and the labels of all buckets.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Result, TransactionBehavior, params};

use super::{Index, Tags, tags, unsigned};

impl Index {
    /// The buckets that were made, by name, with when that was.
    pub(crate) fn buckets(&self) -> Result<BTreeMap<String, u64>> {
        let mut query = self.0.prepare("SELECT name, made_at_ms FROM buckets")?;
        query.query_map([], |row| Ok((row.get(0)?, unsigned(row, 1)?)))?.collect()
    }

    pub(crate) fn add_bucket(&mut self, name: &str, made_at_ms: u64) -> Result<()> {
        let sql = "INSERT INTO buckets (name, made_at_ms) VALUES (?, ?)";
        self.0.execute(sql, params![name, made_at_ms as i64]).map(drop)
    }

    /// Forgets a bucket with its uploads in progress, and answers the files that they needed; `None` if there are
    /// objects in it, and nothing happens.
    pub(crate) fn delete_bucket(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_used: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?)",
            [name],
            |row| row.get(0),
        )?;
        if is_used {
            return Ok(None);
        }
        let parts = "SELECT blob FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)";
        let unneeded =
            transaction.prepare(parts)?.query_map([name], |row| row.get(0))?.collect::<Result<_>>()?;
        transaction.execute("DELETE FROM uploads WHERE bucket = ?", [name])?;
        transaction.execute("DELETE FROM bucket_tags WHERE bucket = ?", [name])?;
        transaction.execute("DELETE FROM buckets WHERE name = ?", [name])?;
        transaction.commit()?;
        Ok(Some(unneeded))
    }

    pub(crate) fn bucket_tags(&self, bucket: &str) -> Result<Tags> {
        let sql = "SELECT tags FROM bucket_tags WHERE bucket = ?";
        let found = self.0.query_row(sql, [bucket], |row| tags(row, 0)).optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Replaces all labels of a bucket.
    pub(crate) fn set_bucket_tags(&mut self, bucket: &str, tags: &Tags) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO bucket_tags (bucket, tags) VALUES (?, ?)";
        let tags = serde_json::to_string(tags).expect("tags have text keys");
        self.0.execute(sql, params![bucket, tags]).map(drop)
    }
}
