//! When a request was signed, and for how long that counts.

use std::time::{Duration, SystemTime};

use super::{SignatureError, incomplete, invalid};

/// How far the clock of whoever signs may be off; AWS says five minutes.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// `20150830T123600Z`, read.
pub(super) struct SignedAt {
    text: String,
    pub(super) day: String,
    pub(super) at: SystemTime,
}

impl SignedAt {
    /// `place` says where the date should be.
    pub(super) fn read(text: Option<&str>, place: &str) -> Result<SignedAt, SignatureError> {
        let text = text.unwrap_or_default();
        let parsed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text)
            .ok()
            .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok());
        match parsed {
            Some(time) => Ok(SignedAt {
                text: text.to_owned(),
                day: time.strftime("%Y%m%d").to_string(),
                at: SystemTime::from(time.timestamp()),
            }),
            None => Err(incomplete(format!(
                "Date must be in ISO-8601 'basic format' in {place}, as 20150830T123600Z."
            ))),
        }
    }
}

/// Headers are signed for the moment.
pub(super) fn around(signed: &SignedAt, now: SystemTime) -> Result<(), SignatureError> {
    if signed.at + SKEW < now {
        let (text, oldest, now) = (&signed.text, basic(now - SKEW), basic(now));
        return Err(invalid(format!(
            "Signature expired: {text} is now earlier than {oldest} ({now} - 5 min.)"
        )));
    }
    not_ahead(signed, now)
}

/// A URL is signed for a while.
pub(super) fn until(signed: &SignedAt, expires: Duration, now: SystemTime) -> Result<(), SignatureError> {
    let last = signed.at + expires;
    if last < now {
        let (last, now) = (basic(last), basic(now));
        return Err(invalid(format!("Signature expired: {last} is now earlier than {now}.")));
    }
    not_ahead(signed, now)
}

fn not_ahead(signed: &SignedAt, now: SystemTime) -> Result<(), SignatureError> {
    if now + SKEW < signed.at {
        let (text, latest, now) = (&signed.text, basic(now + SKEW), basic(now));
        return Err(invalid(format!(
            "Signature not yet current: {text} is still later than {latest} ({now} + 5 min.)"
        )));
    }
    Ok(())
}

fn basic(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
        .unwrap_or_default()
}
