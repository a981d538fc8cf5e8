//! The failures, with AWS's statuses, types and texts.

use http_body_util::LengthLimitError;

use super::ResponseType;
use crate::authorization::Refused;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub(super) kind: ResponseType,
    pub(super) status: u16,
    pub(super) message: Option<String>,
    /// `x-amzn-ErrorType`
    pub(super) error_type: &'static str,
    pub(super) validation: Option<String>,
}

impl Failure {
    fn new(kind: ResponseType, status: u16, error_type: &'static str, message: &str) -> Failure {
        Failure { kind, status, message: Some(message.to_owned()), error_type, validation: None }
    }

    /// `$context.error.responseType`
    pub(super) fn response_type(&self) -> &'static str {
        match self.kind {
            ResponseType::AccessDenied => "ACCESS_DENIED",
            ResponseType::ApiConfigurationError => "API_CONFIGURATION_ERROR",
            ResponseType::AuthorizerConfigurationError => "AUTHORIZER_CONFIGURATION_ERROR",
            ResponseType::AuthorizerFailure => "AUTHORIZER_FAILURE",
            ResponseType::BadRequestBody => "BAD_REQUEST_BODY",
            ResponseType::BadRequestParameters => "BAD_REQUEST_PARAMETERS",
            ResponseType::Default4xx => "DEFAULT_4XX",
            ResponseType::Default5xx => "DEFAULT_5XX",
            ResponseType::ExpiredToken => "EXPIRED_TOKEN",
            ResponseType::IntegrationFailure => "INTEGRATION_FAILURE",
            ResponseType::IntegrationTimeout => "INTEGRATION_TIMEOUT",
            ResponseType::InvalidApiKey => "INVALID_API_KEY",
            ResponseType::InvalidSignature => "INVALID_SIGNATURE",
            ResponseType::MissingAuthenticationToken => "MISSING_AUTHENTICATION_TOKEN",
            ResponseType::QuotaExceeded => "QUOTA_EXCEEDED",
            ResponseType::RequestTooLarge => "REQUEST_TOO_LARGE",
            ResponseType::ResourceNotFound => "RESOURCE_NOT_FOUND",
            ResponseType::Throttled => "THROTTLED",
            ResponseType::Unauthorized => "UNAUTHORIZED",
            ResponseType::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            ResponseType::WafFiltered => "WAF_FILTERED",
        }
    }

    pub(crate) fn no_such_method() -> Failure {
        let kind = ResponseType::MissingAuthenticationToken;
        Failure::new(kind, 403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    }

    pub(crate) fn unauthorized() -> Failure {
        Failure::new(ResponseType::Unauthorized, 401, "UnauthorizedException", "Unauthorized")
    }

    pub(crate) fn expired_identity() -> Failure {
        let message = "The incoming token has expired";
        Failure::new(ResponseType::Unauthorized, 401, "UnauthorizedException", message)
    }

    pub(crate) fn access_denied(message: impl AsRef<str>) -> Failure {
        Failure::new(ResponseType::AccessDenied, 403, "AccessDeniedException", message.as_ref())
    }

    pub(crate) fn from_authorizer(refused: Refused) -> Failure {
        const NOT_ALLOWED: &str = "User is not authorized to access this resource";
        match refused {
            Refused::Unauthorized => Failure::unauthorized(),
            Refused::NotAllowed => Failure::access_denied(NOT_ALLOWED),
            Refused::Denied => Failure::access_denied(format!("{NOT_ALLOWED} with an explicit deny")),
            Refused::Failed => {
                Failure { kind: ResponseType::AuthorizerFailure, ..Failure::authorizer_misconfigured() }
            }
            Refused::Misconfigured => Failure::authorizer_misconfigured(),
        }
    }

    /// Without a message, so that callers learn nothing of it.
    pub(crate) fn authorizer_misconfigured() -> Failure {
        Failure {
            kind: ResponseType::AuthorizerConfigurationError,
            status: 500,
            message: None,
            error_type: "AuthorizerConfigurationException",
            validation: None,
        }
    }

    pub(crate) fn invalid_signature(message: String) -> Failure {
        Failure::new(ResponseType::InvalidSignature, 403, "InvalidSignatureException", &message)
    }

    pub(crate) fn expired_token() -> Failure {
        let message = "The security token included in the request is expired";
        Failure::new(ResponseType::ExpiredToken, 403, "ExpiredTokenException", message)
    }

    pub(crate) fn invalid_api_key() -> Failure {
        Failure::new(ResponseType::InvalidApiKey, 403, "ForbiddenException", "Forbidden")
    }

    pub(crate) fn throttled() -> Failure {
        Failure::new(ResponseType::Throttled, 429, "TooManyRequestsException", "Too Many Requests")
    }

    /// A body that is too large, or that broke off: its client went away, stalled, or sent what is no HTTP.
    pub(crate) fn unread(error: axum::Error) -> Failure {
        if error.into_inner().is::<LengthLimitError>() {
            let kind = ResponseType::RequestTooLarge;
            return Failure::new(kind, 413, "RequestEntityTooLargeException", "Request Too Long");
        }
        Failure::new(ResponseType::Default4xx, 400, "BadRequestException", "Bad Request")
    }

    pub(crate) fn invalid_body(validation: String) -> Failure {
        let kind = ResponseType::BadRequestBody;
        let failure = Failure::new(kind, 400, "BadRequestException", "Invalid request body");
        Failure { validation: Some(validation), ..failure }
    }

    pub(crate) fn missing_parameters(names: &[&str]) -> Failure {
        let message = format!("Missing required request parameters: [{}]", names.join(", "));
        Failure::new(ResponseType::BadRequestParameters, 400, "BadRequestException", &message)
    }

    pub(crate) fn unsupported_media_type() -> Failure {
        let kind = ResponseType::UnsupportedMediaType;
        Failure::new(kind, 415, "UnsupportedMediaTypeException", "Unsupported Media Type")
    }

    /// The function failed, or its answer is not one.
    pub(crate) fn bad_answer() -> Failure {
        Failure { status: 502, ..Failure::internal(ResponseType::Default5xx) }
    }

    pub(crate) fn not_reached() -> Failure {
        Failure { status: 504, ..Failure::internal(ResponseType::IntegrationFailure) }
    }

    pub(crate) fn misconfigured() -> Failure {
        Failure::internal(ResponseType::ApiConfigurationError)
    }

    pub(crate) fn timed_out() -> Failure {
        let kind = ResponseType::IntegrationTimeout;
        Failure::new(kind, 504, "InternalServerErrorException", "Endpoint request timed out")
    }

    fn internal(kind: ResponseType) -> Failure {
        Failure::new(kind, 500, "InternalServerErrorException", "Internal server error")
    }
}
