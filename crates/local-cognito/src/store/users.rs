//! The users of the pool.

use std::collections::BTreeMap;

use num_bigint::BigUint;
use rusqlite::{Connection, OptionalExtension, Row};

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
}

/// How far a user has come; the names are AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserStatus {
    Unconfirmed,
    Confirmed,
}

impl UserStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            UserStatus::Unconfirmed => "UNCONFIRMED",
            UserStatus::Confirmed => "CONFIRMED",
        }
    }
}

impl User {
    /// The address that codes go to.
    pub(crate) fn email(&self) -> &str {
        self.attributes.get("email").map_or("", String::as_str)
    }

    pub(crate) fn has_verified_email(&self) -> bool {
        self.attributes
            .get("email_verified")
            .is_some_and(|verified| verified == "true")
    }
}

const COLUMNS: &str = "sub, status, salt, verifier, attributes";

/// The user of this e-mail, in any case, or of this `sub`: a client may sign in with either.
pub(crate) fn find(db: &Connection, name: &str) -> Result<Option<User>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE sign_in_name = ?1 OR sub = ?2");
    let row = db
        .prepare_cached(&sql)?
        .query_row((name.to_lowercase(), name), columns)
        .optional()?;
    row.map(parse).transpose()
}

/// Stores a new user; `false` if the e-mail is taken.
pub(crate) fn insert(db: &Connection, user: &User, now_s: i64) -> Result<bool, Error> {
    let inserted = db.execute(
        "INSERT OR IGNORE INTO users
             (sub, sign_in_name, status, salt, verifier, attributes, created_at_s, modified_at_s)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        (
            &user.sub,
            user.email().to_lowercase(),
            user.status.as_str(),
            user.password.salt.to_bytes_be(),
            user.password.verifier.to_bytes_be(),
            json(&user.attributes)?,
            now_s,
        ),
    )?;
    Ok(inserted == 1)
}

/// Stores what changed: status, password and attributes.
pub(crate) fn update(db: &Connection, user: &User, now_s: i64) -> Result<(), Error> {
    db.execute(
        "UPDATE users SET status = ?2, salt = ?3, verifier = ?4, attributes = ?5, modified_at_s = ?6
         WHERE sub = ?1",
        (
            &user.sub,
            user.status.as_str(),
            user.password.salt.to_bytes_be(),
            user.password.verifier.to_bytes_be(),
            json(&user.attributes)?,
            now_s,
        ),
    )?;
    Ok(())
}

/// Removes the user with codes and memberships.
pub(crate) fn delete(db: &Connection, sub: &str) -> Result<(), Error> {
    db.execute("DELETE FROM users WHERE sub = ?1", [sub])?;
    Ok(())
}

type Columns = (String, String, Vec<u8>, Vec<u8>, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn parse((sub, status, salt, verifier, attributes): Columns) -> Result<User, Error> {
    let status = match status.as_str() {
        "UNCONFIRMED" => UserStatus::Unconfirmed,
        "CONFIRMED" => UserStatus::Confirmed,
        other => {
            return Err(Error::Internal(format!(
                "user {sub} has the unknown status {other}"
            )));
        }
    };
    let attributes = serde_json::from_str(&attributes)
        .map_err(|error| Error::Internal(format!("the attributes of user {sub} cannot be read: {error}")))?;
    let password = StoredPassword {
        salt: BigUint::from_bytes_be(&salt),
        verifier: BigUint::from_bytes_be(&verifier),
    };
    Ok(User {
        sub,
        status,
        password,
        attributes,
    })
}

fn json(attributes: &BTreeMap<String, String>) -> Result<String, Error> {
    serde_json::to_string(attributes).map_err(|error| Error::Internal(format!("attributes: {error}")))
}
