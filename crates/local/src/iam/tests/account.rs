//! The template's pools and roles, people in them, and what they sign.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use local_apigateway::{Attempt, SignatureError};
use local_appsync::{Caller, Refused, SignedRequest};
use local_cognito::{Clock, Cognito};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::super::Iam;
use crate::apigateway::verify;
use crate::data_folder::DataFolder;
use crate::stack::{ACCOUNT, REGION, Stack};

pub(super) const BASE_URL: &str = "http://localhost:4000";

pub(super) const HOUR_MS: i64 = 60 * 60 * 1000;

pub(super) struct MovedClock(pub(super) AtomicI64);

impl Clock for MovedClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The template's pools and roles, with guests, and with what the roles may invoke besides.
pub(super) struct Account {
    pub(super) iam: Arc<Iam>,
    pub(super) cognito: Arc<Cognito>,
    pub(super) clock: Arc<MovedClock>,
    pub(super) pool: String,
    pub(super) provider: String,
    pub(super) client: String,
    _folder: tempfile::TempDir,
}

pub(super) fn template(change: impl FnOnce(&mut Value)) -> Stack {
    let mut template = infra::template().to_json();
    // No function is called here.
    template["Resources"]["UserPool"]["Properties"]["LambdaConfig"] = Value::Null;
    change(&mut template["Resources"]);
    let parameters = BTreeMap::from([("GuestAccess".to_owned(), "true".to_owned())]);
    Stack::deploy(&template, &parameters, BASE_URL).unwrap()
}

pub(super) fn with_policy(role: &str, statement: Value) -> impl FnOnce(&mut Value) {
    let policy = json!({ "PolicyName": "More", "PolicyDocument": { "Statement": [statement] } });
    move |resources| resources[role]["Properties"]["Policies"].as_array_mut().unwrap().push(policy)
}

pub(super) async fn cognito(
    stack: &Stack,
    folder: &tempfile::TempDir,
    clock: &Arc<MovedClock>,
) -> Arc<Cognito> {
    let folder = DataFolder::open(folder.path()).unwrap();
    let clock: Arc<dyn Clock> = clock.clone();
    crate::cognito::open(stack, &BTreeMap::new(), &folder, BASE_URL, clock).await.unwrap()
}

pub(super) fn own() -> Credentials {
    Credentials::new("AKIAOWNER", "the owner's secret", None, None, "test")
}

pub(super) async fn account() -> Account {
    let may_read = json!({
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:api/live/GET/posts/*"),
    });
    let stack = template(with_policy("AuthenticatedRole", may_read));
    let clock = Arc::new(MovedClock(AtomicI64::new(1_795_000_000_000)));
    let folder = tempfile::tempdir().unwrap();
    let cognito = cognito(&stack, &folder, &clock).await;
    let iam = Iam::open(&stack, own(), Arc::default(), Arc::clone(&cognito), clock.clone()).unwrap();
    let id = |name: &str| stack.resources[name].physical_id.clone();
    Account {
        iam: Arc::new(iam),
        cognito,
        clock,
        pool: id("IdentityPool"),
        provider: format!("localhost:4000/{}", id("UserPool")),
        client: id("CommandLineClient"),
        _folder: folder,
    }
}

/// An identity and its credentials.
pub(super) struct Person {
    pub(super) identity: String,
    pub(super) credentials: Credentials,
}

impl Account {
    pub(super) async fn ask(&self, target: &str, body: Value) -> Value {
        let request = Request::post("/").header("x-amz-target", target).body(Body::from(body.to_string()));
        let answer =
            local_cognito::router(Arc::clone(&self.cognito)).oneshot(request.unwrap()).await.unwrap();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    pub(super) async fn person(&self, logins: Value) -> Person {
        let service = "AWSCognitoIdentityService";
        let body = json!({ "IdentityPoolId": self.pool, "Logins": logins });
        let known = self.ask(&format!("{service}.GetId"), body).await;
        let body = json!({ "IdentityId": known["IdentityId"], "Logins": logins });
        let given = self.ask(&format!("{service}.GetCredentialsForIdentity"), body).await;
        let part =
            |name: &str| given["Credentials"][name].as_str().unwrap_or_else(|| panic!("{given}")).to_owned();
        let token = Some(part("SessionToken"));
        Person {
            identity: known["IdentityId"].as_str().unwrap().to_owned(),
            credentials: Credentials::new(part("AccessKeyId"), part("SecretKey"), token, None, "test"),
        }
    }

    pub(super) async fn guest(&self) -> Person {
        self.person(json!({})).await
    }

    /// Somebody signed in, with their `sub`.
    pub(super) async fn user(&self) -> (Person, String) {
        let service = "AWSCognitoIdentityProviderService";
        let (name, password) = ("ann@example.com", "Correct-horse-9");
        let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
        let attributes =
            [attribute("email", name), attribute("given_name", "Ann"), attribute("family_name", "Lee")];
        let body = json!({ "ClientId": self.client, "Username": name, "Password": password,
            "UserAttributes": attributes });
        let signed_up = self.ask(&format!("{service}.SignUp"), body).await;
        let mails = self.cognito.outbox(Some(name.to_owned())).await.unwrap();
        let body = json!({ "ClientId": self.client, "Username": name, "ConfirmationCode": mails[0].code });
        self.ask(&format!("{service}.ConfirmSignUp"), body).await;
        let body = json!({ "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": name, "PASSWORD": password } });
        let tokens = self.ask(&format!("{service}.InitiateAuth"), body).await;
        let token = tokens["AuthenticationResult"]["IdToken"].as_str().unwrap_or_else(|| panic!("{tokens}"));
        let person = self.person(json!({ self.provider.as_str(): token })).await;
        (person, signed_up["UserSub"].as_str().unwrap().to_owned())
    }

    /// Method, path and body, signed now for a service.
    pub(super) fn signed(
        &self,
        who: &Credentials,
        service: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> Headers {
        let identity = who.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(service)
            .time(self.iam.now())
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let url = format!("{BASE_URL}{path}");
        let host = [("host", "localhost:4000")];
        let body = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new(method, url, host.into_iter(), body).unwrap();
        let (signed, _) = sign(request, &params.into()).unwrap().into_parts();
        let added = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        host.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().chain(added).collect()
    }

    pub(super) fn graphql(&self, who: &Credentials) -> Result<Caller, Refused> {
        let headers = self.signed(who, "appsync", "POST", "/graphql", "{}");
        let (method, path, query) = ("POST".to_owned(), "/graphql".to_owned(), String::new());
        let request = SignedRequest { method, path, query, headers, body: "{}".into() };
        self.iam.caller(&request, "api")
    }

    pub(super) fn invoke(
        &self,
        who: &Credentials,
        method: &str,
        path: &str,
    ) -> Result<Value, SignatureError> {
        let (action, resource) =
            ("execute-api:Invoke", format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:api/live/{method}{path}"));
        let request = local_apigateway::SignedRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers: self.signed(who, "execute-api", method, path, ""),
            body: "".into(),
        };
        let verified = verify(&self.iam, &request, &Attempt { action, resource });
        verified.map(|signatory| signatory.identity.into())
    }
}

pub(super) type Headers = Vec<(String, String)>;
