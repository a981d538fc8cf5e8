//! Presigned URLs grant exactly what was signed, for as long as was signed.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::{Method, Request};

use crate::sign::with_body;
use crate::{Caller, LIMIT_BYTES, Room, request, room};

/// A presigned PUT of exactly five bytes of plain text, as the chat hands it out for an upload.
fn upload_url(caller: &Caller) -> Request<Body> {
    let mut request = request(Method::PUT, "/uploads/a.txt");
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    request.headers_mut().insert("content-length", "5".parse().unwrap());
    caller.presign(request)
}

async fn nothing_is_stored(room: &Room) {
    assert_eq!(room.get("/uploads/a.txt").await.error(), (404, "NoSuchKey".to_owned()));
    assert_eq!(room.files(), 0);
}

#[tokio::test]
async fn what_is_put_through_a_presigned_url_is_got_through_another() {
    let room = room().await;
    let put = room.send(with_body(upload_url(&Caller::account()), b"hello")).await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");

    let got = room.send(Caller::account().presign(request(Method::GET, "/uploads/a.txt"))).await;
    assert_eq!((got.status.as_u16(), got.text().as_str()), (200, "hello"));
    assert_eq!(got.header("content-type"), "text/plain");
    assert_eq!(got.header("content-length"), "5");
    assert_eq!(got.header("etag"), put.header("etag"));
}

#[tokio::test]
async fn another_length_or_type_than_was_signed_is_refused_and_nothing_is_stored() {
    let room = room().await;
    let longer = with_body(upload_url(&Caller::account()), b"hello, world");
    assert_eq!(room.send(longer).await.error(), (403, "SignatureDoesNotMatch".to_owned()));

    let mut another_type = with_body(upload_url(&Caller::account()), b"hello");
    another_type.headers_mut().insert("content-type", "text/html".parse().unwrap());
    assert_eq!(room.send(another_type).await.error(), (403, "SignatureDoesNotMatch".to_owned()));

    let mut no_type = with_body(upload_url(&Caller::account()), b"hello");
    no_type.headers_mut().remove("content-type");
    assert_eq!(room.send(no_type).await.error(), (403, "SignatureDoesNotMatch".to_owned()));
    nothing_is_stored(&room).await;
}

#[tokio::test]
async fn a_body_of_another_length_than_it_says_is_refused_and_nothing_is_stored() {
    let room = room().await;
    for body in ["hell", "hello, world"] {
        let mut lying = upload_url(&Caller::account()).map(|_| Body::from(body));
        lying.headers_mut().insert("content-length", "5".parse().unwrap());
        assert_eq!(room.send(lying).await.error(), (400, "IncompleteBody".to_owned()), "{body}");
    }
    nothing_is_stored(&room).await;
}

#[tokio::test]
async fn an_expired_url_is_refused() {
    let room = room().await;
    let earlier = Caller { at: SystemTime::now() - Duration::from_secs(120), ..Caller::account() };
    let refused = room.send(with_body(upload_url(&earlier), b"hello")).await;
    assert_eq!(refused.error(), (403, "AccessDenied".to_owned()));
    assert_eq!(refused.all("Message"), ["Request has expired"]);
    nothing_is_stored(&room).await;
}

#[tokio::test]
async fn a_url_may_live_for_a_week_and_no_longer() {
    let room = room().await;
    room.put("/uploads/a.txt", b"hello").await;
    for (days, status) in [(7, 200), (8, 400)] {
        let caller = Caller { expires_in: Duration::from_secs(days * 24 * 60 * 60), ..Caller::account() };
        let answer = room.send(caller.presign(request(Method::GET, "/uploads/a.txt"))).await;
        assert_eq!(answer.status, status, "{days} days: {}", answer.text());
    }
}

#[tokio::test]
async fn a_url_for_one_key_or_method_opens_no_other() {
    let room = room().await;
    room.put("/uploads/secret.txt", b"secret").await;
    let presigned = Caller::account().presign(request(Method::GET, "/uploads/a.txt"));
    let elsewhere = presigned.uri().to_string().replace("a.txt", "secret.txt");
    let refused = room.send(request(Method::GET, &elsewhere)).await;
    assert_eq!(refused.error(), (403, "SignatureDoesNotMatch".to_owned()));

    let presigned = Caller::account().presign(request(Method::GET, "/uploads/secret.txt"));
    let refused = room.send(request(Method::DELETE, &presigned.uri().to_string())).await;
    assert_eq!(refused.error(), (403, "SignatureDoesNotMatch".to_owned()));
    assert_eq!(room.get("/uploads/secret.txt").await.text(), "secret");
}

#[tokio::test]
async fn strangers_are_refused() {
    let room = room().await;
    room.put("/uploads/a.txt", b"hello").await;
    let get = || request(Method::GET, "/uploads/a.txt");
    let wrong_secret = Caller { secret: "a guess", ..Caller::account() };
    let unknown_key = Caller { key: "AKIAUNKNOWN", ..Caller::account() };
    let mismatch = room.send(wrong_secret.presign(get())).await;
    assert!(
        mismatch.all("Message").concat().contains("Check your key and signing method."),
        "{}",
        mismatch.text()
    );
    for (who, request, code) in [
        ("unsigned", get(), "AccessDenied"),
        ("wrong secret, in the URL", wrong_secret.presign(get()), "SignatureDoesNotMatch"),
        ("wrong secret, in a header", wrong_secret.sign(get(), b""), "SignatureDoesNotMatch"),
        ("unknown key, in the URL", unknown_key.presign(get()), "InvalidAccessKeyId"),
        ("unknown key, in a header", unknown_key.sign(get(), b""), "InvalidAccessKeyId"),
    ] {
        assert_eq!(room.send(request).await.error(), (403, code.to_owned()), "{who}");
    }
}

#[tokio::test]
async fn an_unsigned_put_or_delete_changes_nothing() {
    let room = room().await;
    room.put("/uploads/a.txt", b"hello").await;
    let put = with_body(request(Method::PUT, "/uploads/a.txt"), b"defaced");
    assert_eq!(room.send(put).await.error(), (403, "AccessDenied".to_owned()));
    let delete = request(Method::DELETE, "/uploads/a.txt");
    assert_eq!(room.send(delete).await.error(), (403, "AccessDenied".to_owned()));
    assert_eq!(room.get("/uploads/a.txt").await.text(), "hello");
}

#[tokio::test]
async fn a_temporary_key_works_only_with_its_session_token() {
    let room = room().await;
    let put = || request(Method::PUT, "/uploads/mine/a.txt");
    let (with, without) = (Caller::temporary(), Caller { token: None, ..Caller::temporary() });
    let another = Caller { token: Some("another token"), ..Caller::temporary() };
    let expired = Caller { key: "ASIAEXPIRED", ..Caller::temporary() };
    for (wrong, status, code) in
        [(without, 403, "InvalidAccessKeyId"), (another, 400, "InvalidToken"), (expired, 400, "ExpiredToken")]
    {
        let invalid = (status, code.to_owned());
        assert_eq!(room.send(wrong.sign(put(), b"hello")).await.error(), invalid);
        assert_eq!(room.send(with_body(wrong.presign(put()), b"hello")).await.error(), invalid);
    }
    assert_eq!(room.files(), 0);
    assert_eq!(room.send(with.sign(put(), b"hello")).await.status, 200);
    assert_eq!(room.send(with_body(with.presign(put()), b"hello")).await.status, 200);
}

#[tokio::test]
async fn an_amz_header_that_was_not_signed_is_refused() {
    let room = room().await;
    let mut smuggling = with_body(upload_url(&Caller::account()), b"hello");
    smuggling.headers_mut().insert("x-amz-meta-owner", "someone else".parse().unwrap());
    let refused = room.send(smuggling).await;
    assert_eq!(refused.error(), (403, "AccessDenied".to_owned()));
    assert!(refused.text().contains("not signed: x-amz-meta-owner"), "{}", refused.text());
    nothing_is_stored(&room).await;
}

#[tokio::test]
async fn a_body_that_is_not_the_signed_one_is_refused_and_nothing_is_stored() {
    let room = room().await;
    let signed = Caller::account().sign(request(Method::PUT, "/uploads/a.txt"), b"hello");
    let swapped = signed.map(|_| Body::from("jello"));
    assert_eq!(room.send(swapped).await.error(), (400, "XAmzContentSHA256Mismatch".to_owned()));
    nothing_is_stored(&room).await;
}

#[tokio::test]
async fn an_upload_over_the_limit_is_refused_whether_it_says_its_length_or_not() {
    let room = room().await;
    let body = vec![0; LIMIT_BYTES as usize + 1];
    let said = with_body(Caller::account().presign(request(Method::PUT, "/uploads/a.txt")), &body);
    assert_eq!(room.send(said).await.error(), (400, "EntityTooLarge".to_owned()));
    let unsaid = Caller::account().presign(request(Method::PUT, "/uploads/a.txt"));
    assert_eq!(room.send(unsaid.map(|_| Body::from(body))).await.error(), (400, "EntityTooLarge".to_owned()));
    nothing_is_stored(&room).await;
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stalls_is_given_up() {
    let room = room().await;
    let stalled = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let put = Caller::account().presign(request(Method::PUT, "/uploads/a.txt")).map(|_| stalled);
    assert_eq!(room.send(put).await.error(), (400, "RequestTimeout".to_owned()));
    nothing_is_stored(&room).await;
}

#[tokio::test]
async fn a_refused_body_is_read_to_its_end_so_that_the_sender_hears_why() {
    let room = room().await;
    let (all_read, was_all_read) = tokio::sync::oneshot::channel();
    let megabytes = futures::stream::iter((0..5).map(|_| Ok::<_, std::io::Error>(vec![0; 1024 * 1024])));
    let end = futures::stream::once(async move {
        let _ = all_read.send(());
        Ok(Vec::new())
    });
    let body = Body::from_stream(futures::StreamExt::chain(megabytes, end));
    let unsigned = request(Method::PUT, "/uploads/a.txt").map(|_| body);
    assert_eq!(room.send(unsigned).await.error(), (403, "AccessDenied".to_owned()));
    was_all_read.await.unwrap();
}

/// The protocol library computes with such characters before it looks at them.
#[tokio::test]
async fn a_date_that_is_none_is_refused_like_any_other() {
    let room = room().await;
    let presigned = Caller::account().presign(request(Method::GET, "/uploads/a.txt")).uri().to_string();
    let (path, query) = presigned.split_once('?').unwrap();
    for (name, value) in [
        ("X-Amz-Credential", "AKIALOCAL%2F-AAaa0--%2Fus-east-1%2Fs3%2Faws4_request"),
        ("X-Amz-Date", "-./-./-.T-./-./Z"),
    ] {
        let others = query.split('&').filter(|pair| !pair.starts_with(name)).collect::<Vec<_>>().join("&");
        let answer = room.send(request(Method::GET, &format!("{path}?{others}&{name}={value}"))).await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_signature_for_another_region_is_refused_and_told_the_right_one() {
    let room = room().await;
    let elsewhere = Caller { region: "eu-west-1", ..Caller::account() };
    for (signed, code, words) in [
        (
            elsewhere.sign(request(Method::GET, "/uploads/a"), b""),
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed",
        ),
        (
            elsewhere.presign(request(Method::GET, "/uploads/a")),
            "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter",
        ),
    ] {
        let refused = room.send(signed).await;
        assert_eq!(refused.error(), (400, code.to_owned()));
        let message = format!("{words}; the region 'eu-west-1' is wrong; expecting 'us-east-1'");
        assert_eq!(refused.all("Message").concat().replace("&apos;", "'").replace("&#39;", "'"), message);
        assert_eq!(refused.all("Region"), ["us-east-1"], "{}", refused.text());
    }
}
