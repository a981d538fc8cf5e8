//! The doors: `POST /` for both services, the published key, and the outbox.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::operation::{self, Reply};
use crate::turn::Turn;
use crate::user_pool::admin;
use crate::{Cognito, Error, identity_pool, sign_in_page, user_pool};

const USER_POOL_TARGET: &str = "AWSCognitoIdentityProviderService.";
const IDENTITY_POOL_TARGET: &str = "AWSCognitoIdentityService.";
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");

const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// Every route of the pools: `POST /` and its preflight, JWKS, OpenID configuration, `GET /_local/outbox`, and the
/// sign-in page, if the pool has one.
pub fn router(cognito: Arc<Cognito>) -> Router {
    let well_known = format!("/{}/.well-known", cognito.user_pool.pool_id);
    let sign_in_page =
        if cognito.user_pool.has_sign_in_page { sign_in_page::router() } else { Router::new() };
    Router::new()
        .merge(sign_in_page)
        .route("/", post(operation).options(|headers: HeaderMap| async move { preflight(&headers) }))
        .route(&format!("{well_known}/jwks.json"), get(jwks))
        .route(&format!("{well_known}/openid-configuration"), get(openid_configuration))
        .route("/_local/outbox", get(outbox))
        .with_state(cognito)
}

/// Whether `POST /` with these headers is for Cognito, going by `x-amz-target`.
pub fn is_cognito(headers: &HeaderMap) -> bool {
    let target = headers.get(TARGET).map_or(&b""[..], HeaderValue::as_bytes);
    target.starts_with(USER_POOL_TARGET.as_bytes()) || target.starts_with(IDENTITY_POOL_TARGET.as_bytes())
}

/// The operation, as `AdminCreateUser`, if it is one that wants a signature. Whose it is, the host verifies.
pub fn operation_for_operators(headers: &HeaderMap) -> Option<&'static str> {
    let operation = headers.get(TARGET)?.to_str().ok()?.strip_prefix(USER_POOL_TARGET)?;
    admin::NAMES.iter().find(|name| **name == operation).copied()
}

/// Answers `POST /`: one operation of either service, the CORS headers included.
pub async fn handle(cognito: &Arc<Cognito>, request: Request) -> Response {
    let answer = match read(request).await {
        Ok(call) => cognito.perform(move |turn| call.run(turn)).await,
        Err(error) => Err(error),
    };
    let mut response = match answer {
        Ok(body) => success(body.as_ref()),
        Err(error) => failure(&error),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    headers.insert(REQUEST_ID, ascii(&Uuid::new_v4().to_string()));
    allow_every_origin(headers);
    response
}

/// Answers `OPTIONS /`: a browser may send what it asks to send. Credentials are in bodies, never in cookies.
pub fn preflight(headers: &HeaderMap) -> Response {
    let mut response = StatusCode::OK.into_response();
    let answer = response.headers_mut();
    allow_every_origin(answer);
    if let Some(wanted) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    response
}

/// An operation as asked for.
pub(crate) struct Call {
    service: Service,
    operation: String,
    body: Bytes,
    /// Whether there is a signature; whose it is, the host has verified.
    is_signed: bool,
}

enum Service {
    UserPool,
    IdentityPool,
}

impl Call {
    pub(crate) fn run(&self, turn: &Turn<'_>) -> Result<Reply, Error> {
        match self.service {
            Service::UserPool if admin::NAMES.contains(&self.operation.as_str()) => match self.is_signed {
                true => admin::call(turn, &self.operation, &self.body),
                false => Err(Error::MissingAuthenticationToken),
            },
            Service::UserPool if user_pool::NAMES.contains(&self.operation.as_str()) => {
                user_pool::call(turn, &self.operation, &self.body)
            }
            Service::UserPool => {
                Err(operation::unknown(&self.operation, &[user_pool::NAMES, admin::NAMES].concat()))
            }
            Service::IdentityPool => identity_pool::call(turn, &self.operation, &self.body),
        }
    }
}

async fn read(mut request: Request) -> Result<Call, Error> {
    let target = request.headers().get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (service, operation) = if let Some(operation) = target.strip_prefix(USER_POOL_TARGET) {
        (Service::UserPool, operation.to_owned())
    } else if let Some(operation) = target.strip_prefix(IDENTITY_POOL_TARGET) {
        (Service::IdentityPool, operation.to_owned())
    } else {
        return Err(Error::UnknownOperation(format!(
            "The x-amz-target header must begin with {USER_POOL_TARGET} or {IDENTITY_POOL_TARGET}"
        )));
    };
    let authorization = request.headers().get(header::AUTHORIZATION);
    let is_signed = authorization.is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "));
    DefaultBodyLimit::max(BODY_LIMIT_BYTES).apply(&mut request);
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Error::RequestTooLarge { limit_bytes: BODY_LIMIT_BYTES }
        }
        broken => Error::Serialization(format!("The request cannot be read: {}", broken.body_text())),
    })?;
    Ok(Call { service, operation, body, is_signed })
}

fn success(body: Option<&Value>) -> Response {
    body.map_or_else(Body::empty, |body| Body::from(body.to_string())).into_response()
}

/// The error in every place where some client looks for it.
fn failure(error: &Error) -> Response {
    let status = match error {
        Error::Internal(what) => {
            tracing::error!("{what}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Error::RequestTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    };
    let (exception, message) = (error.exception(), error.to_string());
    let body = json!({ "__type": exception, "message": message }).to_string();
    let mut response = (status, body).into_response();
    // AWS ends the name with a colon, and clients cut there.
    response.headers_mut().insert(ERROR_TYPE, ascii(&format!("{exception}:")));
    response.headers_mut().insert(ERROR_MESSAGE, ascii(&message));
    response
}

pub(crate) fn allow_every_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"),
    );
}

/// A header value: what a header cannot carry becomes a question mark.
fn ascii(text: &str) -> HeaderValue {
    let shown: String = text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    HeaderValue::from_str(&shown).expect("printable ASCII is a header value")
}

async fn operation(State(cognito): State<Arc<Cognito>>, request: Request) -> Response {
    handle(&cognito, request).await
}

async fn jwks(State(cognito): State<Arc<Cognito>>) -> Response {
    public(cognito.signing_key.jwks().clone())
}

/// What there is of <https://openid.net/specs/openid-connect-discovery-1_0.html> is served.
async fn openid_configuration(State(cognito): State<Arc<Cognito>>) -> Response {
    let (issuer, base_url) = (&cognito.user_pool.issuer, cognito.user_pool.base_url());
    let mut told = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "email", "email_verified", "cognito:username", "cognito:groups"],
    });
    if cognito.user_pool.has_sign_in_page {
        told["authorization_endpoint"] = format!("{base_url}/oauth2/authorize").into();
        told["token_endpoint"] = format!("{base_url}/oauth2/token").into();
        told["userinfo_endpoint"] = format!("{base_url}/oauth2/userInfo").into();
        told["revocation_endpoint"] = format!("{base_url}/oauth2/revoke").into();
        told["end_session_endpoint"] = format!("{base_url}/logout").into();
        told["response_types_supported"] = json!(["code"]);
        told["code_challenge_methods_supported"] = json!(["S256"]);
        told["scopes_supported"] = json!(["openid", "email", "phone", "profile"]);
        told["token_endpoint_auth_methods_supported"] = json!(["none"]);
    }
    public(told)
}

fn public(value: Value) -> Response {
    let mut response = Json(value).into_response();
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

#[derive(Deserialize)]
struct OutboxQuery {
    to: Option<String>,
}

/// No CORS here: a page from elsewhere must not read anybody's codes.
async fn outbox(State(cognito): State<Arc<Cognito>>, Query(query): Query<OutboxQuery>) -> Response {
    // An address has no blank, so one is a plus that was not escaped.
    let to = query.to.map(|to| to.replace(' ', "+"));
    match cognito.outbox(to).await {
        Ok(mails) => Json(mails).into_response(),
        Err(error) => failure(&error),
    }
}
