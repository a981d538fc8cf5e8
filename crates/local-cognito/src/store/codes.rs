//! Verification codes: six or eight random digits, for one purpose, good once and for a while, with five tries.

use rand::Rng;
use rusqlite::{Connection, OptionalExtension};
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::medium::Medium;

const TRIES: i64 = 5;

/// A new code forgives the wrong tries, so their number is bounded too.
const SENT_PER_WINDOW: i64 = 20;
const WINDOW_S: i64 = 3600;

/// What a code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignUp,
    ResetPassword,
    VerifyEmail,
    VerifyPhone,
    /// The first factor.
    SignInByEmail,
    SignInBySms,
    /// The second factor.
    MfaByEmail,
    MfaBySms,
}

impl Purpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Purpose::SignUp => "sign_up",
            Purpose::ResetPassword => "reset_password",
            Purpose::VerifyEmail => "verify_email",
            Purpose::VerifyPhone => "verify_phone",
            Purpose::SignInByEmail => "sign_in_by_email",
            Purpose::SignInBySms => "sign_in_by_sms",
            Purpose::MfaByEmail => "mfa_by_email",
            Purpose::MfaBySms => "mfa_by_sms",
        }
    }

    /// How such a code travels.
    pub(crate) fn medium(self) -> Medium {
        match self {
            Purpose::SignUp
            | Purpose::ResetPassword
            | Purpose::VerifyEmail
            | Purpose::SignInByEmail
            | Purpose::MfaByEmail => Medium::Email,
            Purpose::VerifyPhone | Purpose::SignInBySms | Purpose::MfaBySms => Medium::Sms,
        }
    }

    /// Cognito's: a day to confirm a sign-up or an address, an hour to reset a password, and as long as a
    /// sign-in may take.
    fn lifetime_s(self, session_s: i64) -> i64 {
        match self {
            Purpose::SignUp | Purpose::VerifyEmail | Purpose::VerifyPhone => 24 * 3600,
            Purpose::ResetPassword => 3600,
            Purpose::SignInByEmail | Purpose::SignInBySms | Purpose::MfaByEmail | Purpose::MfaBySms => {
                session_s
            }
        }
    }

    /// A code that is the only proof is longer: <https://github.com/aws-amplify/amplify-js/issues/14428>.
    fn digits(self) -> usize {
        match self {
            Purpose::SignInByEmail | Purpose::SignInBySms => 8,
            _ => 6,
        }
    }
}

/// Makes a code, which replaces any earlier one of the same purpose. One of a sign-in is good for `session_s`.
pub(crate) fn issue(
    db: &Connection,
    sub: &str,
    purpose: Purpose,
    session_s: i64,
    now_s: i64,
) -> Result<String, Error> {
    let (sent, window_from_s) = count(db, "codes", sub, purpose, now_s)?;
    let mut rng = rand::rng();
    let code: String = (0..purpose.digits()).map(|_| char::from(rng.random_range(b'0'..=b'9'))).collect();
    db.execute(
        "INSERT OR REPLACE INTO codes
             (sub, purpose, code, expires_at_s, wrong_attempts, sent, window_from_s)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
        (sub, purpose.as_str(), &code, now_s + purpose.lifetime_s(session_s), sent, window_from_s),
    )?;
    Ok(code)
}

/// Pretends the same for the made-up `sub` of somebody unknown, or for somebody who cannot be sent a code, with the
/// same limits.
pub(crate) fn pretend(
    db: &Connection,
    sub: &str,
    purpose: Purpose,
    session_s: i64,
    now_s: i64,
) -> Result<(), Error> {
    // Keeps made-up names from filling the disk.
    db.execute(
        "DELETE FROM hidden_codes WHERE window_from_s <= ?1 AND expires_at_s <= ?2",
        (now_s - WINDOW_S, now_s),
    )?;
    let (sent, window_from_s) = count(db, "hidden_codes", sub, purpose, now_s)?;
    db.execute(
        "INSERT OR REPLACE INTO hidden_codes
             (sub, purpose, expires_at_s, wrong_attempts, sent, window_from_s)
         VALUES (?1, ?2, ?3, 0, ?4, ?5)",
        (sub, purpose.as_str(), now_s + purpose.lifetime_s(session_s), sent, window_from_s),
    )?;
    Ok(())
}

/// How many codes were sent since when, with the one that is about to be.
fn count(db: &Connection, table: &str, sub: &str, purpose: Purpose, now_s: i64) -> Result<(i64, i64), Error> {
    let window: Option<(i64, i64)> = db
        .query_row(
            &format!("SELECT sent, window_from_s FROM {table} WHERE sub = ?1 AND purpose = ?2"),
            (sub, purpose.as_str()),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (sent, window_from_s) = match window {
        Some((sent, from_s)) if now_s - from_s < WINDOW_S => (sent, from_s),
        _ => (0, now_s),
    };
    match sent < SENT_PER_WINDOW {
        true => Ok((sent + 1, window_from_s)),
        false => Err(Error::LimitExceeded),
    }
}

/// Makes the code that is out good no more.
pub(crate) fn cancel(db: &Connection, sub: &str, purpose: Purpose) -> Result<(), Error> {
    db.execute("UPDATE codes SET code = NULL WHERE sub = ?1 AND purpose = ?2", (sub, purpose.as_str()))?;
    Ok(())
}

/// Takes the code if it is right; a wrong one is counted, and after five none is right any more.
pub(crate) fn redeem(
    db: &Connection,
    sub: &str,
    purpose: Purpose,
    given: &str,
    now_s: i64,
) -> Result<(), Error> {
    let stored: Option<(Option<String>, i64, i64)> = db
        .query_row(
            "SELECT code, expires_at_s, wrong_attempts FROM codes WHERE sub = ?1 AND purpose = ?2",
            (sub, purpose.as_str()),
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((Some(code), expires_at_s, wrong_attempts)) = stored else {
        // To somebody who cannot be sent one it was pretended.
        return Err(guess_pretended(db, sub, purpose, now_s)?);
    };
    check_open(expires_at_s, wrong_attempts, now_s)?;
    let is_right = bool::from(code.as_bytes().ct_eq(given.trim().as_bytes()));
    let change = if is_right { "code = NULL" } else { "wrong_attempts = wrong_attempts + 1" };
    db.execute(
        &format!("UPDATE codes SET {change} WHERE sub = ?1 AND purpose = ?2"),
        (sub, purpose.as_str()),
    )?;
    if is_right { Ok(()) } else { Err(Error::CodeMismatch) }
}

/// A guess at a code that was never sent is as wrong as any; the answer is the refusal.
pub(crate) fn guess_pretended(
    db: &Connection,
    sub: &str,
    purpose: Purpose,
    now_s: i64,
) -> Result<Error, Error> {
    let stored: Option<(i64, i64)> = db
        .query_row(
            "SELECT expires_at_s, wrong_attempts FROM hidden_codes WHERE sub = ?1 AND purpose = ?2",
            (sub, purpose.as_str()),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (expires_at_s, wrong_attempts) = stored.ok_or(Error::ExpiredCode)?;
    check_open(expires_at_s, wrong_attempts, now_s)?;
    db.execute(
        "UPDATE hidden_codes SET wrong_attempts = wrong_attempts + 1 WHERE sub = ?1 AND purpose = ?2",
        (sub, purpose.as_str()),
    )?;
    Ok(Error::CodeMismatch)
}

fn check_open(expires_at_s: i64, wrong_attempts: i64, now_s: i64) -> Result<(), Error> {
    if now_s >= expires_at_s {
        return Err(Error::ExpiredCode);
    }
    match wrong_attempts < TRIES {
        true => Ok(()),
        false => Err(Error::LimitExceeded),
    }
}
