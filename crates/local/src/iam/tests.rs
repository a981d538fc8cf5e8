//! People with keys of the identity pool, by a clock that the tests move.

mod account;

use std::sync::atomic::{AtomicI64, Ordering};

use local_apigateway::{Attempt, SignatureError};
use local_appsync::Refused;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::apigateway::verify;
use account::{Account, HOUR_MS, MovedClock, account, cognito, own, template, with_policy};

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
    let bounded = template(|resources| {
        resources["GuestRole"]["Properties"]["PermissionsBoundary"] =
            json!("arn:aws:iam::aws:policy/ReadOnlyAccess");
    });
    let opened =
        Iam::open(&bounded, own(), Arc::default(), Arc::clone(&cognito), clock.clone()).err().unwrap();
    assert!(opened.to_string().contains("role GuestRole: its PermissionsBoundary"), "{opened}");
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
