//! The envelope: headers, CORS, limits, and whatever strange things are sent.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde_json::{Value, json};

use crate::harness::{ADA, Pool, sign_up_request};

const IDP: &str = "AWSCognitoIdentityProviderService";

#[tokio::test]
async fn every_answer_has_awss_headers() {
    let pool = Pool::new();
    let good = pool.sign_up(ADA).await;
    let bad = pool.sign_up(ADA).await;
    assert_eq!((good.status, bad.status), (StatusCode::OK, StatusCode::BAD_REQUEST));
    for answer in [&good, &bad] {
        assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.1");
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert_eq!(
            answer.headers["access-control-expose-headers"],
            "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"
        );
        assert_eq!(answer.headers["x-amzn-requestid"].len(), 36);
    }
    assert_eq!(bad.headers["x-amzn-errortype"], "UsernameExistsException:");
    assert_eq!(bad.headers["x-amzn-errormessage"], "User already exists");
    let body: Value = serde_json::from_str(&bad.text).unwrap();
    assert_eq!(body, json!({ "__type": "UsernameExistsException", "message": "User already exists" }));
}

#[tokio::test]
async fn a_browser_may_send_the_headers_it_asks_for() {
    let pool = Pool::new();
    let wanted =
        "amz-sdk-invocation-id,amz-sdk-request,cache-control,content-type,x-amz-target,x-amz-user-agent";
    let request = Request::options("/")
        .header("origin", "http://localhost:5173")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", wanted)
        .body(Body::empty())
        .unwrap();
    let answer = pool.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert_eq!(answer.headers["access-control-allow-headers"], wanted);
    assert_eq!(answer.headers["access-control-allow-methods"], "POST");
    assert_eq!(answer.headers["access-control-max-age"], "172800");
}

#[tokio::test]
async fn no_other_site_may_read_the_outbox() {
    let pool = Pool::new();
    let answer = pool.get("/_local/outbox").await;
    assert_eq!(answer.headers.get("access-control-allow-origin"), None);
}

#[tokio::test]
async fn an_unknown_operation_is_told_what_is_alike() {
    let pool = Pool::new();
    let told = pool.call("AdminMakeCoffee", json!({})).await.refused("UnknownOperationException");
    assert!(told.starts_with("Unknown operation AdminMakeCoffee: "), "{told}");
    let told = pool.identity("GetOpenIdToken", json!({})).await.refused("UnknownOperationException");
    assert!(told.ends_with("but GetId"), "{told}");
    for target in ["", "SignUp", "DynamoDB_20120810.GetItem", &format!("{IDP}."), &format!("{IDP}.signup")] {
        pool.post(target, "{}").await.refused("UnknownOperationException");
    }
    let untargeted = Request::post("/").body(Body::from("{}")).unwrap();
    pool.send(untargeted).await.refused("UnknownOperationException");
}

#[tokio::test]
async fn garbage_is_refused_by_every_operation() {
    let pool = Pool::new();
    let operations = [
        "SignUp",
        "ConfirmSignUp",
        "ResendConfirmationCode",
        "InitiateAuth",
        "RespondToAuthChallenge",
        "GetTokensFromRefreshToken",
        "RevokeToken",
        "GlobalSignOut",
        "ForgotPassword",
        "ConfirmForgotPassword",
        "ChangePassword",
        "GetUser",
        "UpdateUserAttributes",
        "DeleteUser",
    ];
    let deep = "[".repeat(50_000);
    let unreadable: [&[u8]; 12] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"5",
        b"\"x\"",
        b"[\"webclient\",\"ada@example.com\"]",
        b"{\"ClientId\":}",
        b"{\"ClientId\":\"\\ud800\"}",
        b"\xff\xfe",
        b"\0\0\0\0",
        deep.as_bytes(),
    ];
    for operation in operations {
        for body in unreadable {
            let answer = pool.post(&format!("{IDP}.{operation}"), body.to_vec()).await;
            answer.refused("SerializationException");
        }
        let wrong_types = json!({
            "ClientId": [], "AccessToken": {}, "Username": 1, "AuthParameters": "x", "Token": true,
        });
        pool.call(operation, wrong_types).await.refused("SerializationException");
        let empty = pool.call(operation, json!({})).await;
        assert!(empty.refused("InvalidParameterException").contains("Member must not be null"));
    }
    pool.sign_up(ADA).await.ok();
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_clearly() {
    let pool = Pool::new();
    let mut request = sign_up_request(ADA);
    request["ClientMetadata"] = json!({ "x": "y".repeat(64 * 1024) });
    let answer = pool.call("SignUp", request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.refused("RequestEntityTooLargeException"), "Request body is larger than 65536 bytes");

    let huge = format!("{}@example.com", "x".repeat(20_000));
    pool.sign_up(&huge).await.refused("InvalidParameterException");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_called_too_large() {
    let pool = Pool::new();
    let broken = [Ok("{\"ClientId\":"), Err(std::io::Error::other("Invalid character in chunk size"))];
    let body = Body::from_stream(futures::stream::iter(broken));
    let answer = pool.post(&format!("{IDP}.SignUp"), body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let told = answer.refused("SerializationException");
    assert!(told.starts_with("The request cannot be read: "), "{told}");
}

#[tokio::test]
async fn a_text_that_no_header_can_carry_still_gets_an_answer() {
    let pool = Pool::new();
    let target = HeaderValue::from_bytes(b"AWSCognitoIdentityProviderService.\xff").unwrap();
    let request = Request::post("/").header("x-amz-target", target).body(Body::from("{}")).unwrap();
    pool.send(request).await.refused("UnknownOperationException");
    let request = json!({ "ClientId": "ähm\r\nx-evil: 1" });
    let answer = pool.call("SignUp", request).await;
    assert_eq!(answer.headers.get("x-evil"), None);
    assert_eq!(answer.headers["x-amzn-errormessage"], "User pool client ?hm??x-evil: 1 does not exist.");
    answer.refused("ResourceNotFoundException");
}

#[test]
fn the_host_can_tell_cognitos_requests_by_their_header() {
    let is_cognito = |target: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-target", target.parse().unwrap());
        local_cognito::is_cognito(&headers)
    };
    assert!(is_cognito("AWSCognitoIdentityProviderService.SignUp"));
    assert!(is_cognito("AWSCognitoIdentityService.GetId"));
    assert!(!is_cognito("DynamoDB_20120810.GetItem"));
    assert!(!local_cognito::is_cognito(&HeaderMap::new()));
}

#[tokio::test]
async fn many_at_once_are_all_served() {
    let pool = std::sync::Arc::new(Pool::new());
    let sign_ups = (0..20).map(|n| {
        let pool = std::sync::Arc::clone(&pool);
        tokio::spawn(async move { pool.confirmed_user(&format!("user{n}@example.com")).await })
    });
    let mut subs = std::collections::HashSet::new();
    for sign_up in sign_ups.collect::<Vec<_>>() {
        subs.insert(sign_up.await.unwrap());
    }
    assert_eq!(subs.len(), 20);

    // Of many who want the same address, one gets it.
    let rivals = (0..10).map(|_| {
        let pool = std::sync::Arc::clone(&pool);
        tokio::spawn(async move { pool.sign_up(ADA).await.status.is_success() })
    });
    let mut successes = 0;
    for rival in rivals.collect::<Vec<_>>() {
        successes += usize::from(rival.await.unwrap());
    }
    assert_eq!(successes, 1);
}
