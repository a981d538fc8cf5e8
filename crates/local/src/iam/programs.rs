//! Programs that call DynamoDB, or Cognito for an operator: who signed, before the service hears of it.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use local_dynamodb::{Attempt, DynamoDb, Permits};
use local_iam::{Circumstances, Signed};
use serde_json::json;

use super::{Iam, Principal};
use crate::stack::{ACCOUNT, REGION};

/// Neither service takes a longer request.
const DYNAMODB_BYTES: usize = 16 * 1024 * 1024;
const COGNITO_BYTES: usize = 64 * 1024;

/// Answers a request to DynamoDB: of the owner all, of others what their policies permit.
pub(crate) async fn dynamodb(iam: &Arc<Iam>, dynamodb: &DynamoDb, request: Request) -> Response {
    let (request, access_key_id) = match verified(iam, "dynamodb", DYNAMODB_BYTES, request).await {
        Ok(verified) => verified,
        Err(refused) => return refused,
    };
    match iam.principal(&access_key_id) {
        Some(Principal::Owner) => dynamodb.handle(request).await,
        _ => dynamodb.handle_for(request, &iam.on_dynamodb(access_key_id)).await,
    }
}

/// An operator's request to Cognito as it was, if whoever signed it may do what it asks for.
pub(crate) async fn cognito(
    iam: &Iam,
    operation: &str,
    pool: &str,
    request: Request,
) -> Result<Request, Response> {
    let (request, access_key_id) = verified(iam, "cognito-idp", COGNITO_BYTES, request).await?;
    let action = format!("cognito-idp:{operation}");
    // What is about no pool in particular.
    let resource = match operation {
        "ListUserPools" => "*".to_owned(),
        _ => format!("arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}"),
    };
    match iam.permits(&access_key_id, &action, &resource, Circumstances::default()) {
        Ok(()) => Ok(request),
        Err(message) => Err(error(&request, "AccessDeniedException", &message.replace('"', ""))),
    }
}

/// The request, and the access key id that signed it.
async fn verified(
    iam: &Iam,
    service: &str,
    longest_bytes: usize,
    request: Request,
) -> Result<(Request, String), Response> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, longest_bytes).await else {
        let message = format!("The request's body broke off, or is larger than {longest_bytes} bytes.");
        let body = json!({ "__type": "RequestEntityTooLargeException", "message": message });
        return Err((StatusCode::PAYLOAD_TOO_LARGE, axum::Json(body)).into_response());
    };
    let signed_by = iam.verify_whole(&head, &body, service);
    let request = Request::from_parts(head, Body::from(body));
    match signed_by {
        Ok(access_key_id) => Ok((request, access_key_id)),
        Err(refused) => Err(error(&request, refused.code, &refused.message)),
    }
}

/// As both services word what they refuse.
fn error(request: &Request, code: &str, message: &str) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).cloned();
    let kind = kind.unwrap_or_else(|| header::HeaderValue::from_static("application/x-amz-json-1.1"));
    let body = json!({ "__type": format!("com.amazon.coral.service#{code}"), "message": message });
    let headers = [(header::CONTENT_TYPE.as_str(), kind), ("x-amzn-errortype", text(code))];
    (StatusCode::BAD_REQUEST, headers, body.to_string()).into_response()
}

fn text(code: &str) -> header::HeaderValue {
    header::HeaderValue::from_str(code)
        .unwrap_or_else(|_| header::HeaderValue::from_static("AccessDeniedException"))
}

impl Iam {
    /// The access key id that signed a request for this service.
    pub(crate) fn verify_whole(
        &self,
        head: &Parts,
        body: &Bytes,
        service: &str,
    ) -> Result<String, local_iam::SignatureError> {
        let headers: Vec<(String, String)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
        self.verify(Signed { method: head.method.as_str(), path, query, headers: &headers, body }, service)
    }

    /// What the holder of a key may do in DynamoDB.
    fn on_dynamodb(self: &Arc<Self>, access_key_id: String) -> Permits {
        let iam = Arc::clone(self);
        Arc::new(move |attempt: &Attempt| {
            let (resource, circumstances) = on_table(attempt);
            let permitted = iam.permits(&access_key_id, &attempt.action, &resource, circumstances);
            permitted.map_err(|message| message.replace('"', ""))
        })
    }
}

/// An attempt's resource as an ARN, and what conditions may hang on. DynamoDB writes the ARN without the quotes that S3
/// has around it.
pub(super) fn on_table(attempt: &Attempt) -> (String, Circumstances) {
    let Attempt { resource, leading_keys, enclosing_operation, .. } = attempt;
    let resource = match resource.as_str() {
        "*" => "*".to_owned(),
        of_account => format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:{of_account}"),
    };
    let mut circumstances = Circumstances::default();
    if let Some(keys) = leading_keys {
        circumstances = circumstances.with("dynamodb:LeadingKeys", keys);
    }
    if let Some(operation) = enclosing_operation {
        circumstances = circumstances.with("dynamodb:EnclosingOperation", [operation]);
    }
    (resource, circumstances)
}
