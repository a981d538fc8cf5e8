//! The `TIMESTAMP` of an SRP proof: `EEE MMM d HH:mm:ss z yyyy`, in English.
//!
//! Cognito reads it leniently and checks the proof over how it would have written it: a day with a zero in front or
//! of another weekday is a wrong proof, not a wrong timestamp
//! (<https://github.com/ministackorg/ministack/pull/1758>, measured). How far it may be from the server's time is
//! nowhere said, and clients whose clocks are hours off sign in
//! (<https://github.com/amazon-archives/amazon-cognito-identity-js/issues/495>).

use jiff::civil::DateTime;

use crate::error::Error;

/// The timestamp as Cognito writes it.
pub(crate) fn canonical(text: &str) -> Result<String, Error> {
    let moment = parse(text).ok_or_else(|| {
        Error::InvalidParameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.".to_owned())
    })?;
    Ok(moment.strftime("%a %b %-d %H:%M:%S UTC %Y").to_string())
}

fn parse(text: &str) -> Option<DateTime> {
    let mut parts = text.split(' ');
    let mut part = || parts.next();
    let (weekday, month, day, time, zone, year) = (part()?, part()?, part()?, part()?, part()?, part()?);
    let is_known = WEEKDAYS.contains(&weekday) && ["UTC", "GMT"].contains(&zone) && year.len() == 4;
    if !is_known || part().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let mut time = time.split(':').map(number);
    let mut unit = || i8::try_from(time.next()??).ok();
    let (hour, minute, second) = (unit()?, unit()?, unit()?);
    if time.next().is_some() {
        return None;
    }
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(number(day)?).ok()?);
    DateTime::new(number(year)?, month, day, hour, minute, second, 0).ok()
}

fn number(digits: &str) -> Option<i16> {
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    is_plain.then(|| digits.parse().ok()).flatten()
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_read_leniently_and_written_in_one_way() {
        for (given, expected) in [
            ("Tue Nov 4 09:05:07 UTC 2025", "Tue Nov 4 09:05:07 UTC 2025"),
            ("Tue Nov 04 09:05:07 UTC 2025", "Tue Nov 4 09:05:07 UTC 2025"),
            ("Mon Nov 4 9:5:7 GMT 2025", "Tue Nov 4 09:05:07 UTC 2025"),
        ] {
            assert_eq!(canonical(given).unwrap(), expected);
        }
    }

    #[test]
    fn what_has_another_format_is_none() {
        for text in [
            "",
            "x",
            "2025-11-04T09:05:07Z",
            "Die Nov 4 09:05:07 UTC 2025",
            "Tue nov 4 09:05:07 UTC 2025",
            "Tue Nov 4 09:05:07 +05:30 2025",
            "Tue Nov 4 09:05 UTC 2025",
            "Tue Nov 4 09:05:07:08 UTC 2025",
            "Tue Nov 4 25:05:07 UTC 2025",
            "Tue Nov 31 09:05:07 UTC 2025",
            "Tue Nov -4 09:05:07 UTC 2025",
            "Tue Nov 4 09:05:07 UTC 25",
            "Tue Nov  4 09:05:07 UTC 2025",
            "Tue Nov 4 09:05:07 UTC 2025 ",
        ] {
            assert!(canonical(text).is_err(), "{text}");
        }
    }
}
