//! Which form the data have: those of an older Parlor are brought up to date, those of a newer one left alone.

use std::io;
use std::path::Path;

use crate::StartError;

/// The form that this program writes. Whoever changes what lies in the folder so that an older program would not
/// understand it adds one, and a step to [`migrate`].
pub(super) const VERSION: u32 = 1;

/// The file with the number.
pub(super) const FILE: &str = "version";

/// The same while it is written.
pub(super) const DRAFT: &str = "version.new";

/// Makes sure that the folder has this program's form.
pub(super) fn bring_up_to_date(folder: &Path) -> Result<(), StartError> {
    let failed = |cause| StartError::Folder { path: folder.to_owned(), cause };
    let found = match std::fs::read_to_string(folder.join(FILE)) {
        Ok(text) => text.trim().parse().map_err(|_| {
            failed(io::Error::other(format!("its file {FILE} says {:?}, which is no number", text.trim())))
        })?,
        // Version 0 wrote no number; an empty folder has nothing to bring up to date.
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(error)),
    };
    if found > VERSION {
        return Err(StartError::FolderIsNewer { path: folder.to_owned(), found, known: VERSION });
    }
    for version in found..VERSION {
        migrate(version);
        // Written after each step: one that was interrupted is done again.
        write(folder, version + 1)?;
    }
    Ok(())
}

/// Says which form the data have.
pub(super) fn write(folder: &Path, version: u32) -> Result<(), StartError> {
    let draft = folder.join(DRAFT);
    std::fs::write(&draft, format!("{version}\n"))
        .and_then(|()| std::fs::rename(&draft, folder.join(FILE)))
        .map_err(|cause| StartError::Folder { path: folder.to_owned(), cause })
}

/// Takes the data from this version to the next.
fn migrate(from: u32) {
    match from {
        // The services bring their own files up to date; 0 lacked the number alone.
        0 => {}
        _ => unreachable!("there is a step from every older version"),
    }
}

/// Whether a Parlor made the folder: by its version, or by what version 0 always made.
pub(super) fn is_ours(folder: &Path) -> bool {
    let is_numbered =
        std::fs::read_to_string(folder.join(FILE)).is_ok_and(|text| text.trim().parse::<u32>().is_ok());
    folder.join("lock").is_file() && (is_numbered || folder.join("dynamodb.sqlite").is_file())
}

/// Whether there is nothing in the folder but what a Parlor makes first, which may have been killed then.
pub(super) fn is_unused(folder: &Path) -> io::Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        if name != "lock" && name != DRAFT {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_someone_elses_is_not_ours_for_a_file_called_version() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "1.2.3\n").unwrap();
        assert!(!is_ours(folder.path()));
        std::fs::write(folder.path().join(FILE), "1\n").unwrap();
        assert!(!is_ours(folder.path()));
        std::fs::write(folder.path().join("lock"), "").unwrap();
        assert!(is_ours(folder.path()));
    }

    #[test]
    fn an_older_folder_is_brought_up_to_date_and_a_newer_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let written = || std::fs::read_to_string(path.join(FILE)).unwrap();
        bring_up_to_date(path).unwrap();
        assert_eq!(written(), format!("{VERSION}\n"));
        bring_up_to_date(path).unwrap();

        std::fs::write(path.join(FILE), "7\n").unwrap();
        let error = bring_up_to_date(path).unwrap_err().to_string();
        assert!(error.contains("version 7") && error.contains("--data"), "{error}");
        assert_eq!(written(), "7\n");

        std::fs::write(path.join(FILE), "seven").unwrap();
        assert!(bring_up_to_date(path).unwrap_err().to_string().contains("no number"));
    }
}
