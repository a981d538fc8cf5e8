//! Objects come back as they were sent, whole or in part, and only when they are wanted.

use axum::http::{Method, Request};

use crate::{Caller, Room, request, room};

/// A request of the account with these headers.
pub(crate) async fn with_headers(
    room: &Room,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> crate::Answer {
    let mut request = request(method, path);
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    room.send(Caller::account().sign(request, body)).await
}

#[tokio::test]
async fn headers_and_metadata_come_back_with_the_object() {
    let room = room().await;
    let sent = [
        ("content-type", "image/png"),
        ("cache-control", "max-age=60"),
        ("content-disposition", "attachment; filename=\"a.png\""),
        ("content-language", "de"),
        ("content-encoding", "gzip"),
        ("x-amz-meta-room", "r1"),
    ];
    with_headers(&room, Method::PUT, "/uploads/a.png", &sent, b"png").await;
    for method in [Method::GET, Method::HEAD] {
        let got = room.call(method, "/uploads/a.png", b"").await;
        assert_eq!(got.status, 200);
        for (name, value) in sent {
            assert_eq!(got.header(name), value);
        }
        assert_eq!(got.header("content-length"), "3");
        assert!(got.header("last-modified").ends_with(" GMT"));
    }
}

#[tokio::test]
async fn an_object_without_a_type_is_bytes() {
    let room = room().await;
    room.put("/uploads/a", b"?").await;
    assert_eq!(room.get("/uploads/a").await.header("content-type"), "binary/octet-stream");
}

#[tokio::test]
async fn a_reader_may_ask_for_other_headers_in_the_url() {
    let room = room().await;
    room.put("/uploads/a", b"?").await;
    let path = "/uploads/a?response-content-type=text%2Fcsv&response-content-disposition=attachment";
    let got = room.send(Caller::account().presign(request(Method::GET, path))).await;
    assert_eq!(got.header("content-type"), "text/csv");
    assert_eq!(got.header("content-disposition"), "attachment");
}

#[tokio::test]
async fn a_range_is_a_part_of_the_object() {
    let room = room().await;
    room.put("/uploads/digits", b"0123456789").await;
    for (range, part, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let got = with_headers(&room, Method::GET, "/uploads/digits", &[("range", range)], b"").await;
        assert_eq!((got.status.as_u16(), got.text().as_str()), (206, part), "{range}");
        assert_eq!(got.header("content-range"), content_range);
        assert_eq!(got.header("content-length"), part.len().to_string());
    }
    let beyond = with_headers(&room, Method::GET, "/uploads/digits", &[("range", "bytes=10-")], b"").await;
    assert_eq!(beyond.error(), (416, "InvalidRange".to_owned()));
    let huge = "99999999999999999999";
    for (range, status, body) in [
        ("bytes=5-2".to_owned(), 200, "0123456789"),
        ("bytes=0-1,3-4".to_owned(), 200, "0123456789"),
        ("items=0-1".to_owned(), 200, "0123456789"),
        (format!("bytes=8-{huge}"), 206, "89"),
        (format!("bytes=-{huge}"), 206, "0123456789"),
    ] {
        let (mut asked, headers) = (request(Method::GET, "/uploads/digits"), [("range", range.as_str())]);
        asked.headers_mut().insert("range", range.parse().unwrap());
        let in_headers = with_headers(&room, Method::GET, "/uploads/digits", &headers, b"").await;
        let in_url = room.send(Caller::account().presign(asked)).await;
        for got in [in_headers, in_url] {
            assert_eq!((got.status.as_u16(), got.text().as_str()), (status, body), "{range}");
        }
        let mut stranger = request(Method::GET, "/uploads/digits");
        stranger.headers_mut().insert("range", range.parse().unwrap());
        assert_eq!(room.send(stranger).await.error(), (403, "AccessDenied".to_owned()), "{range}");
    }
    let headers = [("range", &*format!("bytes={huge}-"))];
    let beyond = with_headers(&room, Method::GET, "/uploads/digits", &headers, b"").await;
    assert_eq!(beyond.error(), (416, "InvalidRange".to_owned()));
    room.put("/uploads/empty", b"").await;
    for method in [Method::GET, Method::HEAD] {
        let end = with_headers(&room, method, "/uploads/empty", &[("range", "bytes=-1")], b"").await;
        assert_eq!(end.status, 416);
    }
}

#[tokio::test]
async fn an_unchanged_object_is_not_sent_again() {
    let room = room().await;
    let etag = room.put("/uploads/a", b"one").await.header("etag").to_owned();
    let modified = room.get("/uploads/a").await.header("last-modified").to_owned();
    for (header, value, status) in [
        ("if-none-match", etag.as_str(), 304),
        ("if-none-match", "\"0\"", 200),
        ("if-match", etag.as_str(), 200),
        ("if-match", "\"0\"", 412),
        ("if-modified-since", modified.as_str(), 304),
        ("if-unmodified-since", modified.as_str(), 200),
        ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 412),
    ] {
        let got = with_headers(&room, Method::GET, "/uploads/a", &[(header, value)], b"").await;
        assert_eq!(got.status, status, "{header}: {value}");
    }
}

#[tokio::test]
async fn a_write_on_condition_happens_only_if_it_holds() {
    let room = room().await;
    let put = async |header, value: String, body: &'static [u8]| {
        with_headers(&room, Method::PUT, "/uploads/a", &[(header, value.as_str())], body).await
    };
    assert_eq!(put("if-match", "\"0\"".to_owned(), b"x").await.error(), (404, "NoSuchKey".to_owned()));
    let first = put("if-none-match", "*".to_owned(), b"one").await;
    assert_eq!(first.status, 200);
    let second = put("if-none-match", "*".to_owned(), b"two").await;
    assert_eq!(second.error(), (412, "PreconditionFailed".to_owned()));
    assert_eq!(
        put("if-match", "\"0\"".to_owned(), b"x").await.error(),
        (412, "PreconditionFailed".to_owned())
    );
    assert_eq!(put("if-match", first.header("etag").to_owned(), b"three").await.status, 200);
    assert_eq!(room.get("/uploads/a").await.text(), "three");
    assert_eq!(room.files(), 1);
}

#[tokio::test]
async fn of_sixteen_who_put_the_same_key_if_it_is_free_one_succeeds() {
    let room = room().await;
    let puts = (0..16)
        .map(|_| with_headers(&room, Method::PUT, "/uploads/name", &[("if-none-match", "*")], b"mine"));
    let answers = futures::future::join_all(puts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(room.files(), 1);
}

#[tokio::test]
async fn a_checksum_or_digest_that_does_not_match_is_refused_and_nothing_is_stored() {
    let room = room().await;
    for (header, wrong, right) in [
        ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", "XUFAKrxLKna5cZ2REBfFkg=="),
        ("x-amz-checksum-crc32", "AAAAAA==", "NhCmhg=="),
        ("x-amz-checksum-sha1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
    ] {
        let refused = with_headers(&room, Method::PUT, "/uploads/a", &[(header, wrong)], b"hello").await;
        assert_eq!(refused.error(), (400, "BadDigest".to_owned()), "{header}");
        assert_eq!(room.files(), 0);
        let stored = with_headers(&room, Method::PUT, "/uploads/a", &[(header, right)], b"hello").await;
        assert_eq!(stored.status, 200, "{header}: {}", stored.text());
        room.call(Method::DELETE, "/uploads/a", b"").await;
    }
    let nonsense =
        with_headers(&room, Method::PUT, "/uploads/a", &[("content-md5", "hello")], b"hello").await;
    assert_eq!(nonsense.error(), (400, "InvalidDigest".to_owned()));
}

#[tokio::test]
async fn too_much_metadata_is_refused() {
    let room = room().await;
    let long = "x".repeat(2_048);
    let refused = with_headers(&room, Method::PUT, "/uploads/a", &[("x-amz-meta-note", &long)], b"").await;
    assert_eq!(refused.error(), (400, "MetadataTooLarge".to_owned()));
}

#[tokio::test]
async fn overwriting_and_deleting_leave_no_file_behind() {
    let room = room().await;
    for body in ["one", "two", "three"] {
        room.put("/uploads/a", body.as_bytes()).await;
    }
    assert_eq!(room.get("/uploads/a").await.text(), "three");
    assert_eq!(room.files(), 1);
    for _ in 0..2 {
        assert_eq!(
            room.call(Method::DELETE, "/uploads/a", b"").await.status,
            204,
            "deleting twice is no error"
        );
    }
    assert_eq!(room.get("/uploads/a").await.error(), (404, "NoSuchKey".to_owned()));
    assert_eq!(room.call(Method::HEAD, "/uploads/a", b"").await.status, 404);
    assert_eq!(room.files(), 0);
}

#[tokio::test]
async fn a_reader_who_has_begun_gets_the_old_object_to_its_end() {
    let room = room().await;
    let old = vec![b'o'; 1024 * 1024];
    room.put("/uploads/a", &old).await;
    let get: Request<_> = Caller::account().sign(request(Method::GET, "/uploads/a"), b"");
    let response = room.s3.handle(get).await;
    room.put("/uploads/a", b"new").await;
    room.call(Method::DELETE, "/uploads/a", b"").await;
    let read = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(read == old);
}

#[tokio::test]
async fn a_copy_has_the_contents_and_the_headers_or_new_ones() {
    let room = room().await;
    with_headers(&room, Method::PUT, "/uploads/a", &[("content-type", "text/plain")], b"hello").await;
    let source = ("x-amz-copy-source", "/uploads/a");
    let copied = with_headers(&room, Method::PUT, "/other.bucket/b", &[source], b"").await;
    assert_eq!(copied.status, 200, "{}", copied.text());
    let replace = ("x-amz-metadata-directive", "REPLACE");
    with_headers(&room, Method::PUT, "/uploads/c", &[source, replace, ("content-type", "text/html")], b"")
        .await;
    for (path, content_type) in [("/other.bucket/b", "text/plain"), ("/uploads/c", "text/html")] {
        let copy = room.get(path).await;
        assert_eq!((copy.text().as_str(), copy.header("content-type")), ("hello", content_type), "{path}");
    }
    let absent = ("x-amz-copy-source", "/uploads/absent");
    let refused = with_headers(&room, Method::PUT, "/uploads/d", &[absent], b"").await;
    assert_eq!(refused.error(), (404, "NoSuchKey".to_owned()));
}

#[tokio::test]
async fn several_objects_are_deleted_at_once() {
    let room = room().await;
    for key in ["a", "b", "c"] {
        room.put(&format!("/uploads/{key}"), b"").await;
    }
    let body = b"<Delete><Object><Key>a</Key></Object><Object><Key>c</Key></Object></Delete>";
    let md5 = ("content-md5", "vUL0aMMOTJvwKlcAR8sNZA==");
    let deleted = with_headers(&room, Method::POST, "/uploads?delete", &[md5], body).await;
    assert_eq!(deleted.all("Key"), ["a", "c"], "{}", deleted.text());
    assert_eq!(room.files(), 1);
}

#[tokio::test]
async fn a_bucket_that_is_not_in_the_template_does_not_exist() {
    let room = room().await;
    for (method, path) in [
        (Method::GET, "/absent/a"),
        (Method::PUT, "/absent/a"),
        (Method::DELETE, "/absent/a"),
        (Method::GET, "/absent?list-type=2"),
        (Method::POST, "/absent/a?uploads"),
    ] {
        let refused = room.call(method, path, b"").await;
        assert_eq!(refused.error(), (404, "NoSuchBucket".to_owned()), "{path}");
    }
    assert_eq!(room.call(Method::HEAD, "/absent", b"").await.status, 404);
}

#[tokio::test]
async fn buckets_are_listed_and_say_their_region() {
    let room = room().await;
    assert_eq!(room.get("/").await.all("Name"), ["other.bucket", "uploads"]);
    let head = room.call(Method::HEAD, "/uploads", b"").await;
    assert_eq!((head.status.as_u16(), head.header("x-amz-bucket-region")), (200, "us-east-1"));
    assert_eq!(room.get("/uploads?location").await.status, 200);
}

#[tokio::test]
async fn what_is_not_served_says_so() {
    let room = room().await;
    assert_eq!(room.get("/uploads?lifecycle").await.error(), (501, "NotImplemented".to_owned()));
}

#[tokio::test]
async fn a_bucket_may_be_named_in_the_host() {
    let room = room().await;
    room.put("/other.bucket/a%20b", b"hello").await;
    let get = axum::http::Request::get("/a%20b").header("host", "other.bucket.localhost:4000");
    let get = get.body(axum::body::Body::empty()).unwrap();
    let got = room.send(Caller::account().sign(get, b"")).await;
    assert_eq!(got.text(), "hello");
}

#[tokio::test]
async fn requests_for_s3_are_told_from_those_for_others() {
    let room = room().await;
    let get = |path| request(Method::GET, path);
    assert!(room.s3.owns(&get("/uploads/a")));
    assert!(room.s3.owns(&get("/other.bucket")));
    assert!(room.s3.owns(&Caller::account().sign(get("/"), b"")));
    assert!(room.s3.owns(&Caller::account().presign(get("/absent/a"))));
    assert!(!room.s3.owns(&get("/")));
    assert!(!room.s3.owns(&get("/uploadsandmore/a")));
    assert!(!room.s3.owns(&get("/graphql")));
}

#[tokio::test]
async fn an_object_is_deleted_if_it_is_the_one_that_is_meant() {
    let room = room().await;
    let etag = room.put("/uploads/a", b"hello").await.header("etag").to_owned();
    let delete = async |etag: &str| {
        with_headers(&room, Method::DELETE, "/uploads/a", &[("if-match", etag)], b"").await
    };
    let refused = delete("\"another\"").await;
    assert_eq!(refused.error(), (412, "PreconditionFailed".to_owned()));
    assert_eq!(refused.all("Condition"), ["If-Match"]);
    assert_eq!(room.get("/uploads/a").await.text(), "hello");
    assert_eq!(delete(&etag).await.status, 204);
    assert_eq!(delete("*").await.error(), (404, "NoSuchKey".to_owned()));
}

#[tokio::test]
async fn of_many_those_stay_that_are_not_meant() {
    let room = room().await;
    let etag = room.put("/uploads/a", b"hello").await.header("etag").to_owned();
    room.put("/uploads/b", b"another").await;
    let object = |key: &str| format!("<Object><Key>{key}</Key><ETag>{etag}</ETag></Object>");
    let body = format!("<Delete>{}{}</Delete>", object("b"), object("a"));
    let answer = room.call(Method::POST, "/uploads?delete", body.as_bytes()).await;
    assert!(answer.text().contains("<Deleted><Key>a</Key></Deleted>"), "{}", answer.text());
    assert_eq!(answer.all("Code"), ["PreconditionFailed"]);
    assert_eq!(room.get("/uploads?list-type=2").await.all("Key"), ["b"]);
}

#[tokio::test]
async fn a_copy_is_made_if_the_source_is_the_one_that_is_meant() {
    let room = room().await;
    let etag = room.put("/uploads/a", b"hello").await.header("etag").to_owned();
    let copy = async |to: &str, condition: &str, etag: &str| {
        let headers = [("x-amz-copy-source", "/uploads/a"), (condition, etag)];
        with_headers(&room, Method::PUT, to, &headers, b"").await
    };
    for (condition, etag) in
        [("x-amz-copy-source-if-match", "\"another\""), ("x-amz-copy-source-if-none-match", etag.as_str())]
    {
        let refused = copy("/uploads/b", condition, etag).await;
        assert_eq!(refused.error(), (412, "PreconditionFailed".to_owned()), "{condition}");
        assert_eq!(refused.all("Condition").concat().to_ascii_lowercase(), condition);
    }
    assert_eq!(copy("/uploads/b", "x-amz-copy-source-if-match", &etag).await.status, 200);
    let onto_itself = copy("/uploads/a", "x-amz-copy-source-if-match", &etag).await;
    assert_eq!(onto_itself.error(), (400, "InvalidRequest".to_owned()), "nothing would change");
    assert_eq!(copy("/uploads/a", "x-amz-metadata-directive", "REPLACE").await.status, 200);
}

#[tokio::test]
async fn the_head_of_a_range_is_that_of_the_range() {
    let room = room().await;
    room.put("/uploads/a", b"hello").await;
    let head =
        async |range: &str| with_headers(&room, Method::HEAD, "/uploads/a", &[("range", range)], b"").await;
    for (range, told) in
        [("bytes=1-2", "bytes 1-2/5"), ("bytes=3-", "bytes 3-4/5"), ("bytes=-1", "bytes 4-4/5")]
    {
        let got = head(range).await;
        assert_eq!((got.status.as_u16(), got.header("content-range")), (206, told));
    }
    assert_eq!(head("bytes=5-").await.status, 416);
}

#[tokio::test]
async fn a_copy_replaces_only_what_it_means_to_replace() {
    let room = room().await;
    room.put("/uploads/a", b"new").await;
    let etag = room.put("/uploads/b", b"old").await.header("etag").to_owned();
    let copy = async |to: &str, condition: &str, value: &str| {
        let headers = [("x-amz-copy-source", "/uploads/a"), (condition, value)];
        with_headers(&room, Method::PUT, to, &headers, b"").await
    };
    for (condition, value) in [("if-none-match", "*"), ("if-match", "\"another\"")] {
        let refused = copy("/uploads/b", condition, value).await;
        assert_eq!(refused.error(), (412, "PreconditionFailed".to_owned()), "{condition}");
    }
    let unreadable = copy("/uploads/b", "if-match", "\"half").await;
    assert_eq!(unreadable.error(), (400, "InvalidArgument".to_owned()));
    assert_eq!(room.get("/uploads/b").await.text(), "old");
    assert_eq!(copy("/uploads/b", "if-match", &etag).await.status, 200);
    assert_eq!(copy("/uploads/c", "if-none-match", "*").await.status, 200);
    assert_eq!(room.get("/uploads/b").await.text(), "new");
}
