//! DynamoDB's wire protocol for callers outside the process: JSON over `POST /`, the operation in a header.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::engine::Engine;
use crate::permission::Permits;

/// The largest request body that DynamoDB reads, in bytes (16 MB; also the largest answer of BatchGetItem).
pub(crate) const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// See [`crate::DynamoDb::serves`].
pub(crate) fn serves(target: &str) -> bool {
    ["DynamoDB_20120810.", "DynamoDBStreams_20120810."].iter().any(|prefix| target.starts_with(prefix))
}

/// See [`crate::DynamoDb::handle`].
pub(crate) async fn answer(engine: &Engine, request: Request, permits: Option<&Permits>) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "com.amazon.coral.service#RequestEntityTooLargeException",
            "The request body is larger than 16 MB.",
        );
    };
    if let Some(refused) = permits.and_then(|permits| engine.refusal(permits, &parts.headers, &body)) {
        return refused.map(Body::from);
    }
    // The caller's framing ended at the host; the door does its own.
    for hop_by_hop in [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::EXPECT]
    {
        parts.headers.remove(hop_by_hop);
    }
    match engine.send(Request::from_parts(parts, body)).await {
        Ok(response) => response.map(Body::from),
        Err(e) => error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "com.amazonaws.dynamodb.v20120810#InternalServerError",
            &format!("The local DynamoDB engine did not answer: {e}"),
        ),
    }
}

fn error(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = serde_json::json!({ "__type": kind, "message": message }).to_string();
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}
