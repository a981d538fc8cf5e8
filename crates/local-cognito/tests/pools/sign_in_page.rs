//! The sign-in page, as a browser without scripts and an app with PKCE use it.

use std::sync::Arc;

use axum::http::StatusCode;
use local_cognito::Trigger;
use serde_json::{Value, json};

use crate::browser::{
    Browser, VERIFIER, between, claims, code, decoded, encoded, exchange, location, post, refused, request,
    user_info,
};
use crate::harness::{ADA, Answer, CALLBACK, CLIENT, Function, PASSWORD, Pool, SIGNED_OUT};

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
