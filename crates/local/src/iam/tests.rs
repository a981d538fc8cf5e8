//! People with keys of the identity pool, by a clock that the tests move.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use local_apigateway::{Attempt, SignatureError};
use local_appsync::{Caller, Refused, SignedRequest};
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::apigateway::verify;
use crate::data_folder::DataFolder;

const BASE_URL: &str = "http://localhost:4000";

const HOUR_MS: i64 = 60 * 60 * 1000;

struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The template's pools and roles, with guests, and with what the roles may invoke besides.
struct Account {
    iam: Arc<Iam>,
    cognito: Arc<Cognito>,
    clock: Arc<MovedClock>,
    pool: String,
    provider: String,
    client: String,
    _folder: tempfile::TempDir,
}

fn template(change: impl FnOnce(&mut Value)) -> Stack {
    let mut template = infra::template().to_json();
    // No function is called here.
    template["Resources"]["UserPool"]["Properties"]["LambdaConfig"] = Value::Null;
    change(&mut template["Resources"]);
    let parameters = BTreeMap::from([("GuestAccess".to_owned(), "true".to_owned())]);
    Stack::deploy(&template, &parameters, BASE_URL).unwrap()
}

fn with_policy(role: &str, statement: Value) -> impl FnOnce(&mut Value) {
    let policy = json!({ "PolicyName": "More", "PolicyDocument": { "Statement": [statement] } });
    move |resources| resources[role]["Properties"]["Policies"].as_array_mut().unwrap().push(policy)
}

async fn cognito(stack: &Stack, folder: &tempfile::TempDir, clock: &Arc<MovedClock>) -> Arc<Cognito> {
    let folder = DataFolder::open(folder.path()).unwrap();
    let clock: Arc<dyn Clock> = clock.clone();
    crate::cognito::open(stack, &BTreeMap::new(), &folder, BASE_URL, clock).await.unwrap()
}

fn own() -> Credentials {
    Credentials::new("AKIAOWNER", "the owner's secret", None, None, "test")
}

async fn account() -> Account {
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
struct Person {
    identity: String,
    credentials: Credentials,
}

impl Account {
    async fn ask(&self, target: &str, body: Value) -> Value {
        let request = Request::post("/").header("x-amz-target", target).body(Body::from(body.to_string()));
        let answer =
            local_cognito::router(Arc::clone(&self.cognito)).oneshot(request.unwrap()).await.unwrap();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    async fn person(&self, logins: Value) -> Person {
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

    async fn guest(&self) -> Person {
        self.person(json!({})).await
    }

    /// Somebody signed in, with their `sub`.
    async fn user(&self) -> (Person, String) {
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
    fn signed(&self, who: &Credentials, service: &str, method: &str, path: &str, body: &str) -> Headers {
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

    fn graphql(&self, who: &Credentials) -> Result<Caller, Refused> {
        let headers = self.signed(who, "appsync", "POST", "/graphql", "{}");
        let (method, path, query) = ("POST".to_owned(), "/graphql".to_owned(), String::new());
        let request = SignedRequest { method, path, query, headers, body: "{}".into() };
        self.iam.caller(&request, "api")
    }

    fn invoke(&self, who: &Credentials, method: &str, path: &str) -> Result<Value, SignatureError> {
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

type Headers = Vec<(String, String)>;

#[tokio::test]
async fn resolvers_see_who_signed_a_request() {
    let account = account().await;
    let (ann, sub) = account.user().await;
    let guest = account.guest().await;
    let provider = &account.provider;
    let arn = |role: &str| {
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/parlor-local-{role}/CognitoIdentityCredentials")
    };
    let user_id = |role: &str| format!("{}:CognitoIdentityCredentials", crate::stack::role_id(role));
    let expected = [
        (
            &ann.credentials,
            json!({
                "accountId": ACCOUNT,
                "cognitoIdentityAuthProvider": format!("\"{provider}\",\"{provider}:CognitoSignIn:{sub}\""),
                "cognitoIdentityAuthType": "authenticated",
                "cognitoIdentityId": ann.identity,
                "cognitoIdentityPoolId": account.pool,
                "sourceIp": null,
                "userArn": arn("AuthenticatedRole"),
                "username": user_id("AuthenticatedRole"),
            }),
        ),
        (
            &guest.credentials,
            json!({
                "accountId": ACCOUNT,
                "cognitoIdentityAuthProvider": null,
                "cognitoIdentityAuthType": "unauthenticated",
                "cognitoIdentityId": guest.identity,
                "cognitoIdentityPoolId": account.pool,
                "sourceIp": null,
                "userArn": arn("GuestRole"),
                "username": user_id("GuestRole"),
            }),
        ),
        (
            &own(),
            json!({
                "accountId": ACCOUNT,
                "cognitoIdentityAuthProvider": null,
                "cognitoIdentityAuthType": null,
                "cognitoIdentityId": null,
                "cognitoIdentityPoolId": null,
                "sourceIp": null,
                "userArn": format!("arn:aws:iam::{ACCOUNT}:root"),
                "username": ACCOUNT,
            }),
        ),
    ];
    for (who, identity) in expected {
        assert_eq!(account.graphql(who).unwrap().identity, identity);
    }
}

#[tokio::test]
async fn a_role_opens_the_methods_of_an_api_that_its_policies_name() {
    let account = account().await;
    let ((ann, sub), guest) = (account.user().await, account.guest().await);
    let identity = account.invoke(&ann.credentials, "GET", "/posts/1").unwrap();
    let provider = &account.provider;
    let user = format!("{}:CognitoIdentityCredentials", crate::stack::role_id("AuthenticatedRole"));
    assert_eq!(
        identity,
        json!({
            "accessKey": ann.credentials.access_key_id(),
            "accountId": ACCOUNT,
            "caller": user,
            "user": user,
            "userArn": format!(
                "arn:aws:sts::{ACCOUNT}:assumed-role/parlor-local-AuthenticatedRole/CognitoIdentityCredentials"
            ),
            "cognitoAuthenticationType": "authenticated",
            "cognitoAuthenticationProvider": format!("{provider},{provider}:CognitoSignIn:{sub}"),
            "cognitoIdentityId": ann.identity,
            "cognitoIdentityPoolId": account.pool,
        })
    );
    for (who, method, path) in [
        (&ann.credentials, "POST", "/posts/1"),
        (&ann.credentials, "GET", "/rooms/1"),
        (&guest.credentials, "GET", "/posts/1"),
    ] {
        let Err(SignatureError::Denied(message)) = account.invoke(who, method, path) else {
            panic!("{method} {path} was not denied");
        };
        assert!(
            message.contains("is not authorized to perform: execute-api:Invoke on resource: "),
            "{message}"
        );
        assert!(message.contains("assumed-role/parlor-local-"), "{message}");
    }
    let owner = account.invoke(&own(), "DELETE", "/anything").unwrap();
    assert_eq!((&owner["user"], &owner["cognitoIdentityId"]), (&json!(ACCOUNT), &Value::Null));

    let without_token = Credentials::new(
        ann.credentials.access_key_id(),
        ann.credentials.secret_access_key(),
        None,
        None,
        "test",
    );
    let invalid = "The security token included in the request is invalid.".to_owned();
    assert_eq!(account.invoke(&without_token, "GET", "/posts/1"), Err(SignatureError::Invalid(invalid)));
}

#[tokio::test]
async fn expired_credentials_are_told_so_by_every_service() {
    let account = account().await;
    let (ann, _) = account.user().await;
    let who = &ann.credentials;
    let id = who.access_key_id();
    let may_read = |account: &Account| {
        account.iam.permits(
            id,
            "s3:PutObject",
            "arn:aws:s3:::parlor-local-uploadsbucket/public/a",
            Circumstances::default(),
        )
    };
    let still_counts = |account: &Account| {
        let key = account.iam.key(id).unwrap();
        !account.iam.has_expired(&key)
    };
    account.clock.0.fetch_add(HOUR_MS - 1000, Ordering::SeqCst);
    assert!(account.graphql(who).is_ok() && account.invoke(who, "GET", "/posts/1").is_ok());
    assert!(may_read(&account).is_ok() && still_counts(&account));

    account.clock.0.fetch_add(1000, Ordering::SeqCst);
    let message = "The security token included in the request is expired";
    assert_eq!(account.graphql(who).unwrap_err(), Refused::forbidden("ExpiredTokenException", message));
    assert_eq!(account.invoke(who, "GET", "/posts/1"), Err(SignatureError::Expired));
    // S3 is told by the key, and nothing that began before goes on.
    assert!(may_read(&account).is_err() && !still_counts(&account));

    account.clock.0.fetch_add(24 * HOUR_MS, Ordering::SeqCst);
    let refused = account.graphql(who).unwrap_err();
    assert_eq!((refused.status, refused.error_type.as_str()), (403, "UnrecognizedClientException"));
}

#[tokio::test]
async fn a_role_that_would_permit_too_much_here_fails_the_start() {
    let clock = Arc::new(MovedClock(AtomicI64::new(1_795_000_000_000)));
    let folder = tempfile::tempdir().unwrap();
    let fine = template(|_| {});
    let cognito = cognito(&fine, &folder, &clock).await;
    let of_others = json!({
        "Sid": "AllButMine",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "NotResource": "arn:aws:s3:::files/${aws:username}/*",
    });
    let stack = template(with_policy("GuestRole", of_others));
    let opened = Iam::open(&stack, own(), Arc::default(), Arc::clone(&cognito), clock.clone())
        .err()
        .unwrap()
        .to_string();
    assert!(
        opened.contains("role GuestRole: ") && opened.contains("statement AllButMine hangs on aws:username"),
        "{opened}"
    );
    assert!(Iam::open(&fine, own(), Arc::default(), cognito, clock).is_ok());
}

#[test]
fn any_signed_call_is_refused_that_nobody_signed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let account = runtime.block_on(account());
    let guest = runtime.block_on(account.guest()).credentials;
    let id = guest.access_key_id();
    let signature = "AWS4-HMAC-SHA256 Credential=(OWN|AKIAOWNER|[!-~]{0,9})/(20261118|[0-9]{0,8})/us-east-1/execute-api/aws4_request, SignedHeaders=[a-z;-]{0,30}, Signature=[0-9a-f]{0,64}|\\PC{0,30}";
    let headers = prop::collection::vec(
        (
            "authorization|x-amz-date|x-amz-security-token|host|[a-z-]{1,9}",
            prop_oneof![signature, "20261118T1[0-9]{5}Z", "\\PC{0,20}"],
        ),
        0..6,
    );
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(method in "GET|POST|\\PC{0,5}", path in "/\\PC{0,20}", query in "(X-Amz-(Algorithm=AWS4-HMAC-SHA256|Credential|Date|Expires|Signature|SignedHeaders)(=\\PC{0,20})?&){0,7}", headers in headers, body in prop::collection::vec(any::<u8>(), 0..50))| {
        let headers = headers.into_iter().map(|(name, value)| (name, value.replace("OWN", id))).collect();
        let request = local_apigateway::SignedRequest { method, path, query, headers, body: body.into() };
        let attempt = Attempt { action: "execute-api:Invoke", resource: "arn:aws:execute-api:us-east-1:1:api/live/GET/".to_owned() };
        prop_assert!(verify(&account.iam, &request, &attempt).is_err());
    });
}
