//! Labels of objects and buckets.

use axum::http::Method;

use crate::objects::with_headers;
use crate::{Caller, request, room};

fn tagging(tags: &[(&str, &str)]) -> Vec<u8> {
    let tag = |(key, value): &(&str, &str)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    let tags: String = tags.iter().map(tag).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>").into_bytes()
}

#[tokio::test]
async fn an_object_has_the_labels_that_it_was_sent_with_until_it_gets_others() {
    let room = room().await;
    let sent = [("x-amz-tagging", "room=r%201&kind=")];
    with_headers(&room, Method::PUT, "/uploads/a", &sent, b"hello").await;
    let told = room.get("/uploads/a?tagging").await;
    assert_eq!(
        (told.all("Key"), told.all("Value")),
        (vec!["kind".into(), "room".into()], vec!["".into(), "r 1".into()])
    );
    assert_eq!(room.get("/uploads/a").await.header("x-amz-tagging-count"), "2");
    assert_eq!(room.call(Method::PUT, "/uploads/a?tagging", &tagging(&[("b", "2")])).await.status, 200);
    assert_eq!(room.get("/uploads/a?tagging").await.all("Key"), ["b"]);
    let source = [("x-amz-copy-source", "/uploads/a")];
    with_headers(&room, Method::PUT, "/uploads/copy", &source, b"").await;
    assert_eq!(room.call(Method::DELETE, "/uploads/a?tagging", b"").await.status, 204);
    assert_eq!(room.get("/uploads/a").await.header("x-amz-tagging-count"), "");
    assert_eq!(room.get("/uploads/copy?tagging").await.all("Value"), ["2"]);
    assert_eq!(room.get("/uploads/a").await.text(), "hello");
}

#[tokio::test]
async fn labels_have_limits() {
    let room = room().await;
    room.put("/uploads/a", b"hello").await;
    let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].map(|key| (key, "")).into();
    let long = "x".repeat(129);
    for (tags, code) in [
        (many, "BadRequest"),
        (vec![("aws:a", "")], "InvalidTag"),
        (vec![("a", "1"), ("a", "2")], "InvalidTag"),
        (vec![("", "1")], "InvalidTag"),
        (vec![(long.as_str(), "1")], "InvalidTag"),
    ] {
        let refused = room.call(Method::PUT, "/uploads/a?tagging", &tagging(&tags)).await;
        assert_eq!(refused.error(), (400, code.to_owned()), "{tags:?}");
    }
    assert!(room.get("/uploads/a?tagging").await.all("Key").is_empty());
    let absent = room.call(Method::PUT, "/uploads/b?tagging", &tagging(&[("a", "1")])).await;
    assert_eq!((absent.error(), absent.all("Key")), ((404, "NoSuchKey".to_owned()), vec!["b".to_owned()]));
    assert_eq!(room.get("/uploads?tagging").await.error(), (404, "NoSuchTagSet".to_owned()));
}

#[tokio::test]
async fn labels_are_permitted_on_their_own() {
    let room = room().await;
    room.put("/uploads/mine/a", b"hello").await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let asked = request(method.clone(), "/uploads/mine/a?tagging");
        let refused = room.send(Caller::temporary().sign(asked, b"")).await;
        assert_eq!(refused.error(), (403, "AccessDenied".to_owned()), "{method}");
    }
    let mut sent = request(Method::PUT, "/uploads/mine/a");
    sent.headers_mut().insert("x-amz-tagging", "a=1".parse().unwrap());
    let refused = room.send(Caller::temporary().sign(sent, b"other")).await;
    assert_eq!(refused.error(), (403, "AccessDenied".to_owned()));
}
