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

/// SHA-256 of `other`, in Base64.
const OF_OTHER: &str = "2SmKENGwc1g33EvYXaxkGw887yekfl1TpU8vP1svz/o=";
/// CRC-32 and CRC-64/NVME of `hello`, in Base64.
const CRC32: &str = "NhCmhg==";
const CRC64: &str = "M3eFcAZSQlc=";

/// An upload of `hello` in one part, begun with these headers; completed with these, and with this said of the part.
struct Upload {
    room: Room,
    path: String,
    etag: String,
}

impl Upload {
    async fn begin(headers: &[(&str, &str)]) -> Upload {
        let room = room().await;
        let begun = with_headers(&room, Method::POST, "/uploads/a?uploads", headers, b"").await;
        let upload = begun.all("UploadId").concat();
        let part = room.put(&format!("/uploads/a?partNumber=1&uploadId={upload}"), b"hello").await;
        Upload { room, path: format!("/uploads/a?uploadId={upload}"), etag: part.header("etag").to_owned() }
    }

    async fn complete(&self, headers: &[(&str, &str)], of_part: &str) -> (u16, String) {
        let part = format!("<Part><PartNumber>1</PartNumber><ETag>{}</ETag>{of_part}</Part>", self.etag);
        let body = format!("<CompleteMultipartUpload>{part}</CompleteMultipartUpload>");
        with_headers(&self.room, Method::POST, &self.path, headers, body.as_bytes()).await.error()
    }

    /// It can still be completed, and what was refused left nothing behind.
    async fn goes_on(&self, headers: &[(&str, &str)], of_part: &str) {
        assert_eq!(self.room.get("/uploads/a").await.status, 404);
        assert_eq!(self.room.files(), 1, "the part");
        assert_eq!(self.complete(headers, of_part).await, (200, String::new()));
        assert_eq!(self.room.get("/uploads/a").await.text(), "hello");
    }
}

#[tokio::test]
async fn an_upload_is_completed_only_if_its_parts_have_the_checksums_that_are_named() {
    for begun in [
        &[("x-amz-checksum-algorithm", "SHA256")][..],
        &[("x-amz-checksum-algorithm", "SHA256"), ("x-amz-checksum-type", "FULL_OBJECT")],
        &[],
    ] {
        let upload = Upload::begin(begun).await;
        let named = |value: &str| format!("<ChecksumSHA256>{value}</ChecksumSHA256>");
        let refused = (400, "InvalidPart".to_owned());
        assert_eq!(upload.complete(&[], &named(OF_OTHER)).await, refused);
        upload.goes_on(&[], &named(OF_HELLO)).await;
    }
}

#[tokio::test]
async fn an_upload_is_completed_only_if_the_whole_has_the_checksum_that_is_named() {
    let of_parts = format!("{OF_DIGEST}-1");
    let (of_two, crc32) = (format!("{OF_DIGEST}-2"), "x-amz-checksum-crc32");
    let (algorithm, full) = ("x-amz-checksum-algorithm", ("x-amz-checksum-type", "FULL_OBJECT"));
    for (begun, wrong, right) in [
        (
            &[(algorithm, "SHA256")][..],
            ("x-amz-checksum-sha256", &*of_two),
            ("x-amz-checksum-sha256", &*of_parts),
        ),
        (&[(algorithm, "SHA256")], (crc32, CRC32), ("x-amz-checksum-sha256", &of_parts)),
        (&[(algorithm, "CRC32"), full], (crc32, "AAAAAA=="), (crc32, CRC32)),
        (
            &[(algorithm, "CRC64NVME")],
            ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA="),
            ("x-amz-checksum-crc64nvme", CRC64),
        ),
        (&[], (crc32, "AAAAAA=="), (crc32, CRC32)),
    ] {
        let upload = Upload::begin(begun).await;
        assert_eq!(upload.complete(&[wrong], "").await, (400, "BadDigest".to_owned()), "{begun:?} {wrong:?}");
        upload.goes_on(&[right], "").await;
    }
}

#[tokio::test]
async fn an_upload_is_completed_only_with_the_size_and_the_kind_of_checksum_that_are_named() {
    let upload = Upload::begin(&[("x-amz-checksum-algorithm", "SHA256")]).await;
    for wrong in [("x-amz-mp-object-size", "4"), ("x-amz-checksum-type", "FULL_OBJECT")] {
        assert_eq!(upload.complete(&[wrong], "").await, (400, "InvalidRequest".to_owned()), "{wrong:?}");
    }
    upload.goes_on(&[("x-amz-mp-object-size", "5"), ("x-amz-checksum-type", "COMPOSITE")], "").await;
}
