//! A pool of its own for each test, with a clock that the test moves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use local_cognito::{
    ClientConfig, Clock, Cognito, Config, FirstFactor, GroupConfig, IdentityPoolConfig, IdentityProvider,
    MfaConfiguration, OAuthConfig, PasswordPolicy, SecondFactor, Trigger, TriggerFunction, Triggers,
    UserPoolConfig, router,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::srp::SrpClient;

pub(crate) const CALLBACK: &str = "http://localhost:5173/";
pub(crate) const SIGNED_OUT: &str = "http://localhost:5173/bye";
pub(crate) const CLIENT: &str = "webclient";
pub(crate) const PASSWORD: &str = "Passw0rd!";
pub(crate) const ADA: &str = "ada@example.com";
pub(crate) const ISSUER: &str = "http://localhost:4000/us-east-1_Parlor";
pub(crate) const PROVIDER: &str = "localhost:4000/us-east-1_Parlor";
pub(crate) const START_S: i64 = 1_800_000_000;
pub(crate) const HOUR_S: i64 = 3600;
pub(crate) const DAY_S: i64 = 24 * HOUR_S;

pub(crate) struct Pool {
    pub(crate) cognito: Arc<Cognito>,
    /// Behind PostConfirmation.
    pub(crate) trigger: Arc<Function>,
    clock: Arc<ManualClock>,
    router: Router,
    folder: TempDir,
}

impl Pool {
    /// As the project's template configures it.
    pub(crate) fn new() -> Self {
        Self::configured(|_| {})
    }

    pub(crate) fn configured(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(database(&folder), fresh_database()).unwrap();
        Self::open(folder, Arc::new(ManualClock(AtomicI64::new(START_S * 1000))), change)
    }

    pub(crate) fn with_mfa(mfa_configuration: MfaConfiguration) -> Self {
        Self::configured(|config| config.user_pool.mfa_configuration = mfa_configuration)
    }

    /// The same data after the process ended.
    pub(crate) fn restarted(self) -> Self {
        let Pool { cognito, router, folder, clock, .. } = self;
        drop(router);
        assert_eq!(Arc::strong_count(&cognito), 1, "something still uses the pool");
        drop(cognito);
        Self::open(folder, clock, |_| {})
    }

    fn open(folder: TempDir, clock: Arc<ManualClock>, change: impl FnOnce(&mut Config)) -> Self {
        let trigger = Function::silent();
        let mut config = config(database(&folder));
        config.triggers.set(Trigger::PostConfirmation, Arc::clone(&trigger) as _);
        config.clock = Arc::clone(&clock) as _;
        change(&mut config);
        let cognito = Cognito::open(config).unwrap();
        Pool { router: router(Arc::clone(&cognito)), cognito, trigger, clock, folder }
    }

    pub(crate) fn database(&self) -> PathBuf {
        database(&self.folder)
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// An operation of the user pool.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Answer {
        self.post(&format!("AWSCognitoIdentityProviderService.{operation}"), body.to_string()).await
    }

    /// An operation of an operator, signed.
    pub(crate) async fn admin(&self, operation: &str, mut body: Value) -> Answer {
        body["UserPoolId"] = "us-east-1_Parlor".into();
        let request = Request::post("/")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIA/20270115/us-east-1/cognito-idp/aws4_request",
            )
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) fn now_s(&self) -> i64 {
        self.clock.0.load(Ordering::SeqCst) / 1000
    }

    /// USER_PASSWORD_AUTH, which may end in a challenge.
    pub(crate) async fn with_password(&self, email: &str, password: &str) -> Answer {
        let body = json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": email, "PASSWORD": password },
        });
        self.call("InitiateAuth", body).await
    }

    /// Answers the challenge, as its user.
    pub(crate) async fn respond(&self, challenge: &Value, mut responses: Value) -> Answer {
        responses["USERNAME"] = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"].clone();
        let body = json!({
            "ClientId": CLIENT,
            "ChallengeName": challenge["ChallengeName"],
            "Session": challenge["Session"],
            "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", body).await
    }

    /// An operation of the identity pool.
    pub(crate) async fn identity(&self, operation: &str, body: Value) -> Answer {
        self.post(&format!("AWSCognitoIdentityService.{operation}"), body.to_string()).await
    }

    pub(crate) async fn post(&self, target: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(body.into())
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The newest code sent to this address.
    pub(crate) async fn code(&self, to: &str) -> String {
        let mails = self.get(&format!("/_local/outbox?to={}", to)).await.ok();
        mails[0]["code"].as_str().unwrap_or_else(|| panic!("no code for {to}")).to_owned()
    }

    pub(crate) async fn sign_up(&self, email: &str) -> Answer {
        self.call("SignUp", sign_up_request(email)).await
    }

    /// Signs up and confirms; answers the `sub`.
    pub(crate) async fn confirmed_user(&self, email: &str) -> String {
        let sub = self.sign_up(email).await.ok()["UserSub"].as_str().unwrap().to_owned();
        let code = self.code(email).await;
        let body = json!({ "ClientId": CLIENT, "Username": email, "ConfirmationCode": code });
        self.call("ConfirmSignUp", body).await.ok();
        sub
    }

    pub(crate) async fn begin_srp(&self, srp: &SrpClient, email: &str) -> Answer {
        let parameters = json!({ "USERNAME": email, "SRP_A": srp.a_hex() });
        let body = json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters, "ClientId": CLIENT });
        self.call("InitiateAuth", body).await
    }

    pub(crate) async fn finish_srp(&self, srp: &SrpClient, challenge: &Value, password: &str) -> Answer {
        self.call("RespondToAuthChallenge", proof(srp, challenge, password)).await
    }

    /// Both steps of an SRP sign-in.
    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let srp = SrpClient::new("Parlor");
        let challenge = self.begin_srp(&srp, email).await.ok();
        self.finish_srp(&srp, &challenge, password).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Tokens {
        Tokens::of(&self.try_sign_in(email, PASSWORD).await.ok())
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({ "ClientId": CLIENT, "RefreshToken": refresh_token });
        self.call("GetTokensFromRefreshToken", body).await
    }

    pub(crate) async fn get_user(&self, access_token: &str) -> Answer {
        self.call("GetUser", json!({ "AccessToken": access_token })).await
    }
}

/// The answer to PASSWORD_VERIFIER.
pub(crate) fn proof(srp: &SrpClient, challenge: &Value, password: &str) -> Value {
    let parameters = &challenge["ChallengeParameters"];
    let timestamp = "Tue Nov 4 09:05:07 UTC 2025";
    json!({
        "ClientId": CLIENT,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": {
            "USERNAME": parameters["USER_ID_FOR_SRP"],
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SIGNATURE": srp.answer(parameters, password, timestamp),
        },
    })
}

pub(crate) fn sign_up_request(email: &str) -> Value {
    json!({
        "ClientId": CLIENT,
        "Username": email,
        "Password": PASSWORD,
        "UserAttributes": [
            { "Name": "email", "Value": email },
            { "Name": "given_name", "Value": "Ada" },
            { "Name": "family_name", "Value": "Lovelace" },
        ],
    })
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) id: String,
    pub(crate) refresh: String,
}

impl Tokens {
    pub(crate) fn of(answer: &Value) -> Self {
        let token = |name: &str| answer["AuthenticationResult"][name].as_str().unwrap_or_default().to_owned();
        Tokens { access: token("AccessToken"), id: token("IdToken"), refresh: token("RefreshToken") }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// Asserts the exception, in both places where clients look, and answers its message.
    #[track_caller]
    pub(crate) fn refused(self, exception: &str) -> String {
        assert!(self.status.is_client_error(), "{}: {}", self.status, self.text);
        let body: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(body["__type"], exception, "{body}");
        assert_eq!(self.headers["x-amzn-errortype"], format!("{exception}:"));
        body["message"].as_str().unwrap().to_owned()
    }
}

/// What a function says in `response`, or why it fails.
type Say = Box<dyn Fn(&Value) -> Result<Value, String> + Send + Sync>;

/// A function that keeps the events it gets, and fails or hangs while told to.
pub(crate) struct Function {
    pub(crate) events: Mutex<Vec<Value>>,
    pub(crate) failure: Mutex<Option<String>>,
    pub(crate) hangs: AtomicBool,
    released: Notify,
    say: Say,
}

impl Function {
    /// Answers its event as it came.
    pub(crate) fn silent() -> Arc<Self> {
        Self::saying(|event| Ok(event["response"].clone()))
    }

    pub(crate) fn saying(say: impl Fn(&Value) -> Result<Value, String> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Function {
            events: Mutex::default(),
            failure: Mutex::default(),
            hangs: AtomicBool::default(),
            released: Notify::new(),
            say: Box::new(say),
        })
    }

    /// Ends a call that hangs.
    pub(crate) fn go_on(&self) {
        self.hangs.store(false, Ordering::SeqCst);
        self.released.notify_waiters();
    }

    /// The events so far, which it forgets.
    pub(crate) fn taken(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().unwrap())
    }
}

#[async_trait]
impl TriggerFunction for Function {
    async fn invoke(&self, mut event: Value) -> Result<Value, String> {
        self.events.lock().unwrap().push(event.clone());
        if self.hangs.load(Ordering::SeqCst) {
            self.released.notified().await;
        }
        if let Some(failure) = self.failure.lock().unwrap().clone() {
            return Err(failure);
        }
        event["response"] = (self.say)(&event)?;
        Ok(event)
    }
}

struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) fn config(database: PathBuf) -> Config {
    let client = |client_id: &str, flows: &[&str]| ClientConfig {
        client_id: client_id.to_owned(),
        explicit_auth_flows: flows.iter().map(|flow| (*flow).to_owned()).collect(),
        prevent_user_existence_errors: true,
        ..ClientConfig::default()
    };
    let mut web =
        client(CLIENT, &["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    web.oauth = Some(OAuthConfig {
        callback_urls: vec![CALLBACK.to_owned()],
        logout_urls: vec![SIGNED_OUT.to_owned()],
        scopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"].map(str::to_owned).to_vec(),
        allows_code: true,
    });
    let legacy = ClientConfig { prevent_user_existence_errors: false, ..client("legacy", &[]) };
    let minimal = ClientConfig {
        token_revocation: false,
        access_token_validity: Duration::from_secs(300),
        ..client("minimal", &["ALLOW_USER_PASSWORD_AUTH"])
    };
    Config {
        user_pool: UserPoolConfig {
            pool_id: "us-east-1_Parlor".to_owned(),
            region: "us-east-1".to_owned(),
            issuer: ISSUER.to_owned(),
            required_attributes: ["email", "given_name", "family_name"].map(str::to_owned).to_vec(),
            password_policy: PasswordPolicy::default(),
            clients: vec![web, legacy, minimal],
            groups: ["admin", "staff"]
                .map(|name| GroupConfig { name: name.to_owned(), ..GroupConfig::default() })
                .to_vec(),
            mfa_configuration: MfaConfiguration::Optional,
            enabled_mfas: vec![SecondFactor::SoftwareToken],
            first_factors: vec![FirstFactor::Password],
            device_configuration: None,
            has_sign_in_page: true,
        },
        identity_pool: Some(IdentityPoolConfig {
            identity_pool_id: "us-east-1:0e1b2c3d-0000-4000-8000-000000000000".to_owned(),
            allow_guests: true,
            providers: vec![IdentityProvider {
                provider_name: PROVIDER.to_owned(),
                client_id: CLIENT.to_owned(),
            }],
        }),
        database,
        triggers: Triggers::default(),
        clock: Arc::new(local_cognito::SystemClock),
    }
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("cognito.sqlite")
}

/// A database that was opened once: making its key takes a second, copying it does not.
fn fresh_database() -> &'static [u8] {
    static FRESH: OnceLock<Vec<u8>> = OnceLock::new();
    FRESH.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        drop(Cognito::open(config(database(&folder))).unwrap());
        std::fs::read(database(&folder)).unwrap()
    })
}
