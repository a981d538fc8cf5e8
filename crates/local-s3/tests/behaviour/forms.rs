//! Uploads from an HTML form: a signed policy says what may be sent.

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::StreamExt;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;

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
    /// Another field, and whether the policy has it as a condition.
    more: Option<(&'static str, &'static str, bool)>,
    file_name: &'static str,
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
        more: None,
        file_name: "a.png",
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
    let stated = form.more.filter(|(_, _, is_stated)| *is_stated);
    conditions.extend(stated.map(|(name, value, _)| json!(["eq", format!("${name}"), value])));
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
    fields.extend(form.more.map(|(name, value, _)| (name, value)));
    sent(room, &body_of(&fields, form.file_name, form.size)).await
}

fn body_of(fields: &[(&str, &str)], file_name: &str, size: usize) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body +=
        &format!("--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n");
    body + &format!("{}\r\n--line--\r\n", "x".repeat(size))
}

async fn sent(room: &Room, body: &str) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/uploads")
        .header("host", HOST)
        .header("content-type", "multipart/form-data; boundary=line")
        .header("content-length", body.len())
        .body(Body::from(body.to_owned()))
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
        ("another room", Form { key: "rooms/2/a.png", ..form() }, 403),
        ("another type", Form { content_type: "text/html", ..form() }, 403),
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
        ("in the policy alone", temporary([token, None]), 403, "InvalidAccessKeyId"),
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

#[tokio::test]
async fn a_refused_form_is_told_which_condition_it_broke() {
    let room = room().await;
    for (form, why) in [
        (
            Form { key: "rooms/2/a.png", ..form() },
            "Policy Condition failed: [\"starts-with\", \"$key\", \"rooms/1/\"]",
        ),
        (
            Form { content_type: "text/html", ..form() },
            "Policy Condition failed: [\"eq\", \"$content-type\", \"image/png\"]",
        ),
        (
            Form { more: Some(("x-amz-meta-room", "1", false)), ..form() },
            "Extra input fields: x-amz-meta-room",
        ),
    ] {
        let refused = post(&room, form).await;
        let message = refused.all("Message").concat().replace("&quot;", "\"");
        assert_eq!(message, format!("Invalid according to Policy: {why}"));
    }
    let ignored = Form { more: Some(("x-ignore-this", "1", false)), ..form() };
    assert_eq!(post(&room, ignored).await.status, 204);
    let public = Form { more: Some(("acl", "public-read", true)), ..form() };
    assert_eq!(post(&room, public).await.error(), (400, "AccessControlListNotSupported".to_owned()));
}

#[tokio::test]
async fn a_key_may_hold_the_name_of_the_file() {
    let room = room().await;
    let key = "rooms/1/${filename}";
    for (file_name, stored) in [("b.png", "b.png"), ("C:\\photos\\c.png", "c.png"), ("../../d.png", "d.png")]
    {
        let answer = post(&room, Form { key, file_name, ..form() }).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        assert_eq!(room.get(&format!("/uploads/rooms/1/{stored}")).await.text(), "xxxxx");
    }
}

#[tokio::test]
async fn the_answer_to_a_form_is_the_one_that_it_asks_for() {
    let room = room().await;
    let etag = "\"fb0e22c79ac75679e9881e6ba183b354\"";
    let location = "http://localhost:4000/uploads/rooms%2F1%2Fa.png";
    for (status, answered) in [("200", 200), ("201", 201), ("204", 204), ("302", 204)] {
        let form = Form { more: Some(("success_action_status", status, true)), ..form() };
        let answer = post(&room, form).await;
        assert_eq!(answer.status, answered, "{}", answer.text());
        assert_eq!((answer.header("location"), answer.header("etag")), (location, etag));
        if answered == 201 {
            assert_eq!(answer.all("Location"), [location]);
            assert_eq!(answer.all("Key"), ["rooms/1/a.png"]);
            assert_eq!(answer.all("ETag"), [etag]);
        }
    }
    let next = "http://localhost:9/done?from=form";
    let sent_on = post(&room, Form { more: Some(("success_action_redirect", next, true)), ..form() }).await;
    assert_eq!(sent_on.status, 303);
    let place = sent_on.header("location");
    assert!(place.starts_with(&format!("{next}&bucket=uploads&key=rooms%2F1%2Fa.png&etag=%22")), "{place}");
}

/// The body would never end: whoever waits for the file waits for ever.
#[tokio::test(start_paused = true)]
async fn a_form_that_nobody_signed_is_refused_without_its_file() {
    let room = room().await;
    let head = body_of(&[("key", "a")], "a.png", 5).replace("\r\n--line--\r\n", "");
    let endless = futures::stream::iter([Ok::<_, std::io::Error>(head)]).chain(futures::stream::pending());
    let request = Request::post("/uploads")
        .header("host", HOST)
        .header("content-type", "multipart/form-data; boundary=line")
        .body(Body::from_stream(endless))
        .unwrap();
    assert_eq!(room.send(request).await.error(), (403, "AccessDenied".to_owned()));
    assert_eq!(room.files(), 0);
}

#[tokio::test]
async fn a_form_that_ends_within_its_file_or_says_something_twice_stores_nothing() {
    let room = room().await;
    let fields = [("key", "a"), ("key", "b")];
    let twice = sent(&room, &body_of(&fields, "a.png", 5)).await;
    assert_eq!(twice.error(), (400, "InvalidArgument".to_owned()));
    let long = "x".repeat(21 * 1024);
    let long = sent(&room, &body_of(&[("key", &long)], "a.png", 5)).await;
    assert_eq!(long.error(), (400, "MaxPostPreDataLengthExceededError".to_owned()));
    let without_file =
        sent(&room, "--line\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n--line--").await;
    assert_eq!(without_file.error(), (400, "InvalidArgument".to_owned()));
    assert_eq!(room.files(), 0);
}

/// As boto3 makes them where it is not told otherwise.
#[tokio::test]
async fn a_form_may_be_signed_as_of_old() {
    let room = room().await;
    let in_an_hour = aws_smithy_types::DateTime::from(SystemTime::now() + Duration::from_secs(3_600));
    let policy = json!({
        "expiration": in_an_hour.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap(),
        "conditions": [{ "bucket": "uploads" }, { "key": "old" }],
    });
    let policy = BASE64_STANDARD.encode(policy.to_string());
    for (secret, status) in [("a guess", 403), ("the secret", 204)] {
        let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(policy.as_bytes());
        let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        let fields =
            [("key", "old"), ("AWSAccessKeyId", "AKIALOCAL"), ("policy", &policy), ("signature", &signature)];
        let answer = sent(&room, &body_of(&fields, "a.png", 5)).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    assert_eq!(room.get("/uploads/old").await.text(), "xxxxx");
}

#[tokio::test]
async fn a_field_that_makes_no_header_is_refused_and_any_text_can_be_metadata() {
    let room = room().await;
    for (name, value) in
        [("x-amz-meta-a b", "1"), ("cache-control", "a\r\nb"), ("content-disposition", "a\u{1}")]
    {
        let refused = post(&room, Form { more: Some((name, value, true)), ..form() }).await;
        assert_eq!(refused.error(), (400, "InvalidArgument".to_owned()), "{name}");
    }
    let stored = post(&room, Form { more: Some(("x-amz-meta-who", "Zoë\r\n", true)), ..form() }).await;
    assert_eq!(stored.status, 204, "{}", stored.text());
    assert_eq!(room.get("/uploads/rooms/1/a.png").await.header("x-amz-meta-who"), "=?UTF-8?B?Wm/Dqw0K?=");
}
