//! The e-mails and text messages that AWS would have sent, kept for the developer to read.

use rusqlite::Connection;
use serde::Serialize;

use crate::error::Error;
use crate::medium::Medium;
use crate::store::codes::Purpose;

/// Older mails are forgotten.
const KEPT: i64 = 1000;

const SHOWN: i64 = 100;

/// One e-mail or text message, as `GET /_local/outbox` shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// The e-mail address or phone number, as its owner wrote it.
    pub to: String,
    /// `sign_up`, `reset_password`, `verify_email`, `verify_phone`, `sign_in_by_email`, `sign_in_by_sms`,
    /// `mfa_by_email`, `mfa_by_sms` or `invitation`.
    pub kind: String,
    /// Of the e-mail; a text message has none in AWS, and says here what it is.
    pub subject: String,
    /// What the person is to type: digits, or in an invitation the temporary password.
    pub code: String,
    /// The body.
    pub text: String,
    /// ISO 8601, UTC, milliseconds.
    pub sent_at: String,
}

/// Words of a function, in the place of Cognito's.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) subject: Option<String>,
    pub(crate) text: Option<String>,
}

/// A message that is in the outbox once the transaction is committed, and then, the purpose of this outbox, in the
/// log.
#[derive(Debug)]
pub(crate) struct Sent {
    to: String,
    code: String,
    text: String,
}

impl Sent {
    pub(crate) fn log(&self) {
        let Sent { to, code, text } = self;
        tracing::info!(to, code, "mail: {text}");
    }
}

/// Puts a code into the outbox.
pub(crate) fn send(
    db: &Connection,
    to: &str,
    purpose: Purpose,
    code: &str,
    words: Words,
    now_ms: i64,
) -> Result<Sent, Error> {
    let (subject, text) = match purpose {
        Purpose::SignUp => ("Your verification code", format!("Your confirmation code is {code}.")),
        Purpose::ResetPassword => {
            ("Your password reset code", format!("Your password reset code is {code}."))
        }
        Purpose::VerifyEmail => ("Your verification code", format!("Your verification code is {code}.")),
        Purpose::VerifyPhone => ("Text message", format!("Your verification code is {code}.")),
        Purpose::SignInByEmail | Purpose::MfaByEmail => {
            ("Your authentication code", format!("Your authentication code is {code}."))
        }
        Purpose::SignInBySms | Purpose::MfaBySms => {
            ("Text message", format!("Your authentication code is {code}."))
        }
    };
    let subject = words.subject.as_deref().unwrap_or(subject);
    put(db, to, purpose.as_str(), subject, code, &words.text.unwrap_or(text), now_ms)
}

/// Tells somebody for whom an operator made an account how to sign in the first time.
pub(crate) fn invite(
    db: &Connection,
    to: &str,
    medium: Medium,
    username: &str,
    password: &str,
    words: Words,
    now_ms: i64,
) -> Result<Sent, Error> {
    let subject = match medium {
        Medium::Email => words.subject.as_deref().unwrap_or("Your temporary password"),
        Medium::Sms => "Text message",
    };
    let text = format!("Your username is {username} and temporary password is {password}");
    put(db, to, "invitation", subject, password, &words.text.unwrap_or(text), now_ms)
}

fn put(
    db: &Connection,
    to: &str,
    kind: &str,
    subject: &str,
    code: &str,
    text: &str,
    now_ms: i64,
) -> Result<Sent, Error> {
    db.execute(
        "INSERT INTO outbox (recipient, kind, subject, code, text, sent_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (to, kind, subject, code, text, now_ms),
    )?;
    db.execute("DELETE FROM outbox WHERE id <= (SELECT max(id) FROM outbox) - ?1", [KEPT])?;
    Ok(Sent { to: to.to_owned(), code: code.to_owned(), text: text.to_owned() })
}

/// The newest mails, newest first, at most a hundred; to one address (in any case) or to all.
pub(crate) fn list(db: &Connection, to: Option<&str>) -> Result<Vec<Mail>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT recipient, kind, subject, code, text,
                strftime('%Y-%m-%dT%H:%M:%fZ', sent_at_ms / 1000.0, 'unixepoch')
         FROM outbox WHERE ?1 IS NULL OR recipient = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let mails = statement.query_map((to, SHOWN), |row| {
        Ok(Mail {
            to: row.get(0)?,
            kind: row.get(1)?,
            subject: row.get(2)?,
            code: row.get(3)?,
            text: row.get(4)?,
            sent_at: row.get(5)?,
        })
    })?;
    Ok(mails.collect::<Result<_, _>>()?)
}
