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

/// A form of 5 bytes of `image/png` at `rooms/1/a.png`, and the key that signs its policy.
#[derive(Clone)]
struct Form {
    access_key_id: &'static str,
    secret: &'static str,
    key: &'static str,
    content_type: &'static str,
    size: usize,
    /// The session token that the policy demands, and the one that the form has.
    tokens: [Option<&'static str>; 2],
    /// What is under `rooms/1/` here, in the policy.
    folder: &'static str,
}

fn form() -> Form {
    Form {
        access_key_id: "AKIALOCAL",
        secret: "the secret",
        key: "rooms/1/a.png",
        content_type: "image/png",
        size: 5,
        tokens: [None, None],
        folder: "rooms/1/",
    }
}

/// A form with the temporary key, whose holder has the folder `mine/`.
fn temporary(tokens: [Option<&'static str>; 2]) -> Form {
    Form {
        access_key_id: "ASIATEMPORARY",
        secret: "a temporary secret",
        key: "mine/a.png",
        tokens,
        folder: "",
        ..form()
    }
}

/// Posts a form under a policy that allows between 1 and 10 bytes of `image/png` in the folder.
async fn post(room: &Room, form: Form) -> Answer {
    let date = amz_date();
    let credential = format!("{}/{}/us-east-1/s3/aws4_request", form.access_key_id, &date[..8]);
    let in_an_hour = SystemTime::now() + Duration::from_secs(3_600);
    let expiration = aws_smithy_types::DateTime::from(in_an_hour);
    let mut conditions = vec![
        json!({ "bucket": "uploads" }),
        json!(["starts-with", "$key", form.folder]),
        json!(["eq", "$content-type", "image/png"]),
        json!(["content-length-range", 1, 10]),
        json!({ "x-amz-algorithm": "AWS4-HMAC-SHA256" }),
        json!({ "x-amz-credential": credential }),
        json!({ "x-amz-date": date }),
    ];
    let [demanded, shown] = form.tokens;
    conditions.extend(demanded.map(|token| json!({ "x-amz-security-token": token })));
    let policy = json!({
        "expiration": expiration.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap(),
        "conditions": conditions,
    });
    let policy = BASE64_STANDARD.encode(policy.to_string());
    let signing_key = generate_signing_key(form.secret, SystemTime::now(), "us-east-1", "s3");
    let signature = calculate_signature(signing_key, policy.as_bytes());
    let mut fields = vec![
        ("key", form.key),
        ("content-type", form.content_type),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", &date),
        ("policy", &policy),
        ("x-amz-signature", &signature),
    ];
    fields.extend(shown.map(|token| ("x-amz-security-token", token)));
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    body += &format!("{}\r\n--line--\r\n", "x".repeat(form.size));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/uploads")
        .header("host", HOST)
        .header("content-type", "multipart/form-data; boundary=line")
        .header("content-length", body.len())
        .body(Body::from(body))
        .unwrap();
    room.send(request).await
}

#[tokio::test]
async fn a_form_that_keeps_to_its_policy_is_stored() {
    let room = room().await;
    let stored = post(&room, Form { size: 10, ..form() }).await;
    assert_eq!(stored.status, 204, "{}", stored.text());
    let got = room.get("/uploads/rooms/1/a.png").await;
    assert_eq!((got.body.len(), got.header("content-type")), (10, "image/png"));
}

#[tokio::test]
async fn a_form_that_breaks_its_policy_is_refused_and_nothing_is_stored() {
    let room = room().await;
    for (what, form, status) in [
        ("too large", Form { size: 11, ..form() }, 400),
        ("empty", Form { size: 0, ..form() }, 400),
        ("another room", Form { key: "rooms/2/a.png", ..form() }, 400),
        ("another type", Form { content_type: "text/html", ..form() }, 400),
        ("wrong secret", Form { secret: "a guess", ..form() }, 403),
    ] {
        let refused = post(&room, form).await;
        assert_eq!(refused.status, status, "{what}: {}", refused.text());
    }
    assert_eq!(room.files(), 0);
}

#[tokio::test]
async fn a_form_of_a_temporary_key_needs_its_session_token_and_its_permission() {
    let room = room().await;
    let token = Some("the session token");
    let stored = post(&room, temporary([token, token])).await;
    assert_eq!(stored.status, 204, "{}", stored.text());
    assert_eq!(room.get("/uploads/mine/a.png").await.text(), "xxxxx");
    let another = Some("another token");
    for (what, form, status, code) in [
        ("without a token", temporary([None, None]), 403, "InvalidAccessKeyId"),
        ("another token", temporary([another, another]), 400, "InvalidToken"),
        ("not in the policy", temporary([None, token]), 403, "AccessDenied"),
        ("in the policy alone", temporary([token, None]), 400, "InvalidPolicyDocument"),
        ("expired", Form { access_key_id: "ASIAEXPIRED", ..temporary([token, token]) }, 400, "ExpiredToken"),
        (
            "where its holder may not",
            Form { key: "shared/a.png", ..temporary([token, token]) },
            403,
            "AccessDenied",
        ),
    ] {
        let refused = post(&room, form).await;
        assert_eq!(refused.error(), (status, code.to_owned()), "{what}: {}", refused.text());
    }
    assert_eq!(room.files(), 1);
}
