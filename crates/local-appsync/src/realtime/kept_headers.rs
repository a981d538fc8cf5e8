//! The headers that a client connected with, for as long as its connection lasts: each start is told of them.

use std::sync::Arc;

/// In one piece, since there may be thousands of connections, each with a token in its headers.
#[derive(Debug, Clone)]
pub(super) struct KeptHeaders(Arc<str>);

impl KeptHeaders {
    /// Of an HTTP request: neither names nor values have line breaks.
    pub(super) fn new(headers: &[(String, String)]) -> KeptHeaders {
        let lines: String = headers.iter().flat_map(|(name, value)| [name, "\n", value, "\n"]).collect();
        KeptHeaders(lines.into())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut lines = self.0.split_terminator('\n');
        std::iter::from_fn(move || Some((lines.next()?, lines.next()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_were_empty_and_repeated_ones_too() {
        let headers =
            [("host", "localhost:4000"), ("x-empty", ""), ("x-two", "a: b"), ("x-two", ""), ("é", "ü ")];
        let owned = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(KeptHeaders::new(&owned).iter().collect::<Vec<_>>(), headers);
        assert_eq!(KeptHeaders::new(&[]).iter().count(), 0);
    }
}
