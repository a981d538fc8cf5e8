//! Buckets that somebody makes beside those of the template.

use axum::http::{Method, Request};

use local_s3::S3;

use crate::{Caller, Room, config, open, request, room};

#[tokio::test]
async fn a_bucket_is_made_used_and_deleted_once_it_is_empty() {
    let room = room().await;
    assert_eq!(room.call(Method::HEAD, "/notes", b"").await.status, 404);
    let made = room.call(Method::PUT, "/notes", b"").await;
    assert_eq!((made.status.as_u16(), made.header("location")), (200, "/notes"));
    assert_eq!(room.get("/").await.all("Name"), ["notes", "other.bucket", "uploads"]);
    room.put("/notes/a", b"hello").await;
    assert_eq!(room.call(Method::PUT, "/notes", b"").await.status, 200, "it is there already");
    assert_eq!(room.get("/notes/a").await.text(), "hello");
    let delete = async || room.call(Method::DELETE, "/notes", b"").await;
    assert_eq!(delete().await.error(), (409, "BucketNotEmpty".to_owned()));
    room.call(Method::DELETE, "/notes/a", b"").await;
    assert_eq!(delete().await.status, 204);
    assert_eq!(room.call(Method::PUT, "/notes/a", b"x").await.error(), (404, "NoSuchBucket".to_owned()));
    assert_eq!(delete().await.all("BucketName"), ["notes"]);
}

#[tokio::test]
async fn a_bucket_with_its_labels_is_there_after_a_restart_and_a_deleted_one_is_not() {
    let room = room().await;
    for bucket in ["/kept", "/gone"] {
        room.put(bucket, b"").await;
    }
    room.put("/kept/a", b"hello").await;
    let tags = b"<Tagging><TagSet><Tag><Key>stage</Key><Value>test</Value></Tag></TagSet></Tagging>";
    assert_eq!(room.call(Method::PUT, "/kept?tagging", tags).await.status, 204);
    room.call(Method::DELETE, "/gone", b"").await;
    let Room { s3, folder } = room;
    drop(s3);
    let room = Room { s3: open(folder.path()).await.unwrap(), folder };
    assert_eq!(room.get("/kept/a").await.text(), "hello");
    assert_eq!(room.get("/kept?tagging").await.all("Value"), ["test"]);
    assert_eq!(room.call(Method::HEAD, "/gone", b"").await.status, 404);
}

#[tokio::test]
async fn what_was_in_a_bucket_that_left_the_template_is_there_again_once_the_bucket_is_made() {
    let room = room().await;
    room.put("/uploads/a", b"hello").await;
    let tags = b"<Tagging><TagSet><Tag><Key>stage</Key><Value>test</Value></Tag></TagSet></Tagging>";
    assert_eq!(room.call(Method::PUT, "/uploads?tagging", tags).await.status, 204);
    let Room { s3, folder } = room;
    drop(s3);
    let without = local_s3::Config { buckets: vec![], ..config(folder.path()) };
    let room = Room { s3: S3::open(without).await.unwrap(), folder };
    assert_eq!(room.get("/uploads/a").await.error(), (404, "NoSuchBucket".to_owned()));
    room.put("/uploads", b"").await;
    assert_eq!(room.get("/uploads/a").await.text(), "hello");
    assert_eq!(room.get("/uploads?tagging").await.all("Value"), ["test"]);
    room.call(Method::DELETE, "/uploads/a", b"").await;
    assert_eq!(room.call(Method::DELETE, "/uploads", b"").await.status, 204, "it is the template's no more");
    room.put("/uploads", b"").await;
    assert_eq!(room.get("/uploads?tagging").await.error(), (404, "NoSuchTagSet".to_owned()));
}

#[tokio::test]
async fn no_bucket_is_made_whose_path_is_something_else_here() {
    let room = room().await;
    let refused = room.call(Method::PUT, "/graphql", b"").await;
    assert_eq!(refused.error(), (409, "BucketAlreadyExists".to_owned()));
    assert_eq!(room.call(Method::HEAD, "/graphql", b"").await.status, 404);
}

#[tokio::test]
async fn an_upload_in_progress_goes_with_its_bucket() {
    let room = room().await;
    room.put("/notes", b"").await;
    let upload = room.call(Method::POST, "/notes/film?uploads", b"").await.all("UploadId").concat();
    let part = format!("/notes/film?partNumber=1&uploadId={upload}");
    room.put(&part, b"part").await;
    assert_eq!(room.call(Method::DELETE, "/notes", b"").await.status, 204);
    assert_eq!(room.files(), 0);
    room.put("/notes", b"").await;
    assert_eq!(room.call(Method::PUT, &part, b"x").await.error(), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn a_bucket_of_the_template_is_not_deleted() {
    let room = room().await;
    assert_eq!(room.call(Method::DELETE, "/uploads", b"").await.error(), (403, "AccessDenied".to_owned()));
    room.put("/uploads/a", b"hello").await;
}

#[tokio::test]
async fn buckets_are_of_this_region_alone() {
    let room = room().await;
    let place = |region: &str| {
        let constraint = format!("<LocationConstraint>{region}</LocationConstraint>");
        format!("<CreateBucketConfiguration>{constraint}</CreateBucketConfiguration>").into_bytes()
    };
    for (region, code) in
        [("eu-central-1", "IllegalLocationConstraintException"), ("us-east-1", "InvalidLocationConstraint")]
    {
        let refused = room.call(Method::PUT, "/notes", &place(region)).await;
        assert_eq!(refused.error(), (400, code.to_owned()));
    }
    assert_eq!(room.call(Method::PUT, "/NOTES", b"").await.error(), (400, "InvalidBucketName".to_owned()));
}

#[tokio::test]
async fn a_made_bucket_takes_no_requests_from_others_of_the_port() {
    let room = room().await;
    for bucket in ["/feed", "/127"] {
        room.put(bucket, b"").await;
    }
    let unsigned = |path: &str, host: &str| Request::post(path).header("host", host).body(()).unwrap();
    assert!(!room.s3.owns(&unsigned("/feed", "localhost:4000")));
    assert!(!room.s3.owns(&unsigned("/", "127.0.0.1:4000")));
    assert!(room.s3.owns(&unsigned("/feed/a?AWSAccessKeyId=A&Signature=b&Expires=1", "localhost:4000")));
    let form = |path: &str| {
        let form = Request::post(path).header("host", "localhost:4000");
        form.header("content-type", "multipart/form-data; boundary=x").body(()).unwrap()
    };
    assert!(room.s3.owns(&form("/127")) && !room.s3.owns(&form("/128")));
    room.put("/127/a", b"hello").await;
    let get =
        Request::get("/a").header("host", "127.localhost:4000").body(axum::body::Body::empty()).unwrap();
    assert_eq!(room.send(Caller::account().sign(get, b"")).await.text(), "hello");
}

#[tokio::test]
async fn who_may_not_make_buckets_makes_none() {
    let room = room().await;
    for (method, path) in [
        (Method::PUT, "/notes"),
        (Method::DELETE, "/uploads"),
        (Method::GET, "/uploads?versions"),
        (Method::GET, "/uploads?tagging"),
        (Method::PUT, "/uploads?tagging"),
        (Method::DELETE, "/uploads?tagging"),
    ] {
        let refused = room.send(Caller::temporary().sign(request(method.clone(), path), b"")).await;
        assert_eq!(refused.error(), (403, "AccessDenied".to_owned()), "{method} {path}");
    }
    assert_eq!(room.call(Method::HEAD, "/notes", b"").await.status, 404);
}

#[tokio::test]
async fn each_object_has_the_version_of_a_bucket_without_versions() {
    let room = room().await;
    for key in ["a", "b", "c"] {
        room.put(&format!("/uploads/{key}"), b"hello").await;
    }
    let page = room.get("/uploads?versions&max-keys=2").await;
    assert_eq!(
        (page.all("Key"), page.all("VersionId")),
        (vec!["a".into(), "b".into()], vec!["null".into(); 2])
    );
    assert_eq!((page.all("NextKeyMarker"), page.all("IsTruncated")), (vec!["b".into()], vec!["true".into()]));
    let rest = room.get("/uploads?versions&key-marker=b&version-id-marker=null").await;
    assert_eq!((rest.all("Key"), rest.all("IsTruncated")), (vec!["c".into()], vec!["false".into()]));
    assert_eq!(room.get("/uploads/a?versionId=null").await.text(), "hello");
    for method in [Method::GET, Method::DELETE] {
        let refused = room.call(method, "/uploads/a?versionId=other", b"").await;
        assert_eq!(refused.error(), (404, "NoSuchVersion".to_owned()));
    }
    assert_eq!(room.call(Method::DELETE, "/uploads/a?versionId=null", b"").await.status, 204);
    assert_eq!(room.get("/uploads/a").await.status, 404);
}
