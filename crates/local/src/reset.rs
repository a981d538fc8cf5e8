//! Forgetting everything: deletes a data folder, if it is one and nobody uses it.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use crate::StartError;
use crate::data_folder::DataFolder;

/// Empties the data folder. Without `is_sure` it asks at the terminal, and without a terminal it refuses.
///
/// A folder that is not there is as good as empty; one that no Parlor made, or that one uses, is not touched.
pub fn reset(data: &Path, is_sure: bool) -> Result<(), StartError> {
    let failed = |cause| StartError::Folder { path: data.to_owned(), cause };
    let Some(folder) = DataFolder::open_existing(data)? else {
        return Ok(());
    };
    let shown = folder.path().display().to_string();
    if !is_sure && !agrees(&shown).map_err(failed)? {
        return Err(StartError::NotReset(shown));
    }
    let entries = std::fs::read_dir(folder.path()).map_err(failed)?;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        // The lock is held until everything else is gone; what is left then is an empty folder of ours.
        if entry.file_name() == "lock" || entry.file_name() == "version" {
            continue;
        }
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        let remove = if is_folder { std::fs::remove_dir_all } else { |path| std::fs::remove_file(path) };
        remove(entry.path()).map_err(failed)?;
    }
    Ok(())
}

fn agrees(folder: &str) -> std::io::Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(false);
    }
    print!("Delete all people, messages and files in {folder}? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
