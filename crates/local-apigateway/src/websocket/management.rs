//! `@connections`: how the backend reaches clients.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::ws::{Message, Utf8Bytes};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use http_body_util::LengthLimitError;
use serde_json::json;

use super::WebSocketApi;
use super::connect::signed;
use super::outbox::{Ending, Full};
use super::registry::Connected;
use crate::{Attempt, SignatureError};

pub(super) async fn handle(
    State(api): State<Arc<WebSocketApi>>,
    Path((stage, connection)): Path<(String, String)>,
    request: Request,
) -> Response {
    let answered = api.manage(&stage, &connection, request).await;
    let mut response = answered.unwrap_or_else(|(status, error_type, message)| {
        let headers = [("x-amzn-errortype", error_type)];
        (status, headers, axum::Json(json!({"message": message}))).into_response()
    });
    let request_id = http::HeaderValue::from_str(&uuid::Uuid::new_v4().to_string());
    response.headers_mut().insert("x-amzn-requestid", request_id.expect("a UUID is ASCII"));
    response
}

type Failure = (StatusCode, &'static str, String);

impl WebSocketApi {
    async fn manage(&self, stage: &str, connection: &str, request: Request) -> Result<Response, Failure> {
        let (parts, body) = request.into_parts();
        let most = self.definition.limits.message_bytes;
        let body = to_bytes(body, most).await.map_err(|error| {
            match error.into_inner().is::<LengthLimitError>() {
                true => {
                    let message = format!("A message may have {most} bytes.");
                    (StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", message)
                }
                false => (StatusCode::BAD_REQUEST, "BadRequestException", "Bad Request".to_owned()),
            }
        })?;
        let attempt = Attempt {
            action: "execute-api:ManageConnections",
            resource: self.arn(&format!("{stage}/{}/@connections/{connection}", parts.method)),
        };
        let verified = self.backend.verify_signature(&signed(&parts, body.clone()), &attempt).await;
        verified.map_err(|error| {
            let error_type = match error {
                SignatureError::Missing => "MissingAuthenticationTokenException",
                SignatureError::Invalid(_) => "InvalidSignatureException",
                SignatureError::Expired => "ExpiredTokenException",
                SignatureError::Denied(_) => "ForbiddenException",
            };
            (StatusCode::FORBIDDEN, error_type, error.to_string())
        })?;
        let connected = self.registry.find(connection).filter(|connected| connected.client.stage == stage);
        let connected = connected.ok_or_else(|| (StatusCode::GONE, "GoneException", "Gone".to_owned()))?;
        match parts.method {
            Method::POST => {
                let message = match Utf8Bytes::try_from(body.clone()) {
                    Ok(text) => Message::Text(text),
                    Err(_) => Message::Binary(body),
                };
                connected.outbox.put(message).map_err(|Full| {
                    let message = "The client's buffer is full.".to_owned();
                    (StatusCode::TOO_MANY_REQUESTS, "LimitExceededException", message)
                })?;
                Ok(StatusCode::OK.into_response())
            }
            Method::GET => Ok(axum::Json(described(&connected)).into_response()),
            Method::DELETE => {
                connected.outbox.end(Ending::Deleted);
                // Whoever posts from now on hears that the client is gone.
                self.registry.leave(connection);
                Ok(StatusCode::NO_CONTENT.into_response())
            }
            other => Err((
                StatusCode::FORBIDDEN,
                "ForbiddenException",
                format!("{other} is not for a connection."),
            )),
        }
    }
}

fn described(connected: &Connected) -> serde_json::Value {
    let client = &connected.client;
    let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    json!({
        "connectedAt": time(client.connected_at),
        "identity": {"sourceIp": client.source_ip, "userAgent": client.user_agent.as_deref().unwrap_or_default()},
        "lastActiveAt": time(connected.last_active()),
    })
}
