//! Amazon DynamoDB on localhost: an embedded engine on disk behind the real SDK client and the real wire protocol.
//!
//! ```
//! # let folder = tempfile::tempdir().unwrap();
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let dynamodb = local_dynamodb::DynamoDb::open(&folder.path().join("dynamodb.sqlite")).await.unwrap();
//! let client = dynamodb.client();
//! assert!(client.list_tables().send().await.unwrap().table_names().is_empty());
//! # });
//! ```

mod client;
mod engine;
mod permission;
mod table;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use engine::Engine;

pub use engine::OpenError;
pub use permission::{Attempt, Permits};
pub use table::{Table, TableError};

/// The region of every client and table, as in AWS's own DynamoDB Local examples.
pub const REGION: &str = "us-east-1";

/// The account whose the tables are, as in AWS's documentation.
pub const ACCOUNT: &str = "123456789012";

/// One DynamoDB of one account in one region, kept in one file.
///
/// Cheap to clone. The engine stops, and the file is free for another process, when the last clone and the
/// last client made by it are gone. Every acknowledged write has been flushed to the disk (SQLite's
/// write-ahead log with `synchronous = FULL`), so it survives `kill -9`.
#[derive(Clone, Debug)]
pub struct DynamoDb {
    engine: Arc<Engine>,
}

impl DynamoDb {
    /// Opens the tables kept in `file`, which is made (with its folder) when absent.
    ///
    /// A second process on the same file gets [`OpenError::InUse`]: a lock is held on `<file>.lock`, and the
    /// operating system lets go of it when the process ends, however it ends.
    pub async fn open(file: &Path) -> Result<DynamoDb, OpenError> {
        let file: PathBuf = file.to_owned();
        let engine = tokio::task::spawn_blocking(move || Engine::on_disk(&file)).await;
        Ok(DynamoDb { engine: Arc::new(engine.expect("opening does not panic")?) })
    }

    /// Tables in memory, gone with the last clone: for unit tests that need no disk.
    pub async fn in_memory() -> Result<DynamoDb, OpenError> {
        Ok(DynamoDb { engine: Arc::new(Engine::in_memory()?) })
    }

    /// An SDK client bound to this engine: region [`REGION`], fixed local credentials, the SDK's own retries.
    ///
    /// It keeps the engine open for as long as it lives.
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        client::of(Arc::clone(&self.engine), None)
    }

    /// The same for somebody who may not do everything: before each request `permits` is asked about every action in
    /// it, and the first refusal comes back as `AccessDeniedException`.
    pub fn client_for(&self, permits: Permits) -> aws_sdk_dynamodb::Client {
        client::of(Arc::clone(&self.engine), Some(permits))
    }

    /// Whether a request with this `x-amz-target` header is for [`DynamoDb::handle`].
    pub fn serves(target: &str) -> bool {
        wire::serves(target)
    }

    /// Answers one request in DynamoDB's wire protocol (`POST /` with `x-amz-target: DynamoDB_20120810.*` or
    /// `DynamoDBStreams_20120810.*`), so that the AWS CLI and other SDKs can be pointed at the host.
    ///
    /// A signature must be present, as AWS requires; whose it is, the host has verified. A body over 16 MB is refused
    /// with 413.
    pub async fn handle(&self, request: Request) -> Response {
        wire::answer(&self.engine, request, None).await
    }

    /// [`DynamoDb::handle`] for somebody who may not do everything, as in [`DynamoDb::client_for`].
    pub async fn handle_for(&self, request: Request, permits: &Permits) -> Response {
        wire::answer(&self.engine, request, Some(permits)).await
    }

    /// Makes the table `name` as an `AWS::DynamoDB::Table` with these resolved CloudFormation `properties`, or
    /// brings the one on disk up to date: indexes are added and removed, the stream and the time to live set.
    ///
    /// What cannot change without losing data is refused with [`TableError::KeysChanged`].
    pub async fn create_table_if_absent(
        &self,
        name: &str,
        properties: &serde_json::Value,
    ) -> Result<Table, TableError> {
        let (engine, name, properties) = (Arc::clone(&self.engine), name.to_owned(), properties.clone());
        let made = tokio::task::spawn_blocking(move || {
            let made = table::create_if_absent(engine.database(), &name, &properties)?;
            engine.learn_keys(&name, &properties);
            Ok(made)
        });
        made.await.expect("making a table does not panic")
    }

    /// Deletes every item whose time to live has passed, and answers how many there were.
    ///
    /// AWS does this in the background "within a few days"; here it happens whenever the host calls. Until
    /// then an expired item is still readable, as in AWS, so readers must compare the time themselves.
    pub async fn sweep_expired(&self) -> Result<usize, SweepError> {
        let engine = Arc::clone(&self.engine);
        let swept = tokio::task::spawn_blocking(move || engine.database().sweep_ttl()).await;
        swept.expect("sweeping does not panic").map_err(|e| SweepError(e.to_string()))
    }
}

/// The engine could not delete expired items; the next sweep may succeed.
#[derive(Debug, thiserror::Error)]
#[error("expired items could not be deleted: {0}")]
pub struct SweepError(String);
