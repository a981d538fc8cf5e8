//! OpenID Connect: whose token it is, for whom, and how old.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use local_appsync::{AuthMode, OidcProvider, ProviderKeys};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{advance, timeout};

use super::support::{Server, fixture};

const ISSUER: &str = "https://provider.example";

/// A key pair on P-256 made for this test: the private half in PKCS#8, the public half as a JWK.
const PRIVATE: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghID+nM1WDH7pAVQDLZRh5+E1q3USz20OmwXHWcnMxC2hRANCAAStxxFVbkI9+UV4dFAvbBGLwkTPy0G0hxeEhs3+tXPlfD2xpGMQYOZCnyyXOv+mwS0aLMBZrRKmX8ZLjOEEz4vS";

fn jwk(kid: &str) -> Value {
    let (x, y) =
        ("rccRVW5CPflFeHRQL2wRi8JEz8tBtIcXhIbN_rVz5Xw", "PbGkYxBg5kKfLJc6_6bBLRoswFmtEqZfxkuM4QTPi9I");
    json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": x, "y": y })
}

/// Counts how often it is asked.
#[derive(Default)]
struct Keys(AtomicUsize);

#[async_trait]
impl ProviderKeys for Keys {
    async fn jwks(&self) -> Result<Value, String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-65", "kid": "tomorrow's" });
        Ok(json!({ "keys": [unknown, jwk("first")] }))
    }
}

/// Fails first, then has one key, then another.
#[derive(Default)]
struct Rotating(AtomicUsize);

#[async_trait]
impl ProviderKeys for Rotating {
    async fn jwks(&self) -> Result<Value, String> {
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Err("it is not there yet".to_owned()),
            1 => Ok(json!({ "keys": [jwk("first")] })),
            _ => Ok(json!({ "keys": [jwk("second")] })),
        }
    }
}

/// Has one key, after as long as the test wants.
struct Slow {
    asked: AtomicUsize,
    may_answer: Semaphore,
}

#[async_trait]
impl ProviderKeys for Slow {
    async fn jwks(&self) -> Result<Value, String> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.may_answer.acquire().await.map_err(|error| error.to_string())?.forget();
        Ok(json!({ "keys": [jwk("first")] }))
    }
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn token_of(kid: &str, change: impl FnOnce(&mut Value)) -> String {
    let now = now_s();
    let mut claims =
        json!({ "iss": ISSUER, "sub": "olga", "aud": "web", "iat": now, "auth_time": now, "exp": now + 600 });
    change(&mut claims);
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
    let key = EncodingKey::from_ec_der(&BASE64_STANDARD.decode(PRIVATE).unwrap());
    encode(&header, &claims, &key).unwrap()
}

fn token(change: impl FnOnce(&mut Value)) -> String {
    token_of("first", change)
}

fn api(keys: &Arc<impl ProviderKeys + 'static>) -> Server {
    let schema = "type Query { who: AWSJSON @aws_oidc  pool: String }";
    let mut api = fixture(schema)
        .resolve("Query.who", |context| Ok(context.identity))
        .value("Query.pool", json!("yes"));
    api.0.additional_modes.push(AuthMode::Oidc);
    api.0.oidc.push(OidcProvider {
        issuer: ISSUER.to_owned(),
        client_id: Some("web|mobile.*".to_owned()),
        iat_ttl: Some(Duration::from_secs(300)),
        auth_ttl: Some(Duration::from_secs(3600)),
        keys: keys.clone(),
    });
    api.build()
}

const WHO: &str = r#"{"query":"{ who pool }"}"#;

#[tokio::test]
async fn a_token_of_the_provider_opens_the_fields_for_it() {
    let keys = Arc::new(Keys::default());
    let api = api(&keys);
    for authorization in [token(|_| {}), format!("Bearer {}", token(|_| {}))] {
        let answer = api.post(&authorization, WHO).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let who: Value = serde_json::from_str(answer.body["data"]["who"].as_str().unwrap()).unwrap();
        assert_eq!((&who["sub"], &who["issuer"]), (&json!("olga"), &json!(ISSUER)));
        assert_eq!(who["claims"]["aud"], "web");
        assert_eq!(who.get("username"), None);
        assert_eq!(answer.body["errors"][0]["message"], "Not Authorized to access pool on type Query");
    }
    assert_eq!(keys.0.load(Ordering::Relaxed), 1, "the keys are kept");
    // The user pool's tokens still are the user pool's.
    assert_eq!(api.query("{ pool }").await["data"]["pool"], "yes");
}

#[tokio::test]
async fn a_token_that_is_old_or_for_others_or_forged_is_refused() {
    let keys = Arc::new(Keys::default());
    let api = api(&keys);
    let now = now_s();
    let (no, expired) = ("You are not authorized to make this call.", "Token has expired.");
    let mut forged = token(|_| {});
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    let forged = format!("{}{last}A", &forged[..forged.len() - 1]);
    for (token, message) in [
        (token(|claims| claims["exp"] = json!(now - 1)), expired),
        (token(|claims| claims["iat"] = json!(now - 301)), expired),
        (token(|claims| claims["auth_time"] = json!(now - 3601)), expired),
        (token(|claims| claims["auth_time"] = Value::Null), no),
        (token(|claims| claims["aud"] = json!("weblog")), no),
        (token(|claims| claims["nbf"] = json!(now + 60)), no),
        (forged, no),
        (token_of("second", |_| {}), no),
    ] {
        let answer = api.post(&token, WHO).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["message"]), (401, &json!(message)));
    }
    let audiences = [json!({ "aud": ["other", "mobile-1"] }), json!({ "aud": "other", "azp": "web" })];
    for audience in audiences {
        let token =
            token(|claims| claims.as_object_mut().unwrap().extend(audience.as_object().unwrap().clone()));
        assert_eq!(api.post(&token, WHO).await.status, 200, "{audience}");
    }
    assert_eq!(keys.0.load(Ordering::Relaxed), 1, "unknown key ids do not make it ask at once again");
}

#[tokio::test]
async fn a_secret_that_is_the_public_key_is_no_signature() {
    let header = Header { kid: Some("first".to_owned()), ..Header::new(Algorithm::HS256) };
    let claims = json!({ "iss": ISSUER, "sub": "olga", "aud": "web", "iat": now_s(), "exp": now_s() + 600 });
    let key = EncodingKey::from_secret(jwk("first")["x"].as_str().unwrap().as_bytes());
    let token = encode(&header, &claims, &key).unwrap();
    assert_eq!(api(&Arc::<Keys>::default()).post(&token, WHO).await.status, 401);
}

/// Tokio's clock is moved by hand; tokens are dated by the machine's, which does not matter here.
#[tokio::test(start_paused = true)]
async fn keys_are_fetched_again_for_an_unknown_one_or_after_a_failure_but_not_at_once() {
    let keys = Arc::new(Rotating::default());
    let api = api(&keys);
    let status = async |kid: &str| api.post(&token_of(kid, |_| {}), WHO).await.status.as_u16();
    let asked = || keys.0.load(Ordering::Relaxed);
    let wait = async || tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!((status("first").await, status("first").await, asked()), (401, 401, 1));
    wait().await;
    assert_eq!((status("first").await, status("second").await, asked()), (200, 401, 2));
    wait().await;
    assert_eq!((status("first").await, asked()), (200, 2), "what is known is not asked for");
    assert_eq!((status("second").await, status("first").await, asked()), (200, 401, 3));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_keeps_nobody_waiting_whose_key_is_known() {
    let keys = Arc::new(Slow { asked: AtomicUsize::new(0), may_answer: Semaphore::new(1) });
    let api = api(&keys);
    let status = async |kid: &str| api.post(&token_of(kid, |_| {}), WHO).await.status.as_u16();
    let asked = || keys.asked.load(Ordering::Relaxed);
    assert_eq!((status("first").await, asked()), (200, 1));
    advance(Duration::from_secs(10)).await;
    let known = async {
        while asked() < 2 {
            tokio::task::yield_now().await;
        }
        let known = timeout(Duration::from_secs(5), status("first")).await;
        keys.may_answer.add_permits(1);
        known
    };
    let (unknown, also_unknown, known) = tokio::join!(status("second"), status("third"), known);
    assert_eq!((unknown, also_unknown, known), (401, 401, Ok(200)));
    assert_eq!(asked(), 2, "one fetch is for all who wait");
}

#[tokio::test(start_paused = true)]
async fn a_fetch_is_for_others_too_when_its_caller_leaves() {
    let keys = Arc::new(Slow { asked: AtomicUsize::new(0), may_answer: Semaphore::new(0) });
    let api = api(&keys);
    let status = async |kid: &str| api.post(&token_of(kid, |_| {}), WHO).await.status.as_u16();
    timeout(Duration::from_secs(1), status("first")).await.expect_err("nothing has come");
    keys.may_answer.add_permits(1);
    assert_eq!(status("first").await, 200);
    assert_eq!(keys.asked.load(Ordering::Relaxed), 1);
}
