//! A pool of its own for each test, with a clock that the test moves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use local_cognito::{Clock, Cognito, Config, MfaConfiguration, Trigger, router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::srp::SrpClient;

mod answer;
mod config;
mod function;

pub(crate) use answer::{Answer, Tokens};
pub(crate) use config::config;
pub(crate) use function::Function;

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

struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
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
