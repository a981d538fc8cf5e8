//! Why a verb could not do what it was asked for, and what to do about it.

/// A sentence for whoever typed the command, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) text: String,
}

impl Failure {
    /// It was done, or looked at, and the answer is no.
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self { code: 1, text: text.into() }
    }
}

impl<T: Into<String>> From<T> for Failure {
    fn from(text: T) -> Self {
        Self { code: 2, text: text.into() }
    }
}
