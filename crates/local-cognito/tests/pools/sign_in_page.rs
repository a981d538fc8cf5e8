//! The sign-in page, as a browser without scripts and an app with PKCE use it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use local_cognito::Trigger;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{ADA, Answer, CALLBACK, CLIENT, Function, PASSWORD, Pool, SIGNED_OUT};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";

/// Keeps cookies, and follows no redirect.
pub(crate) struct Browser<'a> {
    pool: &'a Pool,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(pool: &'a Pool) -> Self {
        Browser { pool, cookies: Vec::new() }
    }

    async fn send(&mut self, method: &str, path: &str, form: Option<String>) -> Answer {
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
    async fn sign_in(&mut self) -> String {
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

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn decoded(text: &str) -> String {
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

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

pub(crate) fn code(answer: &Answer) -> String {
    let location = location(answer);
    assert!(location.starts_with(&format!("{CALLBACK}?code=")), "{location}");
    assert_eq!(decoded(&between(&format!("{location}&"), "state=", "&")), "s <&> 1");
    decoded(&between(&location, "code=", "&"))
}

async fn post(pool: &Pool, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")));
    pool.send(request.unwrap()).await
}

async fn exchange(pool: &Pool, code: &str, verifier: &str) -> Answer {
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
fn refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), json!({ "error": error }));
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

async fn user_info(pool: &Pool, token: &Value) -> Answer {
    let authorization = format!("Bearer {}", token.as_str().unwrap());
    let request =
        Request::get("/oauth2/userInfo").header(header::AUTHORIZATION, authorization).body(Body::empty());
    pool.send(request.unwrap()).await
}

#[tokio::test]
async fn an_app_gets_tokens_of_its_scopes_for_a_code_and_its_verifier() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    let to_page = browser.get(&format!("/oauth2/authorize?{}", request(&[]))).await;
    assert_eq!(location(&to_page), format!("/login?{}", request(&[])));

    let code = browser.sign_in().await;
    let tokens = exchange(&pool, &code, VERIFIER).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    let access = claims(&tokens["access_token"]);
    assert_eq!(access["scope"], "openid email aws.cognito.signin.user.admin");
    assert_eq!(access["sub"], sub.as_str());
    assert_eq!(claims(&tokens["id_token"])["nonce"], "n-1");
    let told = user_info(&pool, &tokens["access_token"]).await.ok();
    assert_eq!(told, json!({ "sub": sub, "username": sub, "email": ADA, "email_verified": "true" }));

    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let fresh = post(&pool, "/oauth2/token", &fields).await.ok();
    assert_eq!(claims(&fresh["access_token"])["scope"], access["scope"]);
    assert_eq!(fresh.get("refresh_token"), None);

    let token = [("client_id", CLIENT), ("token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(post(&pool, "/oauth2/revoke", &token).await.status, StatusCode::OK);
    refused(&post(&pool, "/oauth2/token", &fields).await, "invalid_grant");
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn openid_alone_tells_everything_and_scopes_beside_it_their_own() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    browser.sign_in().await;
    for (scope, tells_email, tells_name) in [
        ("openid", true, true),
        ("openid aws.cognito.signin.user.admin", true, true),
        ("openid email", true, false),
        ("openid profile", false, true),
        ("openid email profile", true, true),
    ] {
        let to_app = browser.get(&format!("/oauth2/authorize?{}", request(&[("scope", scope)]))).await;
        let tokens = exchange(&pool, &code(&to_app), VERIFIER).await.ok();
        for told in [claims(&tokens["id_token"]), user_info(&pool, &tokens["access_token"]).await.ok()] {
            assert_eq!(told["sub"], sub);
            for name in ["email", "email_verified"] {
                assert_eq!(told.get(name).is_some(), tells_email, "{scope}: {told}");
            }
            for name in ["given_name", "family_name"] {
                assert_eq!(told.get(name).is_some(), tells_name, "{scope}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_its_own_request_and_five_minutes() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    let code = browser.sign_in().await;
    exchange(&pool, &code, VERIFIER).await.ok();
    refused(&exchange(&pool, &code, VERIFIER).await, "invalid_grant");
    let code = browser.sign_in().await;
    refused(&exchange(&pool, &code, "another-verifier").await, "invalid_grant");
    let code = browser.sign_in().await;
    pool.pass(300);
    refused(&exchange(&pool, &code, VERIFIER).await, "invalid_grant");
}

#[tokio::test]
async fn nobody_is_sent_to_where_the_client_does_not_say() {
    let pool = Pool::new();
    let mut browser = Browser::new(&pool);
    for change in [
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://localhost:5173/deeper"),
        ("client_id", "legacy"),
        ("client_id", "nobody"),
    ] {
        for path in ["/oauth2/authorize", "/login", "/signup"] {
            let answer = browser.get(&format!("{path}?{}", request(&[change]))).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {change:?}");
            assert!(!answer.headers.contains_key("location"));
        }
    }
    let out =
        browser.get(&format!("/logout?client_id={CLIENT}&logout_uri=https%3A%2F%2Fevil.example%2F")).await;
    assert_eq!(out.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_an_app_may_not_ask_is_told_to_its_callback() {
    let pool = Pool::new();
    let mut browser = Browser::new(&pool);
    for (change, error) in [
        (("response_type", "token"), "unauthorized_client"),
        (("response_type", "id_token"), "invalid_request"),
        (("scope", "openid phone"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("identity_provider", "Google"), "invalid_request"),
        (("prompt", "none"), "login_required"),
    ] {
        let answer = browser.get(&format!("/oauth2/authorize?{}", request(&[change]))).await;
        let location = location(&answer);
        assert!(location.starts_with(CALLBACK), "{location}");
        assert_eq!(decoded(&between(&format!("{location}&"), "error=", "&")), error, "{change:?}");
    }
}

#[tokio::test]
async fn a_form_of_another_page_is_refused() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    let path = format!("/login?{}", request(&[]));
    browser.get(&path).await;
    for token in ["", "_csrf=&", "_csrf=guess&"] {
        let body = format!("{token}username={}&password={}", encoded(ADA), encoded(PASSWORD));
        let answer = browser.send("POST", &path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{token}");
    }
}

#[tokio::test]
async fn what_comes_in_by_the_address_or_a_form_is_shown_as_text() {
    let pool = Pool::new();
    let mut browser = Browser::new(&pool);
    let attack = "\"><script>alert(1)</script>";
    // A browser would escape `<`, `>` and `"`; what it leaves as it is must not end the attribute either.
    let page = browser.get(&format!("/login?{}&x='onclick='", request(&[]))).await;
    assert!(!page.text.contains("'onclick"), "{}", page.text);
    let again = browser.fill(&page, &[("username", attack), ("password", "x")]).await;
    assert!(again.text.contains("&lt;script&gt;") && !again.text.contains("<script"), "{}", again.text);
    assert!(again.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
}

#[tokio::test]
async fn whoever_signed_in_on_a_browser_is_known_there_until_they_sign_out() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    browser.sign_in().await;
    let authorize = format!("/oauth2/authorize?{}", request(&[]));
    let again = code(&browser.get(&authorize).await);
    exchange(&pool, &again, VERIFIER).await.ok();
    let asked = browser.get(&format!("/oauth2/authorize?{}", request(&[("prompt", "login")]))).await;
    assert!(location(&asked).starts_with("/login?"));

    let kept = browser.cookies.clone();
    let out = browser.get(&format!("/logout?client_id={CLIENT}&logout_uri={}", encoded(SIGNED_OUT))).await;
    assert_eq!(location(&out), SIGNED_OUT);
    browser.cookies = kept;
    assert!(location(&browser.get(&authorize).await).starts_with("/login?"), "the old cookie is still good");
}

#[tokio::test]
async fn people_sign_up_confirm_and_reset_their_password_here() {
    let pool = Pool::new();
    let mut browser = Browser::new(&pool);
    let page = browser.get(&format!("/signup?{}", request(&[]))).await;
    let person = [("username", ADA), ("given_name", "Ada"), ("family_name", "Lovelace")];
    let poor = browser.fill(&page, &[&person[..], &[("password", "poor")]].concat()).await;
    assert!(poor.text.contains("Password did not conform with policy"), "{}", poor.text);
    let page = browser.fill(&poor, &[&person[..], &[("password", PASSWORD)]].concat()).await;
    let wrong = browser.fill(&page, &[("username", ADA), ("code", "000000")]).await;
    assert!(wrong.text.contains("Invalid verification code"), "{}", wrong.text);
    let other = Answer {
        text: wrong.text.replacen("action=\"/confirmUser", "action=\"/resendcode", 1),
        status: wrong.status,
        headers: wrong.headers.clone(),
    };
    let old = pool.code(ADA).await;
    let resent = browser.fill(&other, &[("username", ADA), ("code", "")]).await;
    assert!(resent.text.contains("A new code is on its way"), "{}", resent.text);
    let code = pool.code(ADA).await;
    assert_ne!(code, old);
    let page = browser.fill(&wrong, &[("username", ADA), ("code", &code)]).await;
    assert!(page.text.contains("Your address is confirmed"), "{}", page.text);
    assert_eq!(pool.trigger.events.lock().unwrap().len(), 1, "the post-confirmation function runs");

    let page = browser.get(&format!("/forgotPassword?{}", request(&[]))).await;
    let page = browser.fill(&page, &[("username", ADA)]).await;
    let code = pool.code(ADA).await;
    let new = "N3w-passw0rd";
    let page = browser.fill(&page, &[("username", ADA), ("code", &code), ("password", new)]).await;
    let refusal = browser.fill(&page, &[("username", ADA), ("password", PASSWORD)]).await;
    assert!(refusal.text.contains("Incorrect username or password."), "{}", refusal.text);
    let answer = browser.fill(&refusal, &[("username", ADA), ("password", new)]).await;
    assert!(location(&answer).starts_with(CALLBACK));
}

#[tokio::test]
async fn whoever_was_invited_chooses_a_password_here() {
    let pool = Pool::new();
    pool.admin("AdminCreateUser", json!({ "Username": ADA })).await.ok();
    let temporary = pool.code(ADA).await;
    let mut browser = Browser::new(&pool);
    let page = browser.get(&format!("/login?{}", request(&[]))).await;
    let page = browser.fill(&page, &[("username", ADA), ("password", &temporary)]).await;
    let name = [("userAttributes.given_name", "Ada"), ("userAttributes.family_name", "Lovelace")];
    let page = browser.fill(&page, &[&name[..], &[("password", "poor")]].concat()).await;
    assert!(page.text.contains("Password did not conform with policy"), "{}", page.text);
    let answer = browser.fill(&page, &[&name[..], &[("password", PASSWORD)]].concat()).await;
    assert!(location(&answer).starts_with(CALLBACK));
}

#[tokio::test]
async fn functions_run_at_both_ends_of_a_sign_in_and_before_tokens() {
    let (before, after, tokens) = (Function::silent(), Function::silent(), Function::silent());
    let pool = Pool::configured(|config| {
        config.triggers.set(Trigger::PreAuthentication, Arc::clone(&before) as _);
        config.triggers.set(Trigger::PostAuthentication, Arc::clone(&after) as _);
        config.triggers.set(Trigger::PreTokenGeneration, Arc::clone(&tokens) as _);
    });
    pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    *before.failure.lock().unwrap() = Some("<closed>".to_owned());
    let page = browser.get(&format!("/login?{}", request(&[]))).await;
    let refused = browser.fill(&page, &[("username", ADA), ("password", PASSWORD)]).await;
    assert!(refused.text.contains("PreAuthentication failed with error &lt;closed&gt;."), "{}", refused.text);
    *before.failure.lock().unwrap() = None;

    let code = browser.sign_in().await;
    assert_eq!(after.taken().len(), 1);
    assert!(tokens.taken().is_empty(), "there are none yet");
    let exchanged = exchange(&pool, &code, VERIFIER).await.ok();
    let sources = |function: &Function| -> Vec<Value> {
        function.taken().into_iter().map(|event| event["triggerSource"].clone()).collect()
    };
    assert_eq!(sources(&tokens), ["TokenGeneration_HostedAuth"]);
    let refresh_token = exchanged["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("client_id", CLIENT), ("refresh_token", refresh_token)];
    post(&pool, "/oauth2/token", &fields).await.ok();
    assert_eq!(sources(&tokens), ["TokenGeneration_RefreshTokens"]);
    assert!(after.taken().is_empty());
}

#[tokio::test]
async fn a_token_is_good_for_its_scopes_alone() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    let page = browser.get(&format!("/login?{}", request(&[("scope", "openid")]))).await;
    let answer = browser.fill(&page, &[("username", ADA), ("password", PASSWORD)]).await;
    let tokens = exchange(&pool, &code(&answer), VERIFIER).await.ok();
    let told =
        pool.get_user(tokens["access_token"].as_str().unwrap()).await.refused("NotAuthorizedException");
    assert_eq!(told, "Access Token does not have required scopes");

    let only_api = format!("/oauth2/authorize?{}", request(&[("scope", "aws.cognito.signin.user.admin")]));
    let tokens = exchange(&pool, &code(&browser.get(&only_api).await), VERIFIER).await.ok();
    assert_eq!(tokens.get("id_token"), None);
    assert_eq!(user_info(&pool, &tokens["access_token"]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_pool_without_a_domain_has_no_page() {
    let pool = Pool::configured(|config| config.user_pool.has_sign_in_page = false);
    for path in ["/login", "/oauth2/authorize", "/logout", "/oauth2/userInfo"] {
        assert_eq!(pool.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let known = pool.get("/us-east-1_Parlor/.well-known/openid-configuration").await.ok();
    assert_eq!(known.get("authorization_endpoint"), None);
}
