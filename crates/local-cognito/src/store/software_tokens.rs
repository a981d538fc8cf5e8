//! The secrets that users share with their authenticator apps.

use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

/// What there is of a user's.
#[derive(Debug, Clone, Default)]
pub(crate) struct SoftwareToken {
    /// The secret that was proved to be in an app.
    pub(crate) secret: Option<Vec<u8>>,
    /// A new one, until it is proved.
    pub(crate) pending_secret: Option<Vec<u8>>,
    /// Whether it is asked for at sign-in.
    pub(crate) is_enabled: bool,
    pub(crate) is_preferred: bool,
    /// What the user calls the app's device.
    pub(crate) friendly_name: String,
    /// The step of the newest code that was taken: it and those before are good no more.
    pub(crate) last_step: i64,
}

pub(crate) fn of_user(db: &Connection, sub: &str) -> Result<SoftwareToken, Error> {
    let token = db
        .prepare_cached(
            "SELECT secret, pending_secret, is_enabled, is_preferred, friendly_name, last_step
             FROM software_tokens WHERE sub = ?1",
        )?
        .query_row([sub], |row| {
            Ok(SoftwareToken {
                secret: row.get(0)?,
                pending_secret: row.get(1)?,
                is_enabled: row.get(2)?,
                is_preferred: row.get(3)?,
                friendly_name: row.get(4)?,
                last_step: row.get(5)?,
            })
        })
        .optional()?;
    Ok(token.unwrap_or_default())
}

pub(crate) fn put(db: &Connection, sub: &str, token: &SoftwareToken) -> Result<(), Error> {
    db.execute(
        "INSERT OR REPLACE INTO software_tokens
             (sub, secret, pending_secret, is_enabled, is_preferred, friendly_name, last_step)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            sub,
            &token.secret,
            &token.pending_secret,
            token.is_enabled,
            token.is_preferred,
            &token.friendly_name,
            token.last_step,
        ),
    )?;
    Ok(())
}
