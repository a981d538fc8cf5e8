//! What is not served is refused by name, and never taken for something else.

use axum::http::{Method, StatusCode};

use crate::objects::with_headers;
use crate::room;

#[tokio::test]
async fn an_operation_that_is_not_served_is_refused_and_leaves_the_object_alone() {
    let room = room().await;
    room.put("/uploads/a", b"precious").await;
    for (method, path, parameter) in [
        (Method::PUT, "/uploads/a?renameObject", "renameObject"),
        (Method::PUT, "/uploads/b?renameObject", "renameObject"),
        (Method::PUT, "/uploads/a?encryption", "encryption"),
        (Method::PUT, "/uploads/a?annotation&annotationName=x", "annotation"),
        (Method::PUT, "/uploads/a?uploadId=1", "uploadId"),
        (Method::DELETE, "/uploads/a?annotation&annotationName=x", "annotation"),
        (Method::DELETE, "/uploads/a?acl", "acl"),
        (Method::DELETE, "/uploads/a?retention", "retention"),
        (Method::DELETE, "/uploads/a?legal-hold=", "legal-hold"),
        (Method::DELETE, "/uploads/a?restore", "restore"),
        (Method::DELETE, "/uploads?abac", "abac"),
        (Method::PUT, "/fresh-bucket?abac", "abac"),
        (Method::GET, "/uploads?abac", "abac"),
        (Method::GET, "/uploads?metadataConfiguration", "metadataConfiguration"),
    ] {
        let refused = room.call(method.clone(), path, b"<Something/>").await;
        assert_eq!(refused.error(), (501, "NotImplemented".to_owned()), "{method} {path}");
        assert!(refused.text().contains(&format!("parameter {parameter} ")), "{}", refused.text());
    }
    assert_eq!(room.get("/uploads/a").await.text(), "precious");
    assert_eq!(room.get("/uploads/b").await.status, 404);
    assert_eq!(room.call(Method::HEAD, "/fresh-bucket", b"").await.status, 404);
}

#[tokio::test]
async fn a_header_that_asks_for_what_is_not_served_is_refused_and_changes_nothing() {
    let room = room().await;
    room.put("/uploads/a", b"precious").await;
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    for (method, name, value, error) in [
        (Method::DELETE, "x-amz-if-match-size", "8", (501, "NotImplemented")),
        (Method::PUT, "x-amz-write-offset-bytes", "8", (501, "NotImplemented")),
        (Method::PUT, "x-amz-server-side-encryption-customer-algorithm", "AES256", (501, "NotImplemented")),
        (Method::PUT, "x-amz-object-lock-mode", "GOVERNANCE", (400, "InvalidRequest")),
        (Method::PUT, "x-amz-object-lock-legal-hold", "ON", (400, "InvalidRequest")),
        (Method::PUT, "x-amz-storage-class", "GOLD", (400, "InvalidStorageClass")),
        (Method::PUT, "x-amz-storage-class", "DEEP_ARCHIVE", (501, "NotImplemented")),
        (Method::PUT, "x-amz-acl", "public-read", (400, "AccessControlListNotSupported")),
        (Method::PUT, "x-amz-grant-read", "id=1", (400, "AccessControlListNotSupported")),
        (Method::PUT, "x-amz-expected-bucket-owner", "210987654321", (403, "AccessDenied")),
        (Method::GET, "x-amz-expected-bucket-owner", "210987654321", (403, "AccessDenied")),
    ] {
        let headers = [(name, value), ("x-amz-server-side-encryption-customer-key", key)];
        let refused = with_headers(&room, method, "/uploads/a", &headers, b"else").await;
        assert_eq!(refused.error(), (error.0, error.1.to_owned()), "{name}: {}", refused.text());
    }
    assert_eq!(room.get("/uploads/a").await.text(), "precious");
}

#[tokio::test]
async fn a_header_that_changes_nothing_that_can_be_seen_here_is_taken() {
    let room = room().await;
    for (name, value) in [
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-acl", "bucket-owner-full-control"),
        ("x-amz-acl", "private"),
        ("x-amz-expected-bucket-owner", "123456789012"),
    ] {
        let put = with_headers(&room, Method::PUT, "/uploads/a", &[(name, value)], b"a").await;
        assert_eq!(put.status, 200, "{name}: {}", put.text());
    }
    let public = with_headers(&room, Method::PUT, "/fresh", &[("x-amz-acl", "public-read")], b"").await;
    assert_eq!(public.error(), (400, "InvalidBucketAclWithObjectOwnership".to_owned()));
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_which_a_refusal_says_too() {
    let room = room().await;
    let stored = room.put("/uploads/a", b"a").await;
    let refused = room.get("/uploads/b").await;
    let (first, second) = (stored.header("x-amz-request-id"), refused.header("x-amz-request-id"));
    assert!(first != second && first.len() == 16 && second.len() == 16, "{first} {second}");
    assert_eq!(refused.all("RequestId"), [second]);
    assert_eq!(refused.all("HostId"), [refused.header("x-amz-id-2")]);
}

#[tokio::test]
async fn every_refusal_says_why() {
    let room = room().await;
    let long = format!("/uploads/{}", "k".repeat(1_025));
    for (method, path, body, code) in [
        (Method::PUT, long.as_str(), "", "KeyTooLongError"),
        (Method::PUT, "/No_Bucket", "", "InvalidBucketName"),
        (Method::POST, "/uploads?delete", "no XML", "MalformedXML"),
        (Method::PUT, "/uploads/a?tagging", "<Tagging>", "MalformedXML"),
    ] {
        let refused = room.call(method, path, body.as_bytes()).await;
        assert_eq!(refused.all("Code"), [code]);
        assert!(refused.all("Message").concat().len() > 10, "{}", refused.text());
    }
    room.put("/uploads/a", b"a").await;
    let beyond = with_headers(&room, Method::GET, "/uploads/a", &[("range", "bytes=7-")], b"").await;
    assert_eq!(beyond.all("Message"), ["The requested range is not satisfiable"]);
}

#[tokio::test]
async fn of_many_to_delete_those_stay_that_have_a_condition_which_is_not_served() {
    let room = room().await;
    room.put("/uploads/a", b"a").await;
    room.put("/uploads/b", b"b").await;
    let body = b"<Delete><Object><Key>a</Key><Size>7</Size></Object><Object><Key>b</Key></Object></Delete>";
    let answer = room.call(Method::POST, "/uploads?delete", body).await;
    assert_eq!(answer.all("Code"), ["NotImplemented"], "{}", answer.text());
    assert_eq!(
        (room.get("/uploads/a").await.status, room.get("/uploads/b").await.status.as_u16()),
        (StatusCode::OK, 404)
    );
}
