//! The account's own service, STS, as far as it says who one is; and what is answered for services that are not here.
//!
//! The service that a request is for stands in its signature's scope.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use local_iam::SignatureError;
use serde_json::json;
use uuid::Uuid;

use crate::iam::Iam;
use crate::stack::ACCOUNT;

/// The services that answer here, by the names in signatures.
const SERVED: [&str; 7] =
    ["appsync", "cognito-identity", "cognito-idp", "dynamodb", "execute-api", "s3", "sts"];

/// A request to STS is a short form.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// The service that a request is signed for, as `sts`.
pub(crate) fn service(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, scope) = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?.split_once("Credential=")?;
    // Key, day, region, service, `aws4_request`.
    scope.split([',', ' ']).next()?.split('/').nth(3)
}

/// Whether this machine has nothing of the service.
pub(crate) fn is_elsewhere(service: &str) -> bool {
    !SERVED.contains(&service)
}

/// The refusal of a service that is not here, in the form that its clients read.
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization>
pub(crate) fn elsewhere(service: &str, headers: &HeaderMap) -> Response {
    let service: String =
        service.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    let message = format!(
        "{service} is not served here. This endpoint has {}; GET / shows what runs where.",
        SERVED.join(", ")
    );
    let is_form =
        headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form"));
    let error = "UnknownOperationException";
    match (is_form, headers.contains_key("x-amz-target")) {
        (true, _) if service == "ec2" => {
            let text = format!(
                "<Response><Errors><Error><Code>InvalidAction</Code><Message>{message}</Message></Error></Errors>\
                 <RequestID>{}</RequestID></Response>",
                Uuid::new_v4()
            );
            xml(StatusCode::BAD_REQUEST, text)
        }
        (true, _) => query_error(StatusCode::BAD_REQUEST, "InvalidAction", &message),
        (_, is_target) => {
            let status = if is_target { StatusCode::BAD_REQUEST } else { StatusCode::NOT_FOUND };
            let body = json!({ "__type": error, "message": message });
            (status, [("x-amzn-errortype", error)], axum::Json(body)).into_response()
        }
    }
}

/// Answers a request to STS: `GetCallerIdentity`, to whoever holds a key.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub(crate) async fn sts(iam: &Iam, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT_BYTES).await else {
        return query_error(StatusCode::BAD_REQUEST, "MalformedInput", "The request's body cannot be read.");
    };
    let signed_by = match iam.verify_whole(&head, &body, "sts") {
        Ok(access_key_id) => iam.principal(&access_key_id),
        Err(error) => {
            return query_error(StatusCode::FORBIDDEN, code(&error), &error.message);
        }
    };
    let Some(principal) = signed_by else {
        return query_error(
            StatusCode::FORBIDDEN,
            "ExpiredToken",
            "The security token included in the request is expired",
        );
    };
    let query = head.uri.query().unwrap_or_default();
    let form = String::from_utf8_lossy(&body);
    let action = [&form, query]
        .into_iter()
        .flat_map(|pairs| pairs.split('&'))
        .find_map(|pair| pair.strip_prefix("Action="));
    if action != Some("GetCallerIdentity") {
        let message = "Of STS, GetCallerIdentity alone is served here: keys come from the identity pool, or the data folder.";
        return query_error(StatusCode::BAD_REQUEST, "InvalidAction", message);
    }
    xml(
        StatusCode::OK,
        format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>{}</Arn><UserId>{}</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult><ResponseMetadata>\
             <RequestId>{}</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
            principal.arn(),
            principal.user_id(),
            Uuid::new_v4()
        ),
    )
}

/// What STS calls the faults of signatures.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>
fn code(error: &SignatureError) -> &'static str {
    match error.code {
        SignatureError::MISSING => "MissingAuthenticationToken",
        SignatureError::EXPIRED => "ExpiredToken",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "IncompleteSignatureException" => "IncompleteSignature",
        other => other,
    }
}

fn query_error(status: StatusCode, code: &str, message: &str) -> Response {
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let text = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>{}</RequestId></ErrorResponse>",
        Uuid::new_v4()
    );
    xml(status, text)
}

fn xml(status: StatusCode, text: String) -> Response {
    (status, [(CONTENT_TYPE, "text/xml")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_that_of_the_signatures_scope() {
        let service = |authorization: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization.parse().unwrap())]);
            service(&headers).map(str::to_owned)
        };
        let signature = "AWS4-HMAC-SHA256 Credential=AKIA/20261129/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(service(signature).as_deref(), Some("sts"));
        for other in ["AWS4-HMAC-SHA256 Credential=AKIA/20261129", "eyJ0eXAi", "Bearer Credential=a/b/c/sts"]
        {
            assert_eq!(service(other), None, "{other}");
        }
    }
}
