//! Uploads from an HTML form: a signed policy says what may be sent.

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::{Answer, HOST, Room, room};

/// The day and second for which the tests sign: now.
fn amz_date() -> String {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64;
    aws_smithy_types::DateTime::from_secs(seconds)
        .fmt(aws_smithy_types::date_time::Format::DateTime)
        .unwrap()
        .replace(['-', ':'], "")
}

/// Posts `size` bytes under a policy that allows between 1 and 10 bytes of `image/png` at `rooms/1/…`.
async fn post(room: &Room, secret: &str, key: &str, content_type: &str, size: usize) -> Answer {
    let date = amz_date();
    let credential = format!("AKIALOCAL/{}/us-east-1/s3/aws4_request", &date[..8]);
    let in_an_hour = SystemTime::now() + Duration::from_secs(3_600);
    let expiration = aws_smithy_types::DateTime::from(in_an_hour);
    let policy = json!({
        "expiration": expiration.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap(),
        "conditions": [
            { "bucket": "uploads" },
            ["starts-with", "$key", "rooms/1/"],
            ["eq", "$content-type", "image/png"],
            ["content-length-range", 1, 10],
            { "x-amz-algorithm": "AWS4-HMAC-SHA256" },
            { "x-amz-credential": credential },
            { "x-amz-date": date },
        ],
    });
    let policy = BASE64_STANDARD.encode(policy.to_string());
    let signing_key = generate_signing_key(secret, SystemTime::now(), "us-east-1", "s3");
    let signature = calculate_signature(signing_key, policy.as_bytes());
    let mut form = String::new();
    for (name, value) in [
        ("key", key),
        ("content-type", content_type),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", &date),
        ("policy", &policy),
        ("x-amz-signature", &signature),
    ] {
        form += &format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    form += "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    form += &format!("{}\r\n--line--\r\n", "x".repeat(size));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/uploads")
        .header("host", HOST)
        .header("content-type", "multipart/form-data; boundary=line")
        .header("content-length", form.len())
        .body(Body::from(form))
        .unwrap();
    room.send(request).await
}

#[tokio::test]
async fn a_form_that_keeps_to_its_policy_is_stored() {
    let room = room().await;
    let stored = post(&room, "the secret", "rooms/1/a.png", "image/png", 10).await;
    assert_eq!(stored.status, 204, "{}", stored.text());
    let got = room.get("/uploads/rooms/1/a.png").await;
    assert_eq!((got.body.len(), got.header("content-type")), (10, "image/png"));
}

#[tokio::test]
async fn a_form_that_breaks_its_policy_is_refused_and_nothing_is_stored() {
    let room = room().await;
    for (what, secret, key, content_type, size, status) in [
        ("too large", "the secret", "rooms/1/a.png", "image/png", 11, 400),
        ("empty", "the secret", "rooms/1/a.png", "image/png", 0, 400),
        ("another room", "the secret", "rooms/2/a.png", "image/png", 5, 400),
        ("another type", "the secret", "rooms/1/a.png", "text/html", 5, 400),
        ("wrong secret", "a guess", "rooms/1/a.png", "image/png", 5, 403),
    ] {
        let refused = post(&room, secret, key, content_type, size).await;
        assert_eq!(refused.status, status, "{what}: {}", refused.text());
    }
    assert_eq!(room.files(), 0);
}
