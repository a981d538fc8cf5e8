//! Requests that do not get as far as execution: a status other than 200, and why.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::json_response;
use crate::caller::Refused;

/// A request that does not get as far as execution.
pub(super) struct Failure {
    status: StatusCode,
    error_type: String,
    message: String,
}

impl Failure {
    pub(super) fn malformed(message: String) -> Failure {
        Failure::bad_request("MalformedHttpRequestException", message)
    }

    pub(super) fn bad_request(error_type: &'static str, message: String) -> Failure {
        Failure { status: StatusCode::BAD_REQUEST, error_type: error_type.to_owned(), message }
    }

    pub(super) fn too_large(most_bytes: usize) -> Failure {
        Failure {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            error_type: "RequestEntityTooLargeException".to_owned(),
            message: format!("The request body is larger than {most_bytes} bytes."),
        }
    }

    /// The client went away, stalled, or sent what is no HTTP, before the body was whole.
    pub(super) fn broken_off() -> Failure {
        Failure::malformed("The request body broke off before its end.".to_owned())
    }

    pub(super) fn internal() -> Failure {
        let message = "The request failed here; the log says why.".to_owned();
        Failure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error_type: "InternalFailure".to_owned(),
            message,
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Failure {
        let Refused { status, error_type, message } = refused;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
        Failure { status, error_type, message }
    }
}

impl IntoResponse for Failure {
    /// Amplify takes the error's name from the header, others from the body.
    fn into_response(self) -> Response {
        let body = json!({"errors": [{"message": self.message, "errorType": self.error_type}]});
        let mut response = json_response(self.status, &body);
        if let Ok(error_type) = HeaderValue::from_str(&self.error_type) {
            response.headers_mut().insert("x-amzn-errortype", error_type);
        }
        response
    }
}
