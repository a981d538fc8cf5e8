//! `/oauth2/token` and `/oauth2/revoke`: a code or a refresh token for tokens, and the end of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Code;
use super::request::client;
use crate::http::allow_every_origin;
use crate::turn::Turn;
use crate::{Cognito, Error, tokens, user_pool};

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    token: Option<String>,
}

pub(super) async fn token(
    State(cognito): State<Arc<Cognito>>,
    Form(request): Form<TokenRequest>,
) -> Response {
    let Some((known, _)) = client(&cognito, request.client_id.as_deref()) else {
        return refused("invalid_client");
    };
    let client_id = known.client_id.clone();
    match request.grant_type.as_deref() {
        Some("authorization_code") => {
            let (Some(code), Some(redirect_uri)) = (request.code, request.redirect_uri) else {
                return refused("invalid_request");
            };
            // Right or wrong, a code is good for one try.
            let now_ms = cognito.clock.now_ms();
            let code = cognito.authorization_codes.take(&code, now_ms).filter(|code| {
                code.client_id == client_id
                    && code.redirect_uri == redirect_uri
                    && is_proven(code, request.code_verifier.as_deref())
            });
            let Some(code) = code else { return refused("invalid_grant") };
            let work = move |turn: &Turn<'_>| {
                let client = turn.client(Some(client_id))?;
                tokens::exchange(turn, client, code.refresh_token, code.nonce)
            };
            answer(cognito.perform(work).await)
        }
        Some("refresh_token") => {
            let Some(refresh_token) = request.refresh_token else { return refused("invalid_request") };
            let work = move |turn: &Turn<'_>| {
                let client = turn.client(Some(client_id))?;
                tokens::refresh(turn, client, refresh_token, None)
            };
            answer(cognito.perform(work).await)
        }
        Some("client_credentials") => refused("unauthorized_client"),
        Some(_) => refused("unsupported_grant_type"),
        None => refused("invalid_request"),
    }
}

/// RFC 7636, section 4.6; who began without a challenge needs no verifier.
fn is_proven(code: &Code, verifier: Option<&str>) -> bool {
    match (&code.code_challenge, verifier) {
        (None, _) => true,
        (Some(challenge), Some(verifier)) => {
            let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            made.as_bytes().ct_eq(challenge.as_bytes()).into()
        }
        (Some(_), None) => false,
    }
}

/// RFC 7009, with Cognito's words.
pub(super) async fn revoke(
    State(cognito): State<Arc<Cognito>>,
    Form(request): Form<TokenRequest>,
) -> Response {
    if client(&cognito, request.client_id.as_deref()).is_none() {
        return refused("invalid_client");
    }
    let Some(token) = request.token else { return refused("invalid_request") };
    let body = json!({ "ClientId": request.client_id, "Token": token }).to_string();
    match cognito.run(move |turn| user_pool::call(turn, "RevokeToken", body.as_bytes()).map(drop)).await {
        Ok(()) => open(StatusCode::OK.into_response()),
        Err(Error::UnsupportedTokenType) => refused("unsupported_token_type"),
        Err(Error::Internal(what)) => failed(&what),
        Err(_) => refused("unauthorized_client"),
    }
}

fn answer(result: Result<Value, Error>) -> Response {
    const NAMES: [(&str, &str); 5] = [
        ("AccessToken", "access_token"),
        ("IdToken", "id_token"),
        ("RefreshToken", "refresh_token"),
        ("ExpiresIn", "expires_in"),
        ("TokenType", "token_type"),
    ];
    let mut result = match result {
        Ok(result) => result,
        Err(Error::Internal(what)) => return failed(&what),
        Err(_) => return refused("invalid_grant"),
    };
    let told = NAMES.iter().map(|(from, to)| ((*to).to_owned(), result[*from].take()));
    let told: Map<String, Value> = told.filter(|(_, value)| !value.is_null()).collect();
    open(Json(told).into_response())
}

fn refused(error: &str) -> Response {
    open((StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response())
}

fn failed(what: &str) -> Response {
    tracing::error!("{what}");
    open((StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": "server_error" }))).into_response())
}

/// Apps ask from their own pages, without cookies. Tokens are nothing to keep in a cache.
pub(super) fn open(mut response: Response) -> Response {
    allow_every_origin(response.headers_mut());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
