//! A moment, to the millisecond; written as ISO 8601 in UTC, which is AppSync's `AWSDateTime`.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use serde::Serialize;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    pub(crate) fn now() -> Timestamp {
        Timestamp::from(SystemTime::now())
    }

    pub(crate) fn from_ms(ms: u64) -> Timestamp {
        Timestamp(ms)
    }

    pub(crate) fn as_ms(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970, as the table's time to live wants them.
    pub(crate) fn as_s(self) -> u64 {
        self.0 / 1000
    }

    /// The month in UTC, as `2026-11`.
    pub(crate) fn month(self) -> String {
        self.to_string()[..7].to_owned()
    }

    pub(crate) fn plus(self, time: Duration) -> Timestamp {
        Timestamp(self.0 + u64::try_from(time.as_millis()).unwrap_or(u64::MAX - self.0))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Timestamp {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = DateTime::from_secs(i64::try_from(self.0 / 1000).unwrap_or(i64::MAX));
        let second = second.fmt(DateTimeFormat::DateTime).map_err(|_| fmt::Error)?;
        // Always three digits, so that text order is time order.
        write!(f, "{}.{:03}Z", second.trim_end_matches('Z'), self.0 % 1000)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (1_700_000_000_120, "2023-11-14T22:13:20.120Z"),
        ] {
            assert_eq!(Timestamp::from_ms(ms).to_string(), text);
        }
    }
}
