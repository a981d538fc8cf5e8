//! Secrets made once and kept for as long as the data folder lives.

use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

/// The secret of this name; `make` is asked only the first time.
pub(crate) fn kept(
    db: &Connection,
    name: &str,
    make: impl FnOnce() -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    let stored =
        db.query_row("SELECT value FROM secrets WHERE name = ?1", [name], |row| row.get(0)).optional()?;
    if let Some(secret) = stored {
        return Ok(secret);
    }
    let secret = make()?;
    db.execute("INSERT INTO secrets (name, value) VALUES (?1, ?2)", (name, &secret))?;
    Ok(secret)
}
