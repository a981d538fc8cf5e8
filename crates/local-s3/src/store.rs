//! Objects on disk: an index in SQLite, and for each object one immutable file with a random name.
//!
//! A key is only ever a value in the index, so that no key is too long, too strange or too clever for a file
//! system. An object appears, changes and goes in one transaction of the index, after its file has reached the
//! disk; a crash leaves at most a file that nothing points to, which the next start removes.

pub(crate) mod blob;
pub(crate) mod index;
pub(crate) mod list;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use blob::Blobs;
use index::Index;

/// The index and the files. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    inside: Arc<Inside>,
}

struct Inside {
    index: Mutex<Index>,
    blobs: Blobs,
    lock: File,
}

impl Store {
    /// Opens the store in `folder` and removes files that no object or part needs. Answers also the buckets that
    /// were made there, with when that was. Blocks on the disk.
    pub(crate) fn open(folder: &Path) -> Result<(Store, BTreeMap<String, u64>), OpenError> {
        let unusable = |why: String| OpenError::Unusable { folder: folder.into(), why };
        let blobs = Blobs::open(&folder.join("blobs")).map_err(|e| unusable(e.to_string()))?;
        let lock = lock(folder)?;
        let index = Index::open(&folder.join("index.sqlite")).map_err(|e| unusable(e.to_string()))?;
        let needed = index.blobs().map_err(|e| unusable(e.to_string()))?;
        blobs.retain(&needed).map_err(|e| unusable(e.to_string()))?;
        let buckets = index.buckets().map_err(|e| unusable(e.to_string()))?;
        Ok((Store { inside: Arc::new(Inside { index: Mutex::new(index), blobs, lock }) }, buckets))
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.inside.blobs
    }

    /// When the store was made, in milliseconds since 1970.
    pub(crate) fn made_at_ms(&self) -> u64 {
        let made = self.inside.lock.metadata().and_then(|file| file.created().or_else(|_| file.modified()));
        made.map_or(0, index::ms_since_1970)
    }

    /// Runs `work` with the index to itself, on a thread that may wait for the disk.
    ///
    /// Once begun it runs to its end, even if the request that wanted it is gone.
    pub(crate) async fn with_index<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Index, &Blobs) -> T + Send + 'static,
    ) -> T {
        let inside = Arc::clone(&self.inside);
        let done = tokio::task::spawn_blocking(move || {
            // A panic inside a transaction has rolled it back, so a poisoned index is still right.
            let mut index = inside.index.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut index, &inside.blobs)
        });
        done.await.expect("work on the index does not panic")
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let unusable = |e: std::io::Error| OpenError::Unusable { folder: folder.into(), why: e.to_string() };
    let file = folder.join("lock");
    let lock = File::options().create(true).truncate(false).write(true).open(file).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: folder.into() }),
        Err(TryLockError::Error(e)) => Err(unusable(e)),
    }
}

/// Why the buckets could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the folder open.
    #[error("{} is in use by another process: stop it, or choose another folder with --data", folder.display())]
    InUse {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// The folder cannot be made, read or written, or holds something else.
    #[error("{} cannot be used as a folder of S3 objects: {why}", folder.display())]
    Unusable {
        /// The folder that was asked for.
        folder: PathBuf,
        /// What the operating system or SQLite said.
        why: String,
    },
}
