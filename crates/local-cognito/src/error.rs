//! What an operation can refuse, in the exceptions and words that Cognito's clients know.

use crate::triggers::Trigger;

/// A refusal; each variant is one of AWS's exceptions, so that a client can act on its name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another user has the e-mail.
    #[error("An account with the email already exists.")]
    AliasExists,
    /// The code is wrong; the person can type it again.
    #[error("Invalid verification code provided, please try again.")]
    CodeMismatch,
    /// No code is waiting or it is too old; ask for a new one.
    #[error("Invalid code provided, please request a code again.")]
    ExpiredCode,
    /// The code of the authenticator app is wrong; its secret is not taken on.
    #[error("Code mismatch")]
    EnableSoftwareTokenMfa,
    /// There is such a group.
    #[error("A group with the name already exists.")]
    GroupExists,
    /// A parameter is missing or cannot be what it is.
    #[error("{0}")]
    InvalidParameter(String),
    /// The policy wants another password.
    #[error("Password did not conform with policy: {0}")]
    InvalidPassword(String),
    /// Too many wrong codes, or too many codes asked for.
    #[error("Attempt limit exceeded, please try after some time.")]
    LimitExceeded,
    /// An operator's request without a signature.
    #[error("Missing Authentication Token")]
    MissingAuthenticationToken,
    /// The caller has not shown who they are, or may not do this.
    #[error("{0}")]
    NotAuthorized(&'static str),
    /// An operator asked for a new password: `ForgotPassword` leads on.
    #[error("Password reset required for the user")]
    PasswordResetRequired,
    /// The refresh token was replaced by a newer one; sign in again.
    #[error("Refresh token has been rotated and can no longer be used.")]
    RefreshTokenReuse,
    /// Send less.
    #[error("Request body is larger than {limit_bytes} bytes")]
    RequestTooLarge {
        /// The most that is read.
        limit_bytes: usize,
    },
    /// The client, group or identity does not exist.
    #[error("{0}")]
    ResourceNotFound(String),
    /// What a trigger's function answered is not what Cognito takes from it; the log says more.
    #[error("Unrecognizable lambda output")]
    InvalidLambdaResponse,
    /// The body is not the JSON that the operation takes.
    #[error("{0}")]
    Serialization(String),
    /// The refresh token is that of another client.
    #[error("The request is not authorized: the token belongs to another client.")]
    Unauthorized,
    /// The pool has no MFA.
    #[error("Software Token MFA has not been enabled by the userPool.")]
    SoftwareTokenMfaNotFound,
    /// A code of an authenticator app is good once; wait for the next.
    #[error("Your software token has already been used once.")]
    SoftwareTokenUsed,
    /// The trigger's function did not answer in time, three times.
    #[error("{0} invocation failed due to error Socket timeout while invoking Lambda function.")]
    UnexpectedLambda(Trigger),
    /// `x-amz-target` names nothing that is served.
    #[error("{0}")]
    UnknownOperation(String),
    /// The client is not configured for this.
    #[error("{0}")]
    UnsupportedOperation(&'static str),
    /// `RevokeToken` got an access or id token.
    #[error("Only refresh tokens can be revoked.")]
    UnsupportedTokenType,
    /// The trigger's function failed, in its words.
    #[error("{trigger} failed with error {message}.")]
    UserLambdaValidation {
        /// Whose function.
        trigger: Trigger,
        /// Its `errorMessage`.
        message: String,
    },
    /// The e-mail address has yet to be proved.
    #[error("User is not confirmed.")]
    UserNotConfirmed,
    /// The user is at another stage of the way.
    #[error("{0}")]
    UnsupportedUserState(&'static str),
    /// UserMigration does not know somebody either; told only where user existence is not hidden.
    #[error("Exception migrating user in app client {client_id}")]
    UserMigration {
        /// The app client.
        client_id: String,
    },
    /// Told only where user existence is not hidden.
    #[error("{0}")]
    UserNotFound(&'static str),
    /// The e-mail already has an account.
    #[error("User already exists")]
    UsernameExists,
    /// Ours to repair; the caller only learns that it happened, the log learns what.
    #[error("Something went wrong in the local Cognito; its log says what.")]
    Internal(String),
}

impl Error {
    pub(crate) const INCORRECT_PASSWORD: Error = Error::NotAuthorized("Incorrect username or password.");
    pub(crate) const INVALID_SESSION: Error = Error::NotAuthorized("Invalid session for the user.");
    pub(crate) const NO_SUCH_USER: Error = Error::UserNotFound("User does not exist.");

    /// AWS's name of the exception: `__type` and the `x-amzn-ErrorType` header.
    pub fn exception(&self) -> &'static str {
        match self {
            Error::AliasExists => "AliasExistsException",
            Error::CodeMismatch => "CodeMismatchException",
            Error::EnableSoftwareTokenMfa => "EnableSoftwareTokenMFAException",
            Error::ExpiredCode | Error::SoftwareTokenUsed => "ExpiredCodeException",
            Error::GroupExists => "GroupExistsException",
            Error::InvalidLambdaResponse => "InvalidLambdaResponseException",
            Error::InvalidParameter(_) => "InvalidParameterException",
            Error::InvalidPassword(_) => "InvalidPasswordException",
            Error::LimitExceeded => "LimitExceededException",
            Error::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Error::NotAuthorized(_) => "NotAuthorizedException",
            Error::PasswordResetRequired => "PasswordResetRequiredException",
            Error::RefreshTokenReuse => "RefreshTokenReuseException",
            Error::RequestTooLarge { .. } => "RequestEntityTooLargeException",
            Error::ResourceNotFound(_) => "ResourceNotFoundException",
            Error::Serialization(_) => "SerializationException",
            Error::SoftwareTokenMfaNotFound => "SoftwareTokenMFANotFoundException",
            Error::Unauthorized => "UnauthorizedException",
            Error::UnexpectedLambda(_) => "UnexpectedLambdaException",
            Error::UnknownOperation(_) => "UnknownOperationException",
            Error::UnsupportedOperation(_) => "UnsupportedOperationException",
            Error::UnsupportedTokenType => "UnsupportedTokenTypeException",
            Error::UserLambdaValidation { .. } => "UserLambdaValidationException",
            Error::UserNotConfirmed => "UserNotConfirmedException",
            Error::UnsupportedUserState(_) => "UnsupportedUserStateException",
            Error::UserMigration { .. } | Error::UserNotFound(_) => "UserNotFoundException",
            Error::UsernameExists => "UsernameExistsException",
            Error::Internal(_) => "InternalErrorException",
        }
    }

    /// A parameter that breaks a constraint of the API, in the words of AWS's request validation.
    pub(crate) fn constraint(value: impl std::fmt::Display, member: &str, constraint: &str) -> Error {
        let shown: String = value.to_string().chars().take(128).collect();
        Error::InvalidParameter(format!(
            "1 validation error detected: Value '{shown}' at '{member}' failed to satisfy constraint: {constraint}"
        ))
    }

    /// A parameter that the request lacks, worded as AWS's request validation does: Amplify looks for the
    /// quoted member and "Member must not be null".
    pub(crate) fn missing(member: &str) -> Error {
        Error::InvalidParameter(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
             Member must not be null"
        ))
    }

    /// The same for a parameter that is too long, which is not said again.
    pub(crate) fn too_long(member: &str, most_characters: usize) -> Error {
        Error::InvalidParameter(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
             Member must have length less than or equal to {most_characters}"
        ))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Internal(format!("database: {error}"))
    }
}
