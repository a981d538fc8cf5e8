//! Large objects come in parts.

use axum::http::Method;

use crate::objects::with_headers;
use crate::{Answer, Room, files, open, room};

const MIB: usize = 1024 * 1024;

async fn begin(room: &Room) -> String {
    let begun = room.call(Method::POST, "/uploads/film?uploads", b"").await;
    begun.all("UploadId").concat()
}

async fn part(room: &Room, upload: &str, number: usize, body: &[u8]) -> Answer {
    room.call(Method::PUT, &format!("/uploads/film?partNumber={number}&uploadId={upload}"), body).await
}

async fn complete(room: &Room, upload: &str, parts: &[(usize, &Answer)]) -> Answer {
    let part = |(number, answer): &(usize, &Answer)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", answer.header("etag"))
    };
    let parts: String = parts.iter().map(part).collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    room.call(Method::POST, &format!("/uploads/film?uploadId={upload}"), body.as_bytes()).await
}

#[tokio::test]
async fn parts_in_any_order_become_one_object() {
    let room = room().await;
    let upload = begin(&room).await;
    let (first, last) = (vec![b'1'; 5 * MIB], vec![b'2'; MIB]);
    part(&room, &upload, 7, b"to be replaced").await;
    let second = part(&room, &upload, 7, &last).await;
    let one = part(&room, &upload, 2, &first).await;
    let listed = room.get(&format!("/uploads/film?uploadId={upload}")).await;
    assert_eq!(listed.all("PartNumber"), ["2", "7"]);
    assert_eq!(room.get("/uploads/film").await.status, 404, "not before it is complete");

    let completed = complete(&room, &upload, &[(2, &one), (7, &second)]).await;
    assert_eq!(completed.status, 200, "{}", completed.text());
    let got = room.get("/uploads/film").await;
    assert!(got.body == [first, last].concat());
    assert!(got.header("etag").ends_with("-2\""), "{}", got.header("etag"));
    assert_eq!(room.files(), 1);
}

#[tokio::test]
async fn whoever_missed_that_it_is_complete_may_ask_again_until_it_is_another_object() {
    let room = room().await;
    let upload = begin(&room).await;
    let only = part(&room, &upload, 1, b"hello").await;
    let first = complete(&room, &upload, &[(1, &only)]).await;
    let again = complete(&room, &upload, &[(1, &only)]).await;
    assert_eq!((again.status.as_u16(), again.all("ETag")), (200, first.all("ETag")));
    room.put("/uploads/film", b"another").await;
    let late = complete(&room, &upload, &[(1, &only)]).await;
    assert_eq!(late.error(), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn whoever_completes_an_upload_twice_at_once_is_told_of_one_object_both_times() {
    let room = room().await;
    for _ in 0..8 {
        let upload = begin(&room).await;
        let only = part(&room, &upload, 1, b"hello").await;
        let parts = [(1, &only)];
        let (one, two) = tokio::join!(complete(&room, &upload, &parts), complete(&room, &upload, &parts));
        for answer in [&one, &two] {
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        assert_eq!(one.all("ETag"), two.all("ETag"));
        assert_eq!(room.files(), 1);
    }
}

#[tokio::test]
async fn bytes_of_another_object_become_a_part() {
    let room = room().await;
    room.put("/uploads/source", b"hello, world").await;
    let upload = begin(&room).await;
    let path = format!("/uploads/film?partNumber=1&uploadId={upload}");
    let copy = async |range: &str| {
        let headers = [("x-amz-copy-source", "/uploads/source"), ("x-amz-copy-source-range", range)];
        with_headers(&room, Method::PUT, &path, &headers, b"").await
    };
    assert_eq!(copy("bytes=9-99").await.status, 200, "as much as there is");
    assert_eq!(copy("bytes=99-").await.error(), (416, "InvalidRange".to_owned()));
    let absent = [("x-amz-copy-source", "/uploads/absent")];
    let refused = with_headers(&room, Method::PUT, &path, &absent, b"").await;
    assert_eq!(refused.all("Key"), ["absent"]);
    assert_eq!(copy("99").await.error(), (400, "InvalidArgument".to_owned()));
    let etag = copy("bytes=7-11").await.all("ETag").concat().replace("&quot;", "\"");
    let named = format!("<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>");
    let body = format!("<CompleteMultipartUpload>{named}</CompleteMultipartUpload>");
    room.call(Method::POST, &format!("/uploads/film?uploadId={upload}"), body.as_bytes()).await;
    assert_eq!(room.get("/uploads/film").await.text(), "world");
}

#[tokio::test]
async fn a_part_can_be_read_by_its_number() {
    let room = room().await;
    let upload = begin(&room).await;
    let first = part(&room, &upload, 1, &vec![b'1'; 5 * MIB]).await;
    let last = part(&room, &upload, 2, b"last").await;
    complete(&room, &upload, &[(1, &first), (2, &last)]).await;
    let size = 5 * MIB + 4;
    for method in [Method::GET, Method::HEAD] {
        let got = room.call(method.clone(), "/uploads/film?partNumber=2", b"").await;
        assert_eq!(got.status, 206, "{method}");
        assert_eq!(got.header("content-range"), format!("bytes {}-{}/{size}", 5 * MIB, size - 1));
        assert_eq!(got.header("content-length"), "4");
        assert_eq!(room.call(method, "/uploads/film?partNumber=3", b"").await.status, 416);
    }
    assert_eq!(room.get("/uploads/film?partNumber=2").await.text(), "last");
    room.put("/uploads/a", b"whole").await;
    assert_eq!(room.get("/uploads/a?partNumber=1").await.text(), "whole");
    assert_eq!(room.get("/uploads/a?partNumber=2").await.status, 416);
}

#[tokio::test]
async fn wrong_parts_are_refused_and_the_upload_goes_on() {
    let room = room().await;
    let upload = begin(&room).await;
    let small = part(&room, &upload, 1, b"small").await;
    let other = part(&room, &upload, 2, b"other").await;
    for (parts, code) in [
        (&[(2, &other), (1, &small)][..], "InvalidPartOrder"),
        (&[(1, &small), (2, &other)], "EntityTooSmall"),
        (&[(1, &other)], "InvalidPart"),
        (&[(3, &other)], "InvalidPart"),
        (&[], "MalformedXML"),
    ] {
        assert_eq!(complete(&room, &upload, parts).await.error(), (400, code.to_owned()));
    }
    for number in [0, 10_001] {
        assert_eq!(part(&room, &upload, number, b"x").await.error(), (400, "InvalidArgument".to_owned()));
    }
    assert_eq!(complete(&room, &upload, &[(2, &other)]).await.status, 200);
    assert_eq!(room.get("/uploads/film").await.text(), "other");
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let room = room().await;
    let upload = begin(&room).await;
    let one = part(&room, &upload, 1, b"one").await;
    let aborted = room.call(Method::DELETE, &format!("/uploads/film?uploadId={upload}"), b"").await;
    assert_eq!(aborted.status, 204);
    assert_eq!(room.files(), 0);
    assert_eq!(part(&room, &upload, 2, b"two").await.error(), (404, "NoSuchUpload".to_owned()));
    assert_eq!(complete(&room, &upload, &[(1, &one)]).await.error(), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn an_upload_belongs_to_its_key() {
    let room = room().await;
    let upload = begin(&room).await;
    let path = format!("/uploads/another?partNumber=1&uploadId={upload}");
    assert_eq!(room.call(Method::PUT, &path, b"x").await.error(), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart() {
    let room = room().await;
    let upload = begin(&room).await;
    let one = part(&room, &upload, 1, b"one").await;
    let Room { s3, folder } = room;
    drop(s3);
    let room = Room { s3: open(folder.path()).await.unwrap(), folder };
    assert_eq!(files(room.folder.path()), 1);
    assert_eq!(complete(&room, &upload, &[(1, &one)]).await.status, 200);
    assert_eq!(room.get("/uploads/film").await.text(), "one");
}
