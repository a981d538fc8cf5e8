//! `/oauth2/authorize` and `/logout`: where a browser comes in, and where it goes from here.

use std::sync::Arc;

use axum::extract::{Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::request::{self, AuthorizationRequest, Granted, Refusal};
use super::{BrowserSession, Code, cookies, html};
use crate::config::ClientConfig;
use crate::store::sessions;
use crate::store::users::{self, User};
use crate::turn::Turn;
use crate::{Cognito, Error, tokens};

/// How long a browser need not sign in again.
const SESSION_S: i64 = 3600;

/// How long an app has to fetch the tokens.
const CODE_MS: i64 = 5 * 60 * 1000;

pub(super) async fn authorize(
    State(cognito): State<Arc<Cognito>>,
    Query(request): Query<AuthorizationRequest>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let granted = match request.check(&cognito) {
        Ok(granted) => granted,
        Err(refusal) => return refusal.response(),
    };
    if request.prompt.as_deref() != Some("login") {
        match by_cookie(&cognito, &headers, granted.clone()).await {
            Ok(Some(location)) => return html::redirect(&location),
            Ok(None) => {}
            Err(error) => return html::failed(&error),
        }
    }
    if request.prompt.as_deref() == Some("none") {
        return Refusal::Callback(granted.callback("error", "login_required")).response();
    }
    html::redirect(&format!("/login?{}", query.unwrap_or_default()))
}

/// The callback with a code, for who has signed in on this browser before.
async fn by_cookie(
    cognito: &Arc<Cognito>,
    headers: &HeaderMap,
    granted: Granted,
) -> Result<Option<String>, Error> {
    let Some(cookie) = cookies::get(headers, cookies::SESSION) else { return Ok(None) };
    let Some(session) = cognito.browser_sessions.get(cookie, cognito.clock.now_ms()) else { return Ok(None) };
    cognito
        .run(move |turn| {
            let user = users::find(turn.db, &session.sub)?;
            let same = user.filter(|user| user.is_enabled && user.password.verifier == session.verifier);
            let Some(user) = same else { return Ok(None) };
            let (_, refresh_token) = tokens::open(turn, &user, client(turn, &granted)?)?;
            code(turn, &granted, &refresh_token).map(Some)
        })
        .await
}

/// The callback with a code, and the cookie's value, for who has just signed in.
pub(super) fn signed_in(
    turn: &Turn<'_>,
    granted: &Granted,
    tokens: &serde_json::Value,
) -> Result<(String, String), Error> {
    let refresh_token = tokens["RefreshToken"].as_str().unwrap_or_default();
    let session = sessions::find(turn.db, refresh_token)?.ok_or(Error::INVALID_SESSION)?;
    let user: User = users::find(turn.db, &session.sub)?.ok_or(Error::INVALID_SESSION)?;
    let location = code(turn, granted, refresh_token)?;
    let session = BrowserSession { sub: user.sub, verifier: user.password.verifier };
    Ok((location, turn.cognito.browser_sessions.open(session, SESSION_S * 1000, turn.now_ms)))
}

pub(super) fn keep_session(response: &mut Response, cookie: &str) {
    cookies::set(response, cookies::SESSION, cookie, SESSION_S);
}

pub(super) fn client<'t>(turn: &'t Turn<'_>, granted: &Granted) -> Result<&'t ClientConfig, Error> {
    turn.client(Some(granted.client_id.clone()))
}

/// A code stands for the refresh token of a sign-in whose scope is the one that was asked for.
fn code(turn: &Turn<'_>, granted: &Granted, refresh_token: &str) -> Result<String, Error> {
    let session = sessions::find(turn.db, refresh_token)?.ok_or(Error::INVALID_SESSION)?;
    sessions::limit_to(turn.db, &session.event_id, &granted.scope)?;
    let code = turn.cognito.authorization_codes.open(
        Code {
            client_id: granted.client_id.clone(),
            redirect_uri: granted.redirect_uri.clone(),
            code_challenge: granted.code_challenge.clone(),
            nonce: granted.nonce.clone(),
            refresh_token: refresh_token.to_owned(),
        },
        CODE_MS,
        turn.now_ms,
    );
    Ok(granted.callback("code", &code))
}

#[derive(Deserialize)]
pub(super) struct Logout {
    client_id: Option<String>,
    logout_uri: Option<String>,
}

/// Forgets who signed in on this browser. Tokens live on: `/oauth2/revoke` and GlobalSignOut end them.
pub(super) async fn logout(
    State(cognito): State<Arc<Cognito>>,
    Query(request): Query<Logout>,
    headers: HeaderMap,
) -> Response {
    let Some((_, oauth)) = request::client(&cognito, request.client_id.as_deref()) else {
        return html::error("The client_id is of no app client that may use this page.");
    };
    let Some(uri) = request.logout_uri.filter(|uri| oauth.logout_urls.contains(uri)) else {
        return html::error(
            "The logout_uri is not one of the app client's sign-out URLs (the template's parameter LogoutUrls).",
        );
    };
    if let Some(cookie) = cookies::get(&headers, cookies::SESSION) {
        cognito.browser_sessions.take(cookie, cognito.clock.now_ms());
    }
    let mut response = html::redirect(&uri);
    cookies::set(&mut response, cookies::SESSION, "", 0);
    response
}
