//! Why a use case was refused, in terms of what the caller can do about it.

use std::error::Error as StdError;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A refusal. The text is for the person who called; it never holds another user's data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is outside its documented limits: change it.
    #[error("{0}")]
    InvalidInput(String),
    /// The caller may not do this: ask someone who may.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(&'static str),
    /// It contradicts what is stored: read again, then decide.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too much at once: the same call may succeed a moment later. A send is safe to repeat with its client id.
    #[error("Too many requests at once. Repeat the same call, with the same clientId, in a moment.")]
    Busy,
    /// Not the caller's fault. The cause is for the log, not for the caller.
    #[error("Something failed on our side. Repeat the same call; if it fails again, tell the operator.")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// The name of the kind, the same at every door (GraphQL's `errorType`).
    pub fn kind(&self) -> &'static str {
        match self {
            Error::InvalidInput(_) => "InvalidInput",
            Error::Forbidden(_) => "Forbidden",
            Error::NotFound(_) => "NotFound",
            Error::Conflict(_) => "Conflict",
            Error::Busy => "Busy",
            Error::Internal(_) => "Internal",
        }
    }

    pub(crate) fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::Internal(cause.into())
    }
}

impl<E> From<SdkError<E>> for Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E>) -> Error {
        match error.code() {
            Some(
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "TransactionInProgressException"
                // Conditions are answered where they are made: what is left is a conflict with another call.
                | "TransactionCanceledException",
            ) => Error::Busy,
            _ => Error::internal(error),
        }
    }
}

impl From<serde_dynamo::Error> for Error {
    fn from(error: serde_dynamo::Error) -> Error {
        Error::internal(error)
    }
}
