//! The two cookies: who signed in on this browser, and that a form comes from a page of ours.

use axum::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng;
use subtle::ConstantTimeEq;

/// Names the browser's session, as at Cognito.
pub(super) const SESSION: &str = "cognito";
/// The field of every form that repeats the cookie; pages of others cannot read it.
pub(super) const FORM_FIELD: &str = "_csrf";

const FORM: &str = "XSRF-TOKEN";

pub(super) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split("; ")).filter_map(|pair| pair.split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
}

/// Sets a cookie that scripts cannot read; for zero seconds: forgets it.
///
/// Not `Secure`, as this is plain HTTP on the machine itself.
pub(super) fn set(response: &mut Response, name: &str, value: &str, max_age_s: i64) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// What the forms of this browser repeat; a new one, if it has none.
pub(super) fn form_token(headers: &HeaderMap) -> String {
    match get(headers, FORM) {
        Some(known)
            if known.len() == 22
                && known.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) =>
        {
            known.to_owned()
        }
        _ => URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 16]>()),
    }
}

pub(super) fn set_form_token(response: &mut Response, token: &str) {
    set(response, FORM, token, 3600);
}

/// Whether a form comes from a page that this browser got here.
pub(super) fn is_own_form(headers: &HeaderMap, field: Option<&str>) -> bool {
    match (get(headers, FORM), field) {
        (Some(cookie), Some(field)) => !cookie.is_empty() && cookie.as_bytes().ct_eq(field.as_bytes()).into(),
        _ => false,
    }
}
