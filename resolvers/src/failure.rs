//! What AppSync is told when a field cannot be answered.

use chat::Error;
use lambda_runtime::Diagnostic;

/// `errorType` and `message` of the entry in `errors`.
#[derive(Debug)]
pub struct Failure {
    /// The kind: InvalidInput, Forbidden, NotFound, Conflict, Busy or Internal.
    pub error_type: &'static str,
    /// For the person who called.
    pub message: String,
    /// For the log alone.
    cause: Option<String>,
}

impl Failure {
    pub(crate) fn internal(cause: String) -> Failure {
        Failure { cause: Some(cause), ..Error::Internal("".into()).into() }
    }

    /// Refusals are the caller's business, failures are ours.
    pub(crate) fn log(&self, field: &str, user: &str, ms: u64) {
        match &self.cause {
            None => tracing::info!(field, user, ms, refused = self.error_type),
            Some(cause) => tracing::error!(field, user, ms, cause, "failed"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let cause = match &error {
            Error::Internal(cause) => Some(format!("{cause:?}")),
            _ => None,
        };
        Failure { error_type: error.kind(), message: error.to_string(), cause }
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Diagnostic {
        Diagnostic { error_type: failure.error_type.to_owned(), error_message: failure.message }
    }
}
