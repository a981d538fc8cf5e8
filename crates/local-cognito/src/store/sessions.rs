//! Sign-ins and their refresh tokens, of which only a hash is stored.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// One sign-in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// In every token of the session; what revocation goes by.
    pub(crate) event_id: String,
    pub(crate) origin_jti: String,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    pub(crate) auth_time_s: i64,
    /// When the refresh token ends.
    pub(crate) expires_at_s: i64,
    pub(crate) is_revoked: bool,
    /// Until when the refresh token by which the session was found is good, if newer ones replaced it.
    pub(crate) replaced_until_s: Option<i64>,
    /// OAuth scopes with blanks between, of a sign-in by the sign-in page; `None` for one by the API.
    pub(crate) scope: Option<String>,
}

/// An access token may outlive its refresh token, by at most Cognito's longest validity.
const LONGEST_ACCESS_TOKEN_S: i64 = 24 * 3600;

pub(crate) fn insert(db: &Connection, session: &Session, refresh_token: &str) -> Result<(), Error> {
    db.execute(
        "INSERT INTO sessions
             (event_id, origin_jti, sub, client_id, refresh_token_hash, auth_time_s, expires_at_s, revoked)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            &session.event_id,
            &session.origin_jti,
            &session.sub,
            &session.client_id,
            hash(refresh_token),
            session.auth_time_s,
            session.expires_at_s,
            session.is_revoked,
        ),
    )?;
    Ok(())
}

pub(crate) fn find(db: &Connection, refresh_token: &str) -> Result<Option<Session>, Error> {
    let session = db
        .prepare_cached(
            "SELECT event_id, origin_jti, sub, client_id, auth_time_s, expires_at_s, revoked, NULL,
                    scope
             FROM sessions WHERE refresh_token_hash = ?1
             UNION ALL
             SELECT event_id, origin_jti, sub, client_id, auth_time_s, expires_at_s, revoked, good_until_s,
                    scope
             FROM rotated_tokens JOIN sessions USING (event_id) WHERE rotated_tokens.refresh_token_hash = ?1",
        )?
        .query_row([hash(refresh_token)], |row| {
            Ok(Session {
                event_id: row.get(0)?,
                origin_jti: row.get(1)?,
                sub: row.get(2)?,
                client_id: row.get(3)?,
                auth_time_s: row.get(4)?,
                expires_at_s: row.get(5)?,
                is_revoked: row.get(6)?,
                replaced_until_s: row.get(7)?,
                scope: row.get(8)?,
            })
        })
        .optional()?;
    Ok(session)
}

/// Replaces a refresh token of the session, which stays good until `good_until_s`.
///
/// Who uses an earlier one again may or may not have got its successor, so that stays good as well.
pub(crate) fn rotate(
    db: &Connection,
    session: &Session,
    used: &str,
    new: &str,
    good_until_s: i64,
) -> Result<(), Error> {
    db.execute(
        "INSERT INTO rotated_tokens (refresh_token_hash, event_id, good_until_s)
         SELECT refresh_token_hash, event_id, expires_at_s FROM sessions WHERE event_id = ?1",
        [&session.event_id],
    )?;
    db.execute(
        "UPDATE rotated_tokens SET good_until_s = min(good_until_s, ?2) WHERE refresh_token_hash = ?1",
        (hash(used), good_until_s),
    )?;
    db.execute(
        "UPDATE sessions SET refresh_token_hash = ?2 WHERE event_id = ?1",
        (&session.event_id, hash(new)),
    )?;
    Ok(())
}

/// Says what the session was opened for; its tokens are good for nothing else.
pub(crate) fn limit_to(db: &Connection, event_id: &str, scope: &str) -> Result<(), Error> {
    db.execute("UPDATE sessions SET scope = ?2 WHERE event_id = ?1", (event_id, scope))?;
    Ok(())
}

/// Ends one session.
pub(crate) fn revoke(db: &Connection, event_id: &str) -> Result<(), Error> {
    db.execute("UPDATE sessions SET revoked = 1 WHERE event_id = ?1", [event_id])?;
    Ok(())
}

/// Ends every session of a user and names those it ended.
pub(crate) fn revoke_all(db: &Connection, sub: &str) -> Result<Vec<String>, Error> {
    let mut statement =
        db.prepare("UPDATE sessions SET revoked = 1 WHERE sub = ?1 AND revoked = 0 RETURNING event_id")?;
    let ended = statement.query_map([sub], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ended)
}

/// The sessions whose tokens are not expired but must be refused.
pub(crate) fn revoked(db: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = db.prepare("SELECT event_id FROM sessions WHERE revoked = 1")?;
    let revoked = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(revoked)
}

/// Forgets sessions none of whose tokens can still be good.
pub(crate) fn forget_expired(db: &Connection, now_s: i64) -> Result<(), Error> {
    db.execute("DELETE FROM sessions WHERE expires_at_s < ?1", [now_s - LONGEST_ACCESS_TOKEN_S])?;
    Ok(())
}

/// A refresh token is 256 random bits, so a plain hash cannot be guessed backwards.
fn hash(refresh_token: &str) -> Vec<u8> {
    Sha256::digest(refresh_token).to_vec()
}
