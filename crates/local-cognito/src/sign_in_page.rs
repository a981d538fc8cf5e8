//! Cognito's own sign-in page and its OAuth 2.0 endpoints: the authorization code, with PKCE, and never implicit.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html>.
//! A browser goes `/oauth2/authorize` → `/login` (plain forms) → the app's callback with a code, which the app
//! turns into tokens at `/oauth2/token`. Codes and the browser's own session are in memory: a restart asks to
//! sign in again, which loses nothing.

mod authorize;
mod cookies;
mod forms;
mod html;
mod request;
mod token;
mod user_info;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, post};

use crate::Cognito;
use crate::http::preflight;

/// A sign-in that an app may fetch, once, within five minutes.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    client_id: String,
    redirect_uri: String,
    /// SHA-256 of the verifier, base64url (RFC 7636, section 4.2).
    code_challenge: Option<String>,
    nonce: Option<String>,
    refresh_token: String,
}

/// Who signed in on this browser.
#[derive(Debug, Clone)]
pub(crate) struct BrowserSession {
    sub: String,
    /// The password that was proved: should it change, the session is void.
    verifier: num_bigint::BigUint,
}

/// The routes; without a page in the configuration there are none.
pub(crate) fn router() -> Router<Arc<Cognito>> {
    let any_origin = |headers: HeaderMap| async move { preflight(&headers) };
    Router::new()
        .route("/oauth2/authorize", get(authorize::authorize))
        .route("/login", get(forms::show_sign_in).post(forms::sign_in))
        .route("/signup", get(forms::show_sign_up).post(forms::sign_up))
        .route("/confirmUser", get(forms::show_confirm).post(forms::confirm))
        .route("/resendcode", post(forms::resend_code))
        .route("/forgotPassword", get(forms::show_forgot_password).post(forms::forgot_password))
        .route("/confirmForgotPassword", post(forms::confirm_forgot_password))
        .route("/logout", get(authorize::logout))
        .route("/oauth2/token", post(token::token).options(any_origin))
        .route("/oauth2/revoke", post(token::revoke).options(any_origin))
        .route("/oauth2/userInfo", get(user_info::user_info).options(any_origin))
}
