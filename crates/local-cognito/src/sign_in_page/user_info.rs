//! `/oauth2/userInfo`: the attributes of who is signed in, as far as the token's scopes go.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::token::open;
use crate::{Cognito, Error, scopes};

pub(super) async fn user_info(State(cognito): State<Arc<Cognito>>, headers: HeaderMap) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = given.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned) else {
        return refused("invalid_request", "The access token is missing.");
    };
    let found = cognito.run(move |turn| {
        let (claims, user) = turn.signed_in_for_openid(&token)?;
        let scope = claims.raw.get("scope").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok((scope, user))
    });
    let (scope, user) = match found.await {
        Ok(found) => found,
        Err(Error::Internal(what)) => {
            tracing::error!("{what}");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        Err(error) => return refused("invalid_token", &error.to_string()),
    };
    let attributes = user.attributes.iter().filter(|(name, _)| scopes::tell(&scope, name));
    let mut told: Map<String, Value> = attributes.map(|(name, value)| (name.clone(), json!(value))).collect();
    told.insert("sub".into(), json!(user.sub));
    told.insert("username".into(), json!(user.sub));
    open(Json(told).into_response())
}

fn refused(error: &str, description: &str) -> Response {
    let mut response =
        (StatusCode::UNAUTHORIZED, Json(json!({ "error": error, "error_description": description })))
            .into_response();
    let challenge = format!("Bearer error=\"{error}\", error_description=\"{description}\"");
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    open(response)
}
