//! Files that are written once, flushed, and never changed: the contents of objects and parts.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use s3s::crypto::{Checksum, Md5};
use tokio::io::AsyncWriteExt;

/// The folder of these files.
pub(crate) struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    pub(crate) fn open(folder: &Path) -> io::Result<Blobs> {
        std::fs::create_dir_all(folder)?;
        Ok(Blobs { folder: folder.to_owned() })
    }

    /// Removes every file but those that are `needed`.
    pub(crate) fn retain(&self, needed: &HashSet<String>) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(|name| needed.contains(name)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Opens one for reading. It stays readable while open, even if its object is overwritten or deleted.
    pub(crate) fn read(&self, name: &str) -> io::Result<File> {
        File::open(self.folder.join(name))
    }

    /// Removes one that nothing points to any more. If that fails, the next start does it.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(e) = std::fs::remove_file(self.folder.join(name)) {
            tracing::warn!("the S3 file {name} could not be removed and will be at the next start: {e}");
        }
    }

    pub(crate) fn begin(&self) -> io::Result<NewBlob> {
        let name = uuid::Uuid::new_v4().simple().to_string();
        let path = self.folder.join(&name);
        let file = File::options().create_new(true).write(true).open(&path)?;
        let unkept = Unkept(Some(path));
        Ok(NewBlob { name, file: tokio::fs::File::from_std(file), md5: Md5::new(), size_bytes: 0, unkept })
    }

    /// Makes the names in the folder durable, as a file's own flush does not.
    fn flush(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

/// A file that is being written. Dropped before [`Blob::keep`], it is removed.
pub(crate) struct NewBlob {
    name: String,
    file: tokio::fs::File,
    md5: Md5,
    size_bytes: u64,
    unkept: Unkept,
}

impl NewBlob {
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.size_bytes += bytes.len() as u64;
        self.file.write_all(bytes).await
    }

    /// Waits until every byte and the name of the file are on the disk.
    pub(crate) async fn finish(mut self, blobs: &Blobs) -> io::Result<Blob> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let folder = Blobs { folder: blobs.folder.clone() };
        tokio::task::spawn_blocking(move || folder.flush()).await.map_err(io::Error::other)??;
        let md5 = self.md5.finalize();
        Ok(Blob { name: self.name, size_bytes: self.size_bytes, md5, unkept: self.unkept })
    }
}

/// A finished file, which is kept only once the index points to it.
pub(crate) struct Blob {
    /// Its name in the folder.
    pub(crate) name: String,
    pub(crate) size_bytes: u64,
    pub(crate) md5: [u8; 16],
    unkept: Unkept,
}

impl Blob {
    /// To be called after the index's transaction has been committed.
    pub(crate) fn keep(mut self) {
        self.unkept.0 = None;
    }
}

struct Unkept(Option<PathBuf>);

impl Drop for Unkept {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(e) = std::fs::remove_file(&path)
        {
            tracing::warn!("{} could not be removed and will be at the next start: {e}", path.display());
        }
    }
}

/// The bytes as lower-case hexadecimal, as in an ETag.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
