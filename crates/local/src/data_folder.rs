//! The folder that holds everything, and the lock that keeps a second instance out of it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::StartError;

/// An open data folder; the operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if need be, and takes it for this process.
    pub(crate) fn open(path: &Path) -> Result<DataFolder, StartError> {
        let failed = |cause| StartError::Folder {
            path: path.to_owned(),
            cause,
        };
        std::fs::create_dir_all(path).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // The process id is a help to the reader, no more.
                let _ = lock.read_to_string(&mut owner);
                return Err(StartError::FolderInUse {
                    path,
                    owner: owner.trim().to_owned(),
                });
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(failed)?;
        Ok(DataFolder { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn dynamodb(&self) -> PathBuf {
        self.path.join("dynamodb.sqlite")
    }

    pub(crate) fn cognito(&self) -> PathBuf {
        self.path.join("cognito.sqlite")
    }

    pub(crate) fn s3(&self) -> PathBuf {
        self.path.join("s3")
    }
}
