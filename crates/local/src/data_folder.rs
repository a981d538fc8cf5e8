//! The folder that holds everything, and the lock that keeps a second instance out of it.

mod version;

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use uuid::Uuid;

use crate::StartError;

/// Everything that a Parlor puts into its folder, drafts among it, but for the lock and the version. SQLite has files of
/// its own beside a database's (`-wal`, `-shm`).
const CONTENTS: [&str; 10] = [
    "dynamodb.sqlite",
    "dynamodb.sqlite.lock",
    "cognito.sqlite",
    "s3",
    "credentials",
    "credentials.new",
    "ca.pem",
    "ca.key",
    "ca.new",
    version::DRAFT,
];

/// An open data folder; the operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    path: PathBuf,
    _lock: File,
    /// Dropped, it is gone again.
    is_on_trial: bool,
}

impl DataFolder {
    /// Makes the folder if need be, takes it for this process, and brings it up to date.
    ///
    /// One that it made is on trial until [`DataFolder::keep`]: a start that fails leaves none behind. One that has
    /// something of somebody else's in it is refused, as it would be closed to them, and filled.
    pub(crate) fn open(path: &Path) -> Result<DataFolder, StartError> {
        let failed = |cause| StartError::Folder { path: path.to_owned(), cause };
        let is_new = make(path).map_err(failed)?;
        if !is_new && !version::is_ours(path) && !version::is_unused(path).map_err(failed)? {
            return Err(StartError::FolderOfOthers(path.to_owned()));
        }
        let mut folder = DataFolder::take(path)?;
        folder.is_on_trial = is_new;
        version::bring_up_to_date(folder.path())?;
        Ok(folder)
    }

    /// It stays, whatever comes.
    pub(crate) fn keep(&mut self) {
        self.is_on_trial = false;
    }

    /// Takes a folder that some Parlor made, of whatever version; `None` if there is nothing at that path.
    pub(crate) fn open_existing(path: &Path) -> Result<Option<DataFolder>, StartError> {
        if !path.exists() {
            return Ok(None);
        }
        if !version::is_ours(path) {
            return Err(StartError::NotADataFolder(path.to_owned()));
        }
        DataFolder::take(path).map(Some)
    }

    fn take(path: &Path) -> Result<DataFolder, StartError> {
        let failed = |cause| StartError::Folder { path: path.to_owned(), cause };
        only_for_me(path).map_err(failed)?;
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
                return Err(StartError::FolderInUse { path, owner: owner.trim().to_owned() });
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(failed)?;
        Ok(DataFolder { path, _lock: lock, is_on_trial: false })
    }

    /// Deletes all that a Parlor put there, of whatever version; what else is there stays, and is answered.
    pub(crate) fn forget(&self) -> Result<Vec<PathBuf>, StartError> {
        let failed = |cause| StartError::Folder { path: self.path.clone(), cause };
        let mut others = Vec::new();
        for entry in std::fs::read_dir(&self.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            match entry.file_name().to_str() {
                // The lock is held, and the version shows whose the folder is, until everything else is gone.
                Some("lock" | version::FILE) => {}
                Some(name) if is_of_parlor(name) => {
                    let is_folder = entry.file_type().map_err(failed)?.is_dir();
                    let remove =
                        if is_folder { std::fs::remove_dir_all } else { |file| std::fs::remove_file(file) };
                    remove(path).map_err(failed)?;
                }
                _ => others.push(path),
            }
        }
        version::write(&self.path, version::VERSION)?;
        Ok(others)
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

    /// The owner's keys, which may do everything: made once, in the AWS CLI's format, so
    /// that `AWS_SHARED_CREDENTIALS_FILE=.parlor/credentials aws s3 ls` works. Nobody else can guess them.
    pub(crate) fn credentials(&self) -> Result<Credentials, StartError> {
        let file = self.path.join("credentials");
        let failed = |cause| StartError::Folder { path: file.clone(), cause };
        if !file.exists() {
            let [id, secret] = [Uuid::new_v4(), Uuid::new_v4()].map(|random| random.simple().to_string());
            let id = format!("AKIA{}", &id[..16].to_uppercase());
            let text = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
            // A name of its own first: a crash leaves the whole file or none.
            let draft = file.with_extension("new");
            std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, &file)).map_err(failed)?;
        }
        let text = std::fs::read_to_string(&file).map_err(failed)?;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            line.map(|value| value.trim().to_owned())
        };
        match (value("aws_access_key_id"), value("aws_secret_access_key")) {
            (Some(id), Some(secret)) => Ok(Credentials::new(id, secret, None, None, "data folder")),
            _ => Err(failed(std::io::Error::other("it names no access key: delete it to get a new one"))),
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if self.is_on_trial
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, folder = %self.path.display(), "the new data folder was not removed again");
        }
    }
}

fn is_of_parlor(name: &str) -> bool {
    let database = name.strip_suffix("-wal").or_else(|| name.strip_suffix("-shm"));
    CONTENTS.contains(&database.unwrap_or(name))
}

/// Makes a folder, and those above it; false if it is there already.
fn make(path: &Path) -> std::io::Result<bool> {
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        std::fs::create_dir_all(above)?;
    }
    match std::fs::create_dir(path) {
        Ok(()) => Ok(true),
        Err(_) if path.is_dir() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Messages, passwords' verifiers and keys are nobody else's on this machine.
fn only_for_me(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(path).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_folder_is_gone_again_unless_it_is_kept() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("deep/data");
        drop(DataFolder::open(&path).unwrap());
        assert!(!path.exists());
        DataFolder::open(&path).unwrap().keep();
        assert_eq!(names(&path), ["lock", "version"]);
        drop(DataFolder::open(&path).unwrap());
        assert_eq!(names(&path), ["lock", "version"]);
    }

    #[test]
    fn a_folder_with_something_of_somebody_elses_is_left_as_it_is() {
        let theirs = tempfile::tempdir().unwrap();
        std::fs::write(theirs.path().join("thesis.txt"), "all of it").unwrap();
        let error = DataFolder::open(theirs.path()).unwrap_err().to_string();
        assert!(error.contains("was not made by Parlor"), "{error}");
        assert_eq!(names(theirs.path()), ["thesis.txt"]);
    }

    #[test]
    fn forgetting_leaves_what_is_not_of_parlor_and_a_folder_of_this_version() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("data");
        DataFolder::open(&path).unwrap().keep();
        std::fs::create_dir_all(path.join("s3/objects")).unwrap();
        for name in [
            "version",
            "cognito.sqlite",
            "cognito.sqlite-wal",
            "dynamodb.sqlite.lock",
            "ca.new",
            "notes.txt",
            "s3.txt",
        ] {
            std::fs::write(path.join(name), "7").unwrap();
        }
        let others = DataFolder::open_existing(&path).unwrap().unwrap().forget().unwrap();
        assert_eq!(names(&path), ["lock", "notes.txt", "s3.txt", "version"]);
        assert_eq!(others.len(), 2);
        drop(DataFolder::open(&path).unwrap());
    }

    #[test]
    fn an_empty_folder_is_taken_and_so_is_one_in_which_a_first_start_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        std::fs::remove_file(folder.path().join("version")).unwrap();
        std::fs::write(folder.path().join("version.new"), "").unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        assert_eq!(names(folder.path()), ["lock", "version"]);
    }
}
