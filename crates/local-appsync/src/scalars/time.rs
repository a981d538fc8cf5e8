//! AWSDate, AWSTime and AWSDateTime: the extended ISO 8601 forms, with calendar and clock checked.

use jiff::civil::{Date, Time};

/// `YYYY-MM-DD`, optionally with an offset.
pub(super) fn is_date(text: &str) -> bool {
    text.is_char_boundary(10) && {
        let (date, offset) = text.split_at(10.min(text.len()));
        is_calendar_date(date) && (offset.is_empty() || is_offset(offset))
    }
}

/// `hh:mm[:ss[.sss]]`, optionally with an offset.
pub(super) fn is_time(text: &str) -> bool {
    let (clock, offset) = split_offset(text);
    is_clock(clock) && (offset.is_empty() || is_offset(offset))
}

/// `YYYY-MM-DDThh:mm[:ss[.sss]]` with an offset.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else {
        return false;
    };
    let (clock, offset) = split_offset(rest);
    is_calendar_date(date) && is_clock(clock) && is_offset(offset)
}

fn split_offset(text: &str) -> (&str, &str) {
    text.split_at(text.find(['Z', '+', '-']).unwrap_or(text.len()))
}

fn is_calendar_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    match (digits(year, 4), digits(month, 2), digits(day, 2)) {
        (Some(year), Some(month), Some(day)) => Date::new(year, month as i8, day as i8).is_ok(),
        _ => false,
    }
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let is_fraction =
        |text: &str| (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<Option<i16>> = whole.split(':').map(|part| digits(part, 2)).collect();
    match parts[..] {
        [Some(hour), Some(minute)] => fraction.is_none() && is_time_of_day(hour, minute, 0),
        [Some(hour), Some(minute), Some(second)] => {
            fraction.is_none_or(is_fraction) && is_time_of_day(hour, minute, second)
        }
        _ => false,
    }
}

/// `Z` or `±hh:mm[:ss]`.
fn is_offset(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some(amount) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    let parts: Vec<Option<i16>> = amount.split(':').map(|part| digits(part, 2)).collect();
    match parts[..] {
        [Some(hours), Some(minutes)] => hours <= 18 && minutes < 60,
        [Some(hours), Some(minutes), Some(seconds)] => hours <= 18 && minutes < 60 && seconds < 60,
        _ => false,
    }
}

fn is_time_of_day(hour: i16, minute: i16, second: i16) -> bool {
    Time::new(hour as i8, minute as i8, second as i8, 0).is_ok()
}

/// Exactly so many digits, at most four.
fn digits(text: &str, count: usize) -> Option<i16> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_on_the_calendar() {
        for text in ["2024-02-29", "1970-01-01Z", "1970-01-01-07:00", "1970-01-01+05:30:15"] {
            assert!(is_date(text), "{text}");
        }
        for text in
            ["", "2023-02-29", "2024-13-01", "24-01-01", "2024-1-01", "2024-01-01T", "20240101", "2024-01-0é"]
        {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn times_are_on_the_clock() {
        for text in ["12:30", "12:30Z", "12:30:24-07:00", "12:30:24.500+05:30", "23:59:59.999999999"] {
            assert!(is_time(text), "{text}");
        }
        for text in ["", "24:00", "12:60", "12:30.5", "1:30", "12:30:24.", "12:30+5", "12:30:24.1234567890"] {
            assert!(!is_time(text), "{text}");
        }
    }

    #[test]
    fn a_date_time_needs_an_offset() {
        for text in ["1930-01-01T16:00:00-07:00", "2024-02-29T00:00:00.000Z", "2024-02-29T00:00Z"] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "2024-02-29T00:00:00",
            "2024-02-29 00:00:00Z",
            "2024-02-30T00:00:00Z",
            "T",
            "2024-02-29T00:00:00z",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }
}
