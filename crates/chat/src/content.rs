//! What a message says: text, files, or both. A post says text alone.

use std::collections::BTreeSet;

use crate::{AttachmentId, Error};

/// The text of a message or a post: at least one character that is not white space, at most 16 KiB of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// The largest text, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Checks the limits.
    pub fn new(text: String) -> Result<Text, Error> {
        if text.len() > Text::MAX_BYTES {
            return Err(Error::InvalidInput(format!(
                "the text has {} bytes; the limit is {} (16 KiB of UTF-8): shorten it",
                text.len(),
                Text::MAX_BYTES
            )));
        }
        if text.trim().is_empty() {
            return Err(Error::InvalidInput(
                "the text is empty: write something, or leave it out if there are files".into(),
            ));
        }
        Ok(Text(text))
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The content of a message to send: never empty, at most ten files, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub(crate) text: Option<Text>,
    pub(crate) attachments: Vec<AttachmentId>,
}

impl Content {
    /// The most files that one message can hold.
    pub const MAX_ATTACHMENTS: usize = 10;

    /// Checks the limits.
    pub fn new(text: Option<Text>, attachments: Vec<AttachmentId>) -> Result<Content, Error> {
        if text.is_none() && attachments.is_empty() {
            return Err(Error::InvalidInput("content is empty: give a text, attachmentIds, or both".into()));
        }
        if attachments.len() > Content::MAX_ATTACHMENTS {
            return Err(Error::InvalidInput(format!(
                "content.attachmentIds has {} files; the limit is {}: send several messages",
                attachments.len(),
                Content::MAX_ATTACHMENTS
            )));
        }
        if attachments.iter().collect::<BTreeSet<_>>().len() < attachments.len() {
            return Err(Error::InvalidInput("content.attachmentIds names a file twice".into()));
        }
        Ok(Content { text, attachments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something_within_16_kib() {
        for (text, fits) in [
            ("hi".to_owned(), true),
            (String::new(), false),
            (" \n\t\u{a0}".to_owned(), false),
            ("a".repeat(16 * 1024), true),
            ("a".repeat(16 * 1024 + 1), false),
            ("é".repeat(8 * 1024), true),
            ("é".repeat(8 * 1024 + 1), false),
        ] {
            let length = text.len();
            assert_eq!(Text::new(text).is_ok(), fits, "{length} bytes");
        }
    }

    #[test]
    fn content_is_text_or_files_each_once() {
        let file = AttachmentId::fresh();
        let text = Text::new("look".into()).unwrap();
        assert!(Content::new(None, vec![]).is_err());
        assert!(Content::new(None, vec![file]).is_ok());
        assert!(Content::new(Some(text), vec![file, file]).is_err());
        assert!(Content::new(None, (0..11).map(|_| AttachmentId::fresh()).collect()).is_err());
    }
}
