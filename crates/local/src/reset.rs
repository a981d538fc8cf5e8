//! Forgetting everything: deletes a data folder, if it is one and nobody uses it.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use crate::StartError;
use crate::data_folder::DataFolder;

/// Takes everything of Parlor's out of the data folder, and nothing else. Without `is_sure` it asks at the terminal, and
/// without a terminal it refuses.
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
    for other in folder.forget()? {
        tracing::warn!(path = %other.display(), "is not of Parlor and stays");
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
