//! The identity pool's identities and the temporary credentials handed to them.

use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

/// Who an identity is when it is no guest: a user of a user pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user pool's issuer without its scheme.
    pub provider_name: String,
    /// The user there.
    pub sub: String,
}

/// AWS credentials of an identity, for verifying SigV4 signatures made with them.
#[derive(Debug, Clone)]
pub struct TemporaryCredentials {
    /// `ASIA…`, in the open in every signed request.
    pub access_key_id: String,
    /// The key of the signature.
    pub secret_access_key: String,
    /// Must come as `X-Amz-Security-Token` with every signed request.
    pub session_token: String,
    /// `<region>:<guid>`.
    pub identity_id: String,
    /// `None` for a guest.
    pub login: Option<Login>,
    /// Epoch seconds; from then on they do not count.
    pub expires_at_s: i64,
}

/// For how long expired credentials are remembered: a day.
const REMEMBERED_S: i64 = 24 * 60 * 60;

impl TemporaryCredentials {
    /// Whether they still count, or did so less than a day ago.
    pub(crate) fn are_remembered(&self, now_s: i64) -> bool {
        now_s - REMEMBERED_S < self.expires_at_s
    }
}

/// Whose identity it is; `None` if there is no such identity.
pub(crate) fn find(db: &Connection, identity_id: &str) -> Result<Option<Option<Login>>, Error> {
    let login = db
        .query_row("SELECT provider_name, sub FROM identities WHERE identity_id = ?1", [identity_id], |row| {
            login(row.get(0)?, row.get(1)?)
        })
        .optional()?;
    Ok(login)
}

pub(crate) fn of_login(db: &Connection, login: &Login) -> Result<Option<String>, Error> {
    let identity_id = db
        .query_row(
            "SELECT identity_id FROM identities WHERE provider_name = ?1 AND sub = ?2",
            (&login.provider_name, &login.sub),
            |row| row.get(0),
        )
        .optional()?;
    Ok(identity_id)
}

pub(crate) fn insert(db: &Connection, identity_id: &str, login: Option<&Login>) -> Result<(), Error> {
    db.execute(
        "INSERT INTO identities (identity_id, provider_name, sub) VALUES (?1, ?2, ?3)",
        (identity_id, login.map(|login| &login.provider_name), login.map(|login| &login.sub)),
    )?;
    Ok(())
}

/// Makes a guest's identity that of a user.
pub(crate) fn link(db: &Connection, identity_id: &str, login: &Login) -> Result<(), Error> {
    db.execute(
        "UPDATE identities SET provider_name = ?2, sub = ?3 WHERE identity_id = ?1",
        (identity_id, &login.provider_name, &login.sub),
    )?;
    Ok(())
}

pub(crate) fn insert_credentials(db: &Connection, credentials: &TemporaryCredentials) -> Result<(), Error> {
    let login = credentials.login.as_ref();
    db.execute(
        "INSERT INTO credentials
             (access_key_id, secret_access_key, session_token, identity_id, provider_name, sub, expires_at_s)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            &credentials.access_key_id,
            &credentials.secret_access_key,
            &credentials.session_token,
            &credentials.identity_id,
            login.map(|login| &login.provider_name),
            login.map(|login| &login.sub),
            credentials.expires_at_s,
        ),
    )?;
    Ok(())
}

pub(crate) fn forget_expired_credentials(db: &Connection, now_s: i64) -> Result<(), Error> {
    db.execute("DELETE FROM credentials WHERE expires_at_s <= ?1", [now_s - REMEMBERED_S])?;
    Ok(())
}

pub(crate) fn all_credentials(db: &Connection) -> Result<Vec<TemporaryCredentials>, Error> {
    let mut statement = db.prepare(
        "SELECT access_key_id, secret_access_key, session_token, identity_id, expires_at_s, provider_name, sub
         FROM credentials",
    )?;
    let credentials = statement.query_map([], |row| {
        Ok(TemporaryCredentials {
            access_key_id: row.get(0)?,
            secret_access_key: row.get(1)?,
            session_token: row.get(2)?,
            identity_id: row.get(3)?,
            expires_at_s: row.get(4)?,
            login: login(row.get(5)?, row.get(6)?)?,
        })
    })?;
    Ok(credentials.collect::<Result<_, _>>()?)
}

fn login(provider_name: Option<String>, sub: Option<String>) -> rusqlite::Result<Option<Login>> {
    Ok(provider_name.zip(sub).map(|(provider_name, sub)| Login { provider_name, sub }))
}
