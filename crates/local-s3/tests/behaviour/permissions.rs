//! What a key's holder may do is asked for every object and list, in the words of IAM.

use axum::http::{Method, Request};

use crate::{Answer, Caller, Room, request, room};

/// As the holder of the temporary key, who has `mine/`, reads `shared/` and lists both.
async fn call(
    room: &Room,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &[u8],
) -> Answer {
    let mut request: Request<_> = request(method, path);
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    room.send(Caller::temporary().sign(request, body)).await
}

#[tokio::test]
async fn every_object_and_list_is_asked_for() {
    let room = room().await;
    for key in ["mine/a", "shared/a", "other/a"] {
        room.put(&format!("/uploads/{key}"), b"hello").await;
    }
    let denied = (403, "AccessDenied".to_owned());
    for (method, path, is_permitted) in [
        (Method::GET, "/uploads/mine/a", true),
        (Method::GET, "/uploads/shared/a", true),
        (Method::GET, "/uploads/other/a", false),
        (Method::GET, "/other.bucket/mine/a", false),
        (Method::PUT, "/uploads/mine/b", true),
        (Method::PUT, "/uploads/shared/b", false),
        (Method::POST, "/uploads/shared/b?uploads", false),
        (Method::DELETE, "/uploads/shared/a", false),
        (Method::GET, "/uploads?list-type=2&prefix=mine%2F", true),
        (Method::GET, "/uploads?list-type=2&prefix=other%2F", false),
        (Method::GET, "/uploads?list-type=2", false),
        (Method::GET, "/", false),
    ] {
        let answer = call(&room, method.clone(), path, &[], b"").await;
        match is_permitted {
            true => assert!(answer.status.is_success(), "{method} {path}: {}", answer.text()),
            false => assert_eq!(answer.error(), denied, "{method} {path}"),
        }
    }
    let answer = call(&room, Method::GET, "/uploads/other/a", &[], b"").await.text();
    assert!(answer.contains("Not s3:GetObject on arn:aws:s3:::uploads/other/a"), "{answer}");
    assert_eq!(call(&room, Method::HEAD, "/uploads/other/a", &[], b"").await.status, 403);
}

#[tokio::test]
async fn a_presigned_url_grants_no_more_than_its_signer_has() {
    let room = room().await;
    room.put("/uploads/mine/a", b"hello").await;
    room.put("/uploads/other/a", b"hello").await;
    let get = |path: &str| Caller::temporary().presign(request(Method::GET, path));
    assert_eq!(room.send(get("/uploads/mine/a")).await.status, 200);
    assert_eq!(room.send(get("/uploads/other/a")).await.error(), (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn a_copy_needs_its_source_too() {
    let room = room().await;
    room.put("/uploads/shared/a", b"hello").await;
    room.put("/uploads/other/a", b"hello").await;
    for (source, status) in [("/uploads/shared/a", 200), ("/uploads/other/a", 403)] {
        let headers = [("x-amz-copy-source", source)];
        let copied = call(&room, Method::PUT, "/uploads/mine/copy", &headers, b"").await;
        assert_eq!(copied.status, status, "{source}: {}", copied.text());
    }
}

#[tokio::test]
async fn of_many_only_those_are_deleted_that_may_be() {
    let room = room().await;
    room.put("/uploads/mine/a", b"hello").await;
    room.put("/uploads/other/a", b"hello").await;
    let body = b"<Delete><Object><Key>mine/a</Key></Object><Object><Key>other/a</Key></Object></Delete>";
    let answer = call(&room, Method::POST, "/uploads?delete", &[], body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    assert!(text.contains("<Deleted><Key>mine/a</Key></Deleted>"), "{text}");
    assert!(text.contains("<Key>other/a</Key>") && text.contains("<Code>AccessDenied</Code>"), "{text}");
    assert_eq!(room.get("/uploads/mine/a").await.status, 404);
    assert_eq!(room.get("/uploads/other/a").await.status, 200);
}
