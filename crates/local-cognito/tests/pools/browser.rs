//! A browser without scripts, and an app with PKCE that sends people to the sign-in page.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{ADA, Answer, CALLBACK, CLIENT, PASSWORD, Pool};

pub(crate) const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";

/// Keeps cookies, and follows no redirect.
pub(crate) struct Browser<'a> {
    pool: &'a Pool,
    pub(crate) cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(pool: &'a Pool) -> Self {
        Browser { pool, cookies: Vec::new() }
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, form: Option<String>) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.map_or(Body::empty(), Body::from));
        let answer = self.pool.send(request.unwrap()).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// Fills in the form that a page shows, its hidden fields as they are.
    pub(crate) async fn fill(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let action = between(&page.text, "action=\"", "\"").replace("&amp;", "&");
        let hidden = page
            .text
            .split("<input type=\"hidden\" ")
            .skip(1)
            .map(|input| (between(input, "name=\"", "\""), unescape(&between(input, "value=\"", "\""))));
        let given = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let body: Vec<_> =
            hidden.chain(given).map(|(name, value)| format!("{name}={}", encoded(&value))).collect();
        self.send("POST", &action, Some(body.join("&"))).await
    }

    /// From the app to the callback with a code.
    pub(crate) async fn sign_in(&mut self) -> String {
        let page = self.get(&format!("/login?{}", request(&[]))).await;
        let answer = self.fill(&page, &[("username", ADA), ("password", PASSWORD)]).await;
        code(&answer)
    }
}

pub(crate) fn between(text: &str, from: &str, to: &str) -> String {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split_once(to).unwrap().0.to_owned()
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(crate) fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

/// The app's query, with some parameters changed.
pub(crate) fn request(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let usual = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email aws.cognito.signin.user.admin"),
        ("state", "s <&> 1"),
        ("nonce", "n-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let all: Vec<_> = kept.chain(changes).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    all.join("&")
}

pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

pub(crate) fn code(answer: &Answer) -> String {
    let location = location(answer);
    assert!(location.starts_with(&format!("{CALLBACK}?code=")), "{location}");
    assert_eq!(decoded(&between(&format!("{location}&"), "state=", "&")), "s <&> 1");
    decoded(&between(&location, "code=", "&"))
}

pub(crate) async fn post(pool: &Pool, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")));
    pool.send(request.unwrap()).await
}

pub(crate) async fn exchange(pool: &Pool, code: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", verifier),
    ];
    post(pool, "/oauth2/token", &fields).await
}

#[track_caller]
pub(crate) fn refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), json!({ "error": error }));
}

pub(crate) fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

pub(crate) async fn user_info(pool: &Pool, token: &Value) -> Answer {
    let authorization = format!("Bearer {}", token.as_str().unwrap());
    let request =
        Request::get("/oauth2/userInfo").header(header::AUTHORIZATION, authorization).body(Body::empty());
    pool.send(request.unwrap()).await
}
