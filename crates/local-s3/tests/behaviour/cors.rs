//! Pages of other origins may do what the bucket's rules say.

use axum::body::Body;
use axum::http::{Method, Request};
use local_s3::Bucket;
use serde_json::json;

use crate::sign::with_body;
use crate::{Caller, HOST, request, room};

fn preflight(path: &str, origin: &str, method: &str, headers: &str) -> Request<Body> {
    Request::options(path)
        .header("host", HOST)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", headers)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_preflight_is_granted_by_the_rules() {
    let room = room().await;
    let asked = "Content-Type,X-Amz-Date";
    let granted = room.send(preflight("/uploads/a", "http://localhost:5173", "PUT", asked)).await;
    assert_eq!(granted.status, 200);
    assert_eq!(granted.header("access-control-allow-origin"), "http://localhost:5173");
    assert_eq!(granted.header("access-control-allow-methods"), "GET, PUT");
    assert_eq!(granted.header("access-control-allow-headers"), "content-type,x-amz-date");
    assert_eq!(granted.header("access-control-max-age"), "3000");
    assert!(granted.header("vary").contains("Origin"));
}

#[tokio::test]
async fn what_no_rule_allows_is_refused() {
    let room = room().await;
    for (path, origin, method, headers) in [
        ("/uploads/a", "https://evil.example", "PUT", ""),
        ("/uploads/a", "https://chat.example", "DELETE", ""),
        ("/uploads/a", "https://chat.example", "PUT", "authorization"),
        ("/other.bucket/a", "https://chat.example", "GET", ""),
    ] {
        let refused = room.send(preflight(path, origin, method, headers)).await;
        assert_eq!(
            refused.error(),
            (403, "AccessForbidden".to_owned()),
            "{path} {origin} {method} {headers}"
        );
        assert_eq!(refused.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn an_allowed_page_can_read_answers_and_errors_and_others_cannot() {
    let room = room().await;
    let put = |origin: &str| {
        let mut put = with_body(Caller::account().presign(request(Method::PUT, "/uploads/a")), b"hello");
        put.headers_mut().insert("origin", origin.parse().unwrap());
        put
    };
    let stored = room.send(put("https://chat.example")).await;
    assert_eq!(stored.status, 200);
    assert_eq!(stored.header("access-control-allow-origin"), "https://chat.example");
    assert_eq!(stored.header("access-control-expose-headers"), "ETag");

    let mut unsigned = request(Method::GET, "/uploads/a");
    unsigned.headers_mut().insert("origin", "https://chat.example".parse().unwrap());
    let refused = room.send(unsigned).await;
    assert_eq!(refused.error(), (403, "AccessDenied".to_owned()));
    assert_eq!(refused.header("access-control-allow-origin"), "https://chat.example");

    let elsewhere = room.send(put("https://evil.example")).await;
    assert_eq!(elsewhere.header("access-control-allow-origin"), "");
}

#[test]
fn rules_are_read_from_the_template() {
    let properties = json!({ "CorsConfiguration": { "CorsRules": [{
        "AllowedOrigins": ["*"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*"],
        "ExposedHeaders": ["ETag"], "MaxAge": 3000, "Id": "browser",
    }] } });
    let bucket = Bucket::of_template("uploads", &properties).unwrap();
    assert_eq!(bucket.name, "uploads");
    assert_eq!(bucket.cors[0].exposed_headers, ["ETag"]);
    assert_eq!(bucket.cors[0].max_age, Some(3_000));
    assert!(Bucket::of_template("uploads", &json!({})).unwrap().cors.is_empty());

    let refused = Bucket::of_template("uploads", &json!({ "CorsConfiguration": { "CorsRules": [{}] } }));
    let text = refused.unwrap_err().to_string();
    assert_eq!(text, "bucket uploads: CorsConfiguration: missing field `AllowedOrigins`");
}
