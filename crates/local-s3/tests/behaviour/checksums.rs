//! Checksums that senders choose are compared, kept, and told to whoever asks.

use axum::http::Method;

use crate::objects::with_headers;
use crate::{Room, room};

/// SHA-256 of `hello`, in Base64, and of that digest.
const OF_HELLO: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
const OF_DIGEST: &str = "lZXJ35AHUUjrBoYDZd8zWEt1v/eCpRDGzUiDpBmDPVA=";

async fn told(room: &Room, path: &str, range: Option<&str>) -> (String, String) {
    let mode = ("x-amz-checksum-mode", "ENABLED");
    let headers = [Some(mode), range.map(|range| ("range", range))];
    let headers: Vec<_> = headers.into_iter().flatten().collect();
    let got = with_headers(room, Method::GET, path, &headers, b"").await;
    (got.header("x-amz-checksum-sha256").to_owned(), got.header("x-amz-checksum-type").to_owned())
}

#[tokio::test]
async fn a_checksum_comes_back_with_the_whole_object() {
    let room = room().await;
    let sent = [("x-amz-checksum-sha256", OF_HELLO)];
    let put = with_headers(&room, Method::PUT, "/uploads/a", &sent, b"hello").await;
    assert_eq!(put.header("x-amz-checksum-sha256"), OF_HELLO);
    let whole = (OF_HELLO.to_owned(), "FULL_OBJECT".to_owned());
    assert_eq!(told(&room, "/uploads/a", None).await, whole);
    assert_eq!(told(&room, "/uploads/a", Some("bytes=0-4")).await, whole);
    assert_eq!(told(&room, "/uploads/a", Some("bytes=1-2")).await, (String::new(), String::new()));
    assert_eq!(room.get("/uploads/a").await.header("x-amz-checksum-sha256"), "", "nobody asked");
    let refused = with_headers(&room, Method::PUT, "/uploads/a", &sent, b"other").await;
    assert_eq!(refused.error(), (400, "BadDigest".to_owned()));
}

#[tokio::test]
async fn a_copy_has_the_checksum_of_its_source_or_another() {
    let room = room().await;
    room.put("/uploads/a", b"hello").await;
    let headers = [("x-amz-copy-source", "/uploads/a"), ("x-amz-checksum-algorithm", "SHA256")];
    let copied = with_headers(&room, Method::PUT, "/uploads/b", &headers, b"").await;
    assert_eq!(copied.all("ChecksumSHA256"), [OF_HELLO]);
    with_headers(&room, Method::PUT, "/uploads/c", &[("x-amz-copy-source", "/uploads/b")], b"").await;
    assert_eq!(told(&room, "/uploads/c", None).await.0, OF_HELLO);
}

#[tokio::test]
async fn an_object_of_parts_has_the_checksum_of_their_checksums() {
    let room = room().await;
    let wanted = [("x-amz-checksum-algorithm", "SHA256")];
    let begun = with_headers(&room, Method::POST, "/uploads/a?uploads", &wanted, b"").await;
    assert_eq!(begun.header("x-amz-checksum-type"), "COMPOSITE");
    let upload = begun.all("UploadId").concat();
    let part = room.put(&format!("/uploads/a?partNumber=1&uploadId={upload}"), b"hello").await;
    let parts = format!("<Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part>", part.header("etag"));
    let parts = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    room.call(Method::POST, &format!("/uploads/a?uploadId={upload}"), parts.as_bytes()).await;
    assert_eq!(told(&room, "/uploads/a", None).await, (format!("{OF_DIGEST}-1"), "COMPOSITE".to_owned()));
    let asked = [("x-amz-object-attributes", "Checksum,ObjectParts,ObjectSize")];
    let known = with_headers(&room, Method::GET, "/uploads/a?attributes", &asked, b"").await;
    assert_eq!(known.all("ChecksumSHA256"), [OF_DIGEST]);
    assert_eq!((known.all("ObjectSize"), known.all("PartsCount")), (vec!["5".into()], vec!["1".into()]));
    assert!(known.all("ETag").is_empty(), "nobody asked");
}
