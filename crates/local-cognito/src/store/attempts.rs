//! Wrong passwords and codes in a row: after five, a pause that doubles with each further one.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow.html>,
//! "Lockout behavior for failed sign-in attempts": n failures lock for 2^(n-5) seconds, at most about fifteen
//! minutes; tries during a lock do not count; fifteen quiet minutes forgive everything.

use rusqlite::{Connection, OptionalExtension};

use crate::error::Error;

const FREE: i64 = 4;
const LONGEST_LOCK_MS: i64 = 15 * 60 * 1000;
const FORGIVEN_AFTER_MS: i64 = 15 * 60 * 1000;

/// What is being guessed; each has its own count, so that a right password forgives no wrong code.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Secret {
    Password,
    SoftwareToken,
}

impl Secret {
    fn as_str(self) -> &'static str {
        match self {
            Secret::Password => "password",
            Secret::SoftwareToken => "software_token",
        }
    }
}

/// Refuses a try during a lock. `who` is a `sub`, also the made-up one of somebody unknown.
pub(crate) fn check(db: &Connection, who: &str, secret: Secret, now_ms: i64) -> Result<(), Error> {
    let locked_until_ms: Option<i64> = db
        .prepare_cached("SELECT locked_until_ms FROM failed_attempts WHERE who = ?1 AND kind = ?2")?
        .query_row((who, secret.as_str()), |row| row.get(0))
        .optional()?;
    match locked_until_ms {
        Some(until_ms) if now_ms < until_ms => Err(match secret {
            Secret::Password => Error::NotAuthorized("Password attempts exceeded"),
            Secret::SoftwareToken => Error::LimitExceeded,
        }),
        _ => Ok(()),
    }
}

/// Counts a wrong one.
pub(crate) fn failed(db: &Connection, who: &str, secret: Secret, now_ms: i64) -> Result<(), Error> {
    // Also keeps made-up names from filling the disk.
    db.execute(
        "DELETE FROM failed_attempts WHERE max(last_failed_at_ms, locked_until_ms) <= ?1",
        [now_ms - FORGIVEN_AFTER_MS],
    )?;
    let failures: i64 = db.query_row(
        "INSERT INTO failed_attempts (who, kind, failures, last_failed_at_ms, locked_until_ms)
         VALUES (?1, ?2, 1, ?3, 0)
         ON CONFLICT (who, kind) DO UPDATE SET failures = failures + 1, last_failed_at_ms = ?3
         RETURNING failures",
        (who, secret.as_str(), now_ms),
        |row| row.get(0),
    )?;
    if failures > FREE {
        let doublings = (failures - FREE - 1).min(20);
        let lock_ms = (1000 << doublings).min(LONGEST_LOCK_MS);
        db.execute(
            "UPDATE failed_attempts SET locked_until_ms = ?3 WHERE who = ?1 AND kind = ?2",
            (who, secret.as_str(), now_ms + lock_ms),
        )?;
    }
    Ok(())
}

/// A right one forgives the wrong ones before it.
pub(crate) fn succeeded(db: &Connection, who: &str, secret: Secret) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM failed_attempts WHERE who = ?1 AND kind = ?2")?
        .execute((who, secret.as_str()))?;
    Ok(())
}
