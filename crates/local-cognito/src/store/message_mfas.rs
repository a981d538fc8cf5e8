//! The second factors that travel: who wants a code by e-mail or text message at sign-in.

use rusqlite::Connection;

use crate::config::SecondFactor;
use crate::error::Error;

/// What the user wants, and whether it is preferred.
pub(crate) fn of_user(db: &Connection, sub: &str) -> Result<Vec<(SecondFactor, bool)>, Error> {
    let mut statement =
        db.prepare_cached("SELECT factor, is_preferred FROM message_mfas WHERE sub = ?1 ORDER BY factor")?;
    let rows = statement.query_map([sub], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let mut wanted = Vec::new();
    for row in rows {
        let (name, is_preferred) = row?;
        let factor = SecondFactor::parse(&name)
            .ok_or_else(|| Error::Internal(format!("user {sub} has the unknown factor {name}")))?;
        wanted.push((factor, is_preferred));
    }
    Ok(wanted)
}

/// From now on the user wants this.
pub(crate) fn put(db: &Connection, sub: &str, factor: SecondFactor, is_preferred: bool) -> Result<(), Error> {
    db.execute(
        "INSERT OR REPLACE INTO message_mfas (sub, factor, is_preferred) VALUES (?1, ?2, ?3)",
        (sub, factor.as_str(), is_preferred),
    )?;
    Ok(())
}

/// And from now on no more.
pub(crate) fn delete(db: &Connection, sub: &str, factor: SecondFactor) -> Result<(), Error> {
    db.execute("DELETE FROM message_mfas WHERE sub = ?1 AND factor = ?2", (sub, factor.as_str()))?;
    Ok(())
}
