//! The users of the pool.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use num_bigint::BigUint;
use rusqlite::{Connection, Row};

use crate::error::Error;
use crate::password::StoredPassword;

/// A user as stored.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// The generated user name, which is also the `sub` claim.
    pub(crate) sub: String,
    pub(crate) status: UserStatus,
    pub(crate) password: StoredPassword,
    /// By name, without `sub`; booleans are the texts "true" and "false", as on the wire.
    pub(crate) attributes: BTreeMap<String, String>,
    /// An operator can shut a user out.
    pub(crate) is_enabled: bool,
    /// When the temporary password ends, in epoch seconds; `None` for one that the user chose.
    pub(crate) temporary_until_s: Option<i64>,
    /// The address that the user wants to have and has yet to prove.
    pub(crate) pending_email: Option<String>,
    pub(crate) created_at_s: i64,
    pub(crate) modified_at_s: i64,
}

/// How far a user has come; the names are AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserStatus {
    Unconfirmed,
    Confirmed,
    /// Has a temporary password.
    ForceChangePassword,
    /// An operator wants a new password by way of a reset code.
    ResetRequired,
}

impl UserStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            UserStatus::Unconfirmed => "UNCONFIRMED",
            UserStatus::Confirmed => "CONFIRMED",
            UserStatus::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            UserStatus::ResetRequired => "RESET_REQUIRED",
        }
    }

    fn parse(status: &str) -> Option<Self> {
        [
            UserStatus::Unconfirmed,
            UserStatus::Confirmed,
            UserStatus::ForceChangePassword,
            UserStatus::ResetRequired,
        ]
        .into_iter()
        .find(|known| known.as_str() == status)
    }
}

impl User {
    /// The address that codes go to.
    pub(crate) fn email(&self) -> &str {
        self.attributes.get("email").map_or("", String::as_str)
    }

    /// Refuses who was shut out.
    pub(crate) fn check_enabled(&self) -> Result<(), Error> {
        match self.is_enabled {
            true => Ok(()),
            false => Err(Error::NotAuthorized("User is disabled.")),
        }
    }

    pub(crate) fn has_verified_email(&self) -> bool {
        self.attributes.get("email_verified").is_some_and(|verified| verified == "true")
    }
}

const COLUMNS: &str = "sub, status, salt, verifier, has_password, attributes, enabled, temporary_until_s, pending_email, \
                       created_at_s, modified_at_s";

/// The user of this e-mail, in any case, or of this `sub`: a client may sign in with either.
pub(crate) fn find(db: &Connection, name: &str) -> Result<Option<User>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE sign_in_name = ?1 OR sub = ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query((name.to_lowercase(), name))?;
    rows.next()?.map(parse).transpose()
}

/// The users after a place in the order of their making, each with its own place.
pub(crate) fn after(
    db: &Connection,
    place: i64,
    mut visit: impl FnMut(i64, User) -> ControlFlow<()>,
) -> Result<(), Error> {
    let sql = format!("SELECT rowid, {COLUMNS} FROM users WHERE rowid > ?1 ORDER BY rowid");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([place])?;
    while let Some(row) = rows.next()? {
        if visit(row.get("rowid")?, parse(row)?).is_break() {
            break;
        }
    }
    Ok(())
}

/// How many there are.
pub(crate) fn count(db: &Connection) -> Result<i64, Error> {
    Ok(db.query_row("SELECT count(*) FROM users", [], |row| row.get(0))?)
}

/// Stores a new user; `false` if the e-mail is taken.
pub(crate) fn insert(db: &Connection, user: &User) -> Result<bool, Error> {
    let inserted = db.execute(
        "INSERT OR IGNORE INTO users
             (sub, sign_in_name, status, salt, verifier, attributes, temporary_until_s, created_at_s,
              modified_at_s, has_password)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)",
        (
            &user.sub,
            user.email().to_lowercase(),
            user.status.as_str(),
            user.password.salt.to_bytes_be(),
            user.password.verifier.to_bytes_be(),
            json(&user.attributes)?,
            user.temporary_until_s,
            user.created_at_s,
            user.password.is_set,
        ),
    )?;
    Ok(inserted == 1)
}

/// Stores what changed; that no other user has the e-mail is for the caller to know.
pub(crate) fn update(db: &Connection, user: &User, now_s: i64) -> Result<(), Error> {
    db.execute(
        "UPDATE users SET status = ?2, salt = ?3, verifier = ?4, attributes = ?5, modified_at_s = ?6,
             sign_in_name = ?7, enabled = ?8, temporary_until_s = ?9, pending_email = ?10,
             has_password = ?11
         WHERE sub = ?1",
        (
            &user.sub,
            user.status.as_str(),
            user.password.salt.to_bytes_be(),
            user.password.verifier.to_bytes_be(),
            json(&user.attributes)?,
            now_s,
            user.email().to_lowercase(),
            user.is_enabled,
            user.temporary_until_s,
            &user.pending_email,
            user.password.is_set,
        ),
    )?;
    Ok(())
}

/// Removes the user with codes and memberships.
pub(crate) fn delete(db: &Connection, sub: &str) -> Result<(), Error> {
    db.execute("DELETE FROM users WHERE sub = ?1", [sub])?;
    Ok(())
}

fn parse(row: &Row<'_>) -> Result<User, Error> {
    let sub: String = row.get("sub")?;
    let status: String = row.get("status")?;
    let status = UserStatus::parse(&status)
        .ok_or_else(|| Error::Internal(format!("user {sub} has the unknown status {status}")))?;
    let attributes: String = row.get("attributes")?;
    let attributes = serde_json::from_str(&attributes)
        .map_err(|error| Error::Internal(format!("the attributes of user {sub} cannot be read: {error}")))?;
    let number = |column: &str| row.get(column).map(|bytes: Vec<u8>| BigUint::from_bytes_be(&bytes));
    let password = StoredPassword {
        salt: number("salt")?,
        verifier: number("verifier")?,
        is_set: row.get("has_password")?,
    };
    Ok(User {
        sub,
        status,
        password,
        attributes,
        is_enabled: row.get("enabled")?,
        temporary_until_s: row.get("temporary_until_s")?,
        pending_email: row.get("pending_email")?,
        created_at_s: row.get("created_at_s")?,
        modified_at_s: row.get("modified_at_s")?,
    })
}

fn json(attributes: &BTreeMap<String, String>) -> Result<String, Error> {
    serde_json::to_string(attributes).map_err(|error| Error::Internal(format!("attributes: {error}")))
}
