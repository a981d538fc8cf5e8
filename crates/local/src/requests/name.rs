//! What a request asks for and whose it is, in a word each.

use apollo_parser::Parser;
use apollo_parser::cst::{Definition, OperationDefinition, Selection};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::stream;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::LOOKED_INTO_BYTES;

/// The operation's name; the request is handed on as it was.
pub(super) async fn operation(service: &'static str, request: Request) -> (Request, String) {
    match by_head(service, &request) {
        Some(name) => (request, name),
        None => graphql(request).await,
    }
}

/// The name, unless it is in the body.
fn by_head(service: &'static str, request: &Request) -> Option<String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let path = request.uri().path();
    if let Some((_, operation)) = header("x-amz-target").and_then(|target| target.split_once('.')) {
        return Some(plain(operation));
    }
    match service {
        "GraphQL" if header(SEC_WEBSOCKET_PROTOCOL.as_str()).is_some() => Some("connect".to_owned()),
        "GraphQL" if *request.method() == Method::POST => None,
        "S3" => Some(s3(request)),
        // The ids of API and stage say nothing.
        "REST" | "WebSocket" => {
            Some(format!("{} /{}", request.method(), plain(path.splitn(5, '/').nth(4).unwrap_or_default())))
        }
        _ => Some(format!("{} {}", request.method(), plain(path))),
    }
}

/// The fields that the operation selects at its top: `sendMessage`.
async fn graphql(request: Request) -> (Request, String) {
    #[derive(Deserialize)]
    struct Asked {
        query: String,
        #[serde(rename = "operationName")]
        operation_name: Option<String>,
    }
    let size = axum::body::HttpBody::size_hint(request.body()).exact();
    if size.is_none_or(|bytes| bytes > LOOKED_INTO_BYTES as u64) {
        return (request, "(unread)".to_owned());
    }
    let (parts, body) = crate::patience::limited(request).into_parts();
    let bytes = match to_bytes(body, LOOKED_INTO_BYTES).await {
        Ok(bytes) => bytes,
        // The client went away or stalled halfway; the service is to hear of it too, not of an empty body.
        Err(error) => {
            let failing = Body::from_stream(stream::once(async { Err::<Bytes, _>(error) }));
            return (Request::from_parts(parts, failing), "(broken off)".to_owned());
        }
    };
    let asked = serde_json::from_slice::<Asked>(&bytes).ok();
    let fields = asked.map(|asked| fields(&asked.query, asked.operation_name.as_deref())).unwrap_or_default();
    let operation = if fields.is_empty() { "(unreadable)".to_owned() } else { plain(&fields.join(" ")) };
    (Request::from_parts(parts, Body::from(bytes)), operation)
}

fn fields(query: &str, operation_name: Option<&str>) -> Vec<String> {
    let tree = Parser::new(query).recursion_limit(50).token_limit(5_000).parse();
    let mut operations = tree.document().definitions().filter_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let is_asked_for = |operation: &OperationDefinition| {
        operation_name.is_none()
            || operation.name().map(|name| name.text().to_string()).as_deref() == operation_name
    };
    let selected = operations.find(is_asked_for).and_then(|operation| operation.selection_set());
    let selections = selected.into_iter().flat_map(|set| set.selections());
    let names = selections.filter_map(|selection| match selection {
        Selection::Field(field) => Some(field.name()?.text().to_string()),
        _ => None,
    });
    names.take(4).collect()
}

/// As in S3's API reference. Keys are the users', and stay out.
fn s3(request: &Request) -> String {
    let has = |name: &str| {
        let query = request.uri().query().unwrap_or_default();
        query.split('&').any(|part| part.split('=').next() == Some(name))
    };
    let is_object =
        request.uri().path().trim_start_matches('/').split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let operation = match (request.method().as_str(), is_object) {
        ("GET", false) if request.uri().path() == "/" => "ListBuckets",
        ("GET", false) if has("list-type") => "ListObjectsV2",
        ("GET", false) => "ListObjects",
        ("HEAD", false) => "HeadBucket",
        ("POST", false) if has("delete") => "DeleteObjects",
        ("POST", false) => "PostObject",
        ("GET", true) => "GetObject",
        ("HEAD", true) => "HeadObject",
        ("PUT", true) if has("partNumber") => "UploadPart",
        ("PUT", true) if request.headers().contains_key("x-amz-copy-source") => "CopyObject",
        ("PUT", true) => "PutObject",
        ("POST", true) if has("uploads") => "CreateMultipartUpload",
        ("POST", true) if has("uploadId") => "CompleteMultipartUpload",
        ("DELETE", true) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", true) => "DeleteObject",
        (other, _) => return plain(other),
    };
    operation.to_owned()
}

/// The id in the credentials: a token's `sub`, the API key, the access key's id; `-` without any.
pub(super) fn caller(request: &Request) -> String {
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
    let headers = request.headers();
    if headers.contains_key("x-api-key") {
        return API_KEY.to_owned();
    }
    if let Some(value) = headers.get(AUTHORIZATION).and_then(text) {
        return authorized(&value).unwrap_or_else(|| "-".to_owned());
    }
    // A realtime connection has its headers, as JSON in base64, in the subprotocol or in the query.
    let protocol = headers.get(SEC_WEBSOCKET_PROTOCOL).and_then(text).unwrap_or_default();
    let query = request.uri().query().unwrap_or_default();
    let encoded = protocol.split(',').find_map(|protocol| protocol.trim().strip_prefix("header-"));
    let encoded = encoded.or_else(|| query.split('&').find_map(|part| part.strip_prefix("header=")));
    let header = encoded.and_then(|encoded| decode(&url_safe(encoded)));
    header.and_then(|header| of_header(&header)).unwrap_or_else(|| "-".to_owned())
}

const API_KEY: &str = "api-key";

/// In the query it is base64 with other signs, as they are or percent-encoded.
fn url_safe(base64: &str) -> String {
    let base64 = base64.replace("%2B", "-").replace("%2F", "_").replace("%3D", "");
    base64.replace('+', "-").replace('/', "_")
}

/// Clients write the names of a realtime connection's headers in capitals or without.
fn of_header(header: &Value) -> Option<String> {
    let named = |name: &str| header.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    if named("x-api-key").is_some() {
        return Some(API_KEY.to_owned());
    }
    authorized(named("authorization")?.1.as_str()?)
}

/// The access key's id of a signature, or the subject of a token.
fn authorized(value: &str) -> Option<String> {
    match value.split_once("Credential=") {
        Some((_, credential)) => Some(plain(credential.split('/').next().unwrap_or_default())),
        None => sub(value),
    }
}

/// The subject of a JWT, if it is an id: nothing else that somebody writes there gets into a log.
fn sub(token: &str) -> Option<String> {
    let claims = decode(token.trim_start_matches("Bearer ").split('.').nth(1)?)?;
    let sub = Uuid::parse_str(claims["sub"].as_str()?).ok()?;
    Some(sub.to_string())
}

fn decode(text: &str) -> Option<Value> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Whatever others write cannot steer a terminal, nor fill it.
fn plain(text: &str) -> String {
    let shown = text.chars().take(60).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use super::*;

    #[test]
    fn an_operation_bears_the_names_of_its_fields() {
        for (query, name, expected) in [
            ("{ me { id } }", None, "me"),
            ("mutation Send { x: sendMessage(input: {}) { id } }", None, "sendMessage"),
            (
                "query A { me { id } } query B { listRooms { items { id } } myName: me { id } }",
                Some("B"),
                "listRooms me",
            ),
            ("nonsense(", None, ""),
        ] {
            assert_eq!(fields(query, name).join(" "), expected, "{query}");
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_breaks_off_for_the_service_too() {
        /// A body that announces its length, for without one it is not looked into.
        struct Broken;
        impl http_body::Body for Broken {
            type Data = Bytes;
            type Error = std::io::Error;

            fn poll_frame(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
                Poll::Ready(Some(Err(std::io::Error::other("the client went away"))))
            }

            fn size_hint(&self) -> http_body::SizeHint {
                http_body::SizeHint::with_exact(20)
            }
        }
        let request = Request::post("/graphql").body(Body::new(Broken)).unwrap();
        let (request, operation) = operation("GraphQL", request).await;
        assert_eq!(operation, "(broken off)");
        assert!(to_bytes(request.into_body(), 1024).await.is_err());
    }

    #[test]
    fn only_an_id_is_taken_from_a_token() {
        let token = |sub: &str| {
            let claims = serde_json::json!({ "sub": sub, "email": "alice@example.com" }).to_string();
            format!("e30.{}.x", BASE64_URL_SAFE_NO_PAD.encode(claims))
        };
        let id = "6e4a8e3c-94d5-4c4e-9a0a-0d1b0d8a2f11";
        assert_eq!(sub(&token(id)).as_deref(), Some(id));
        assert_eq!(sub(&format!("Bearer {}", token(id))).as_deref(), Some(id));
        assert_eq!(sub(&token("alice@example.com")), None);
        assert_eq!(sub("\u{1b}[31m"), None);
    }

    #[test]
    fn whoever_connects_is_named_by_the_headers_in_the_subprotocol_or_the_query() {
        let id = "6e4a8e3c-94d5-4c4e-9a0a-0d1b0d8a2f11";
        let encode = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("e30.{}.x", encode(serde_json::json!({ "sub": id })));
        let token = encode(serde_json::json!({ "Authorization": token, "host": "h" }));
        let key = encode(serde_json::json!({ "x-api-key": "da2-x" }));
        let signed = "AWS4-HMAC-SHA256 Credential=ASIA1/20260101/us-east-1, SignedHeaders=host, Signature=0";
        let signed = encode(serde_json::json!({ "authorization": signed }));
        for (header, expected) in [(&token, id), (&key, API_KEY), (&signed, "ASIA1"), (&"!".to_owned(), "-")]
        {
            // A browser and Node's `ws` differ in the space.
            for protocols in [format!("graphql-ws, header-{header}"), format!("graphql-ws,header-{header}")] {
                let request = Request::get("/graphql/realtime").header(SEC_WEBSOCKET_PROTOCOL, protocols);
                assert_eq!(caller(&request.body(Body::empty()).unwrap()), expected);
            }
            let uri = format!("/graphql/realtime?header={header}%3D&payload=e30=");
            assert_eq!(caller(&Request::get(uri).body(Body::empty()).unwrap()), expected);
        }
    }

    #[test]
    fn s3_operations_bear_their_names_and_never_the_key() {
        for (method, uri, expected) in [
            ("GET", "/", "ListBuckets"),
            ("GET", "/files?list-type=2&prefix=secret", "ListObjectsV2"),
            ("PUT", "/files/alice/cat.png", "PutObject"),
            ("PUT", "/files/big?partNumber=1&uploadId=2", "UploadPart"),
            ("POST", "/files", "PostObject"),
            ("DELETE", "/files/alice/cat.png", "DeleteObject"),
        ] {
            let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
            assert_eq!(s3(&request), expected);
        }
    }
}
