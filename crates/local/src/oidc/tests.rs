//! A small issuer on this machine, and what may be wrong with one.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use local_cognito::{Clock, SystemClock};
use serde_json::json;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::*;
use crate::data_folder::DataFolder;
use crate::functions::Function;
use crate::iam::{Iam, Sessions};
use crate::inside::Inside;
use crate::stack::Stack;

/// What it answers on each path; it counts what it is asked.
#[derive(Clone, Default)]
struct Provider {
    documents: Arc<Mutex<HashMap<&'static str, Answer>>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Answer {
    Json(Value),
    Text(&'static str),
    Redirect(&'static str),
    Bytes(usize),
    Never,
}

const CONFIGURATION: &str = "/.well-known/openid-configuration";

impl Provider {
    /// Starts it; its name is its address.
    async fn start() -> (Provider, String) {
        let provider = Provider::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let name = format!("http://{}", listener.local_addr().unwrap());
        let answering = provider.clone();
        let router = Router::new().fallback(async move |uri: Uri| answering.answer(&uri).await);
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider.put(CONFIGURATION, configuration(&name, &format!("{name}/jwks")));
        provider.put("/jwks", Answer::Json(json!({ "keys": [{ "kid": "first" }] })));
        (provider, name)
    }

    fn put(&self, path: &'static str, answer: Answer) {
        self.documents.lock().unwrap().insert(path, answer);
    }

    async fn answer(&self, uri: &Uri) -> Response {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.documents.lock().unwrap().get(uri.path()).cloned();
        match answer {
            None => StatusCode::NOT_FOUND.into_response(),
            Some(Answer::Json(document)) => axum::Json(document).into_response(),
            Some(Answer::Text(text)) => text.into_response(),
            Some(Answer::Redirect(path)) => (StatusCode::FOUND, [(LOCATION, path)]).into_response(),
            Some(Answer::Bytes(count)) => format!("\"{}\"", "x".repeat(count)).into_response(),
            Some(Answer::Never) => std::future::pending().await,
        }
    }
}

fn configuration(issuer: &str, jwks_uri: &str) -> Answer {
    Answer::Json(json!({ "issuer": issuer, "jwks_uri": jwks_uri }))
}

#[tokio::test]
async fn the_keys_are_where_the_issuers_configuration_says() {
    let (provider, name) = Provider::start().await;
    let keys = Issuer::new(&name).unwrap().jwks().await.unwrap();
    assert_eq!(keys["keys"][0]["kid"], "first");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);

    // A path, and the last slash that some issuers have, are parts of the name.
    let name = format!("{name}/tenant/");
    let base = name.trim_end_matches('/');
    provider.put("/tenant/.well-known/openid-configuration", configuration(&name, &format!("{base}/keys")));
    provider.put("/tenant/keys", Answer::Json(json!({ "keys": [] })));
    assert_eq!(Issuer::new(&name).unwrap().jwks().await, Ok(json!({ "keys": [] })));
}

#[tokio::test]
async fn whatever_is_wrong_is_told_with_what_to_do() {
    let (provider, name) = Provider::start().await;
    let elsewhere = "http://127.0.0.1:1/jwks";
    for (path, answer, text) in [
        (CONFIGURATION, Answer::Text("hello"), "the answer is no JSON"),
        (CONFIGURATION, Answer::Redirect("/other"), "the answer is 302 Found"),
        (CONFIGURATION, Answer::Bytes(MOST_BYTES), "length limit exceeded"),
        (CONFIGURATION, configuration("http://other", "http://other/jwks"), "must have the very same text"),
        (CONFIGURATION, configuration(&name, elsewhere), "must be on the issuer's own host, or https://"),
        (CONFIGURATION, configuration(&name, "file:///etc/passwd"), "must be on the issuer's own host"),
        (CONFIGURATION, configuration(&name, "/jwks"), "must be on the issuer's own host"),
        (CONFIGURATION, configuration(&name, &format!("{name}/absent")), "the answer is 404 Not Found"),
        (CONFIGURATION, Answer::Json(json!([])), "must have the very same text"),
    ] {
        provider.put(path, answer);
        let error = Issuer::new(&name).unwrap().jwks().await.unwrap_err();
        assert!(error.contains(text) && error.contains(&name), "{error}");
    }
    for name in
        ["", "provider.example", "ftp://provider.example", "https://provider.example/?a=b", "https://"]
    {
        let error = Issuer::new(name).err().unwrap_or_else(|| panic!("{name:?} was taken"));
        assert!(error.contains("must be an http:// or https:// URL"), "{error}");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_or_does_not_answer_is_given_up() {
    let (provider, name) = Provider::start().await;
    provider.put(CONFIGURATION, Answer::Never);
    let impatient = Issuer { patience: Duration::from_millis(20), ..Issuer::new(&name).unwrap() };
    let error = impatient.jwks().await.unwrap_err();
    assert!(error.contains("no answer within 20 ms. Start the provider, or correct"), "{error}");

    // Whoever may have this port by now is no issuer.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    let error = Issuer::new(&name).unwrap().jwks().await.unwrap_err();
    assert!(error.contains("Start the provider, or correct OpenIDConnectConfig.Issuer"), "{error}");
}

/// A key pair on P-256 made for this test: the private half in PKCS#8, the public half as a JWK.
const PRIVATE: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQghID+nM1WDH7pAVQDLZRh5+E1q3USz20OmwXHWcnMxC2hRANCAAStxxFVbkI9+UV4dFAvbBGLwkTPy0G0hxeEhs3+tXPlfD2xpGMQYOZCnyyXOv+mwS0aLMBZrRKmX8ZLjOEEz4vS";

fn jwk() -> Value {
    let (x, y) =
        ("rccRVW5CPflFeHRQL2wRi8JEz8tBtIcXhIbN_rVz5Xw", "PbGkYxBg5kKfLJc6_6bBLRoswFmtEqZfxkuM4QTPi9I");
    json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "first", "x": x, "y": y })
}

fn token(issuer: &str, audience: &str) -> String {
    let in_an_hour = jiff::Timestamp::now().as_second() + 3600;
    let claims = json!({ "iss": issuer, "sub": "olga", "aud": audience, "exp": in_an_hour });
    let header = Header { kid: Some("first".to_owned()), ..Header::new(Algorithm::ES256) };
    let key = EncodingKey::from_ec_der(&BASE64_STANDARD.decode(PRIVATE).unwrap());
    encode(&header, &claims, &key).unwrap()
}

/// The product's API with this issuer as one more, whose tokens open what the API key opens.
async fn api(issuer: &str, folder: &DataFolder) -> Arc<local_appsync::Api> {
    let template = infra::template().to_json().to_string();
    let template = template.replace("@aws_api_key ", "@aws_api_key @aws_oidc ");
    let mut template: Value = serde_json::from_str(&template).unwrap();
    let mut resources = template["Resources"].as_object_mut().unwrap().values_mut();
    let api = resources.find(|it| it["Type"] == "AWS::AppSync::GraphQLApi").unwrap();
    let provider = json!({
        "AuthenticationType": "OPENID_CONNECT",
        "OpenIDConnectConfig": { "Issuer": issuer, "ClientId": "web" },
    });
    api["Properties"]["AdditionalAuthenticationProviders"].as_array_mut().unwrap().push(provider);
    let base_url = "http://localhost:4000";
    let stack = Stack::deploy(&template, &BTreeMap::new(), base_url).unwrap();
    let dynamodb = crate::storage::open_tables(&stack, folder).await.unwrap();
    let credentials = folder.credentials().unwrap();
    let sessions = Arc::new(Sessions::of_functions(&stack, &credentials).unwrap());
    let functions = Function::deploy_all(&stack, &dynamodb, &sessions, base_url, &Inside::default()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cognito =
        crate::cognito::open(&stack, &functions, folder, base_url, Arc::clone(&clock)).await.unwrap();
    let iam = Iam::open(&stack, credentials, sessions, Arc::clone(&cognito), clock).unwrap();
    crate::appsync::open(&stack, &functions, &dynamodb, cognito, Arc::new(iam)).unwrap()
}

#[tokio::test]
async fn a_token_of_an_issuer_that_the_template_names_opens_the_api() {
    let (provider, name) = Provider::start().await;
    provider.put("/jwks", Answer::Json(json!({ "keys": [jwk()] })));
    let folder = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(folder.path()).unwrap();
    let api = api(&name, &folder).await;
    assert_eq!(provider.asked.load(Ordering::SeqCst), 0, "nothing is fetched before it is needed");
    let list = async |token: String| -> (u16, Value) {
        let request = Request::post("/graphql").header("authorization", token);
        let request = request.body(Body::from(r#"{"query":"{ listTodos { items { id } } me { id } }"}"#));
        let answer = api.router().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), MOST_BYTES).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    };
    for _ in 0..2 {
        let (status, body) = list(token(&name, "web")).await;
        assert_eq!((status, &body["data"]["listTodos"]), (200, &json!({ "items": [] })), "{body}");
        assert_eq!(body["errors"][0]["message"], "Not Authorized to access me on type Query");
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2, "the keys are kept");
    assert_eq!(list(token(&name, "another client")).await.0, 401);
    assert_eq!(list(token("http://another.example", "web")).await.0, 401);
}
