//! What a front end and the functions rely on in S3, asked in signed requests.

// The lint spares only functions marked as tests, not what they share.
#![allow(clippy::unwrap_used)]

mod buckets;
mod checksums;
mod cors;
mod durability;
mod forms;
mod fuzz;
mod keys;
mod listing;
mod multipart;
mod objects;
mod permissions;
mod presigned;
mod refusals;
mod sign;
mod tagging;

use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use local_s3::{Bucket, Config, CorsRule, Credential, S3};
use tempfile::TempDir;

pub(crate) use sign::{Caller, HOST};

/// Two buckets in a folder of their own; the folder goes with them.
pub(crate) struct Room {
    pub(crate) s3: S3,
    pub(crate) folder: TempDir,
}

pub(crate) async fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    Room { s3: open(folder.path()).await.unwrap(), folder }
}

/// The largest upload in these tests, in bytes.
pub(crate) const LIMIT_BYTES: u64 = 6 * 1024 * 1024;

pub(crate) async fn open(folder: &Path) -> Result<S3, local_s3::OpenError> {
    S3::open(config(folder)).await
}

pub(crate) fn config(folder: &Path) -> Config {
    let browser = CorsRule {
        allowed_origins: vec!["http://localhost:*".to_owned(), "https://chat.example".to_owned()],
        allowed_methods: vec!["GET".to_owned(), "PUT".to_owned()],
        allowed_headers: vec!["content-type".to_owned(), "x-amz-*".to_owned()],
        exposed_headers: vec!["ETag".to_owned()],
        max_age: Some(3_000),
    };
    let credential = |secret: &str, token: Option<&str>| {
        let (secret_access_key, session_token) = (secret.to_owned(), token.map(str::to_owned));
        Some(Credential { secret_access_key, session_token, has_expired: false })
    };
    Config {
        folder: folder.to_owned(),
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        buckets: vec![
            Bucket { name: "uploads".to_owned(), cors: vec![browser] },
            Bucket { name: "other.bucket".to_owned(), cors: vec![] },
        ],
        reserved_names: vec!["graphql".to_owned()],
        credentials: Arc::new(move |key| match key {
            "AKIALOCAL" => credential("the secret", None),
            "ASIATEMPORARY" => credential("a temporary secret", Some("the session token")),
            "ASIAEXPIRED" => credential("a temporary secret", Some("the session token"))
                .map(|credential| Credential { has_expired: true, ..credential }),
            _ => None,
        }),
        // The temporary key's holder has the folder `mine/`, reads `shared/`, and lists both.
        permits: Arc::new(|attempt| {
            let prefix = attempt.circumstances.iter().find(|(key, _)| *key == "s3:prefix");
            let is_listed = prefix.is_some_and(|(_, prefix)| ["mine/", "shared/"].contains(&prefix.as_str()));
            let is_mine = attempt.resource.starts_with("arn:aws:s3:::uploads/mine/");
            let is_shared = attempt.resource.starts_with("arn:aws:s3:::uploads/shared/");
            let is_permitted = match attempt.action {
                _ if attempt.access_key_id == "AKIALOCAL" => true,
                "s3:ListBucket" => is_listed,
                "s3:GetObject" => is_mine || is_shared,
                "s3:PutObject" | "s3:DeleteObject" => is_mine,
                _ => false,
            };
            let refusal = || format!("Not {} on {}", attempt.action, attempt.resource);
            if is_permitted { Ok(()) } else { Err(refusal()) }
        }),
        upload_limit_bytes: LIMIT_BYTES,
    }
}

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The texts of all elements `<name>…</name>` of an XML body, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let text = self.text();
        let inside = |part: &str| part.split_once(&close).map(|(inside, _)| inside.to_owned());
        text.split(&open).skip(1).filter_map(inside).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the error code: `(403, "AccessDenied")`.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status.as_u16(), self.all("Code").concat())
    }
}

impl Room {
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.s3, request).await
    }

    /// A request signed in its headers by the account's own key.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &[u8]) -> Answer {
        self.send(Caller::account().sign(request(method, path), body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &[u8]) -> Answer {
        let answer = self.call(Method::PUT, path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, b"").await
    }

    /// How many files there are behind the objects.
    pub(crate) fn files(&self) -> usize {
        files(self.folder.path())
    }
}

pub(crate) fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("blobs")).unwrap().count()
}

pub(crate) async fn send(s3: &S3, request: Request<Body>) -> Answer {
    let response = s3.handle(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// An unsigned request without a body.
pub(crate) fn request(method: Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).header("host", HOST).body(Body::empty()).unwrap()
}
