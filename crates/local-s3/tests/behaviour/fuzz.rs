//! Anything at all at the door, made up by proptest: it is answered or refused, in time, and nothing panics.
//!
//! `PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=100000 cargo test -p local-s3 fuzz`
//! looks longer, at other cases.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::sign::with_body;
use crate::{Answer, Caller, HOST, Room, request, room};

/// What anything may take at most: a guard against hanging, not a measure.
const PATIENCE: Duration = Duration::from_secs(60);

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn opened() -> (Runtime, Room) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let room = runtime.block_on(room());
    runtime.block_on(room.put("/uploads/a.txt", b"hello"));
    (runtime, room)
}

/// Sends it, and sees that it is answered, and not with a fault of ours.
fn sent(runtime: &Runtime, room: &Room, request: Request<Body>) -> Answer {
    let shown = format!("{request:?}");
    let answered = async { tokio::time::timeout(PATIENCE, room.send(request)).await };
    let answer = runtime.block_on(answered).unwrap_or_else(|_| panic!("no answer to {shown}"));
    assert_ne!(answer.status, 500, "{shown}\n{}", answer.text());
    answer
}

fn methods() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![
        Method::GET,
        Method::PUT,
        Method::POST,
        Method::DELETE,
        Method::HEAD,
        Method::PATCH,
    ])
}

/// Paths and queries of the kind that S3 knows, and of none.
fn targets() -> impl Strategy<Value = String> {
    let path = prop_oneof![
        "/uploads/[a-z./%2F]{0,9}",
        "/uploads",
        "/other.bucket/",
        "/[!-~&&[^?#\"<>\\\\^`{|}]]{0,20}"
    ];
    let query = "((delete|uploads|uploadId|partNumber|tagging|list-type|prefix|delimiter|max-keys|continuation-token\
                 |start-after|encoding-type|acl|versionId|X-Amz-Expires|X-Amz-Date|X-Amz-Signature|X-Amz-Algorithm\
                 |X-Amz-Credential|X-Amz-SignedHeaders|response-content-type)(=[a-zA-Z0-9%+./-]{0,12})?&){0,5}";
    (path, query).prop_map(|(path, query)| if query.is_empty() { path } else { format!("{path}?{query}") })
}

fn header_texts() -> impl Strategy<Value = String> {
    let signature = "AWS4-HMAC-SHA256 (Credential=(AKIALOCAL|ASIATEMPORARY|[!-~]{0,9})/(20261121|[0-9]{0,9})/us-east-1/s3/aws4_request,? ?\
                     |SignedHeaders=[a-z;-]{0,30},? ?|Signature=[0-9a-f]{0,70},? ?){0,5}";
    prop_oneof![
        signature,
        "[ -~]{0,60}",
        "2026[01][0-9][0-3][0-9]T[0-9]{6}Z",
        "bytes=[0-9]{0,25}-[0-9]{0,25}",
        "[0-9]{1,30}",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD|UNSIGNED-PAYLOAD|aws-chunked|[0-9a-f]{64}",
        "/uploads/[ -~]{0,10}",
    ]
}

#[test]
fn any_headers_on_any_request_are_answered_or_refused() {
    let (runtime, room) = opened();
    let name = "authorization|x-amz-date|date|x-amz-content-sha256|x-amz-security-token|range|if-match|if-none-match|if-modified-since\
                |content-md5|content-type|content-length|x-amz-copy-source|x-amz-decoded-content-length|content-encoding\
                |x-amz-checksum-crc32|x-amz-meta-[a-z]{1,5}|origin|access-control-request-method|expect|host";
    let headers = vec((name, header_texts()), 0..6);
    proptest!(config(), |(method in methods(), target in targets(), headers in headers, body in vec(any::<u8>(), 0..200))| {
        let mut made = Request::builder().method(method).uri(&target).header("host", HOST);
        for (name, value) in &headers {
            made = made.header(name, value);
        }
        // What is no URI at all does not come this far.
        let Ok(made) = made.body(Body::from(body)) else { return Ok(()) };
        let answer = sent(&runtime, &room, made);
        prop_assert!(answer.status.as_u16() >= 300 || answer.status == 200 && answer.header("vary").contains("rigin"),
            "nobody has signed this: {} {headers:?}", answer.status);
    });
}

#[test]
fn any_signed_request_with_any_body_is_answered_or_refused() {
    let (runtime, room) = opened();
    let element = "</?(Delete|Object|Key|Quiet|VersionId|CompleteMultipartUpload|Part|PartNumber|ETag|Tagging|TagSet|Tag|Value|x:y)( [a-z]{1,3}=\"[^<\"]{0,5}\")?/?>\
                   |<\\?xml version=\"1.0\"\\?>|<!DOCTYPE a \\[<!ENTITY b \"c\">\\]>|&(b|lt|#x0|#99999999999|amp);|<!\\[CDATA\\[|\\]\\]>|<!--|[0-9]{1,12}|a\\.txt|\\PC{0,3}";
    let nested =
        (1..3_000_usize).prop_map(|deep| format!("{}{}", "<Object>".repeat(deep), "</Object>".repeat(deep)));
    let xml = prop_oneof![
        6 => vec(element, 0..30).prop_map(|parts| parts.concat()),
        1 => nested,
        2 => vec("<Object><Key>[a-z.&;<]{0,9}</Key></Object>", 0..9).prop_map(|all| format!("<Delete>{}</Delete>", all.concat())),
        2 => vec("<Part><PartNumber>-?[0-9]{0,12}</PartNumber><ETag>\"?[0-9a-f]{0,40}\"?</ETag></Part>", 0..9)
            .prop_map(|all| format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", all.concat())),
    ];
    let body = prop_oneof![4 => xml.prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..300)];
    let target = prop_oneof![2 => "/uploads\\?delete|/uploads/b\\?uploadId=[a-z0-9-]{0,9}|/uploads/b\\?uploads|/uploads/b\\?tagging", 1 => targets()];
    proptest!(config(), |(method in methods(), target in target, body in body)| {
        let Ok(uri) = format!("http://{HOST}{target}").parse::<axum::http::Uri>() else { return Ok(()) };
        let made = request(method, uri.path_and_query().unwrap().as_str());
        sent(&runtime, &room, Caller::account().sign(made, &body));
    });
}

#[test]
fn a_presigned_url_with_anything_changed_is_refused() {
    let (runtime, room) = opened();
    let right = Caller::account().presign(request(Method::PUT, "/uploads/new.txt")).uri().to_string();
    let (path, query) = right.split_once('?').unwrap();
    let parameters: Vec<String> = query.split('&').map(str::to_owned).collect();
    let change = (
        0..parameters.len(),
        prop_oneof![Just(None), "[A-Za-z0-9%./;-]{0,30}".prop_map(Some), header_texts().prop_map(Some)],
    );
    proptest!(config(), |((at, value) in change, twice in any::<bool>(), body in vec(any::<u8>(), 0..50))| {
        let mut changed = parameters.clone();
        let name = changed[at].split('=').next().unwrap().to_owned();
        let value = value.map(|value| format!("{name}={value}"));
        prop_assume!(value.as_ref() != Some(&parameters[at]));
        match value {
            Some(value) if twice => changed.insert(at, value),
            Some(value) => changed[at] = value,
            None => drop(changed.remove(at)),
        }
        let Ok(uri) = format!("{path}?{}", changed.join("&")).parse::<axum::http::Uri>() else { return Ok(()) };
        let made = request(Method::PUT, uri.path_and_query().unwrap().as_str());
        let answer = sent(&runtime, &room, with_body(made, &body));
        prop_assert!(!answer.status.is_success(), "{uri} was taken: {}", answer.status);
    });
    assert_eq!(runtime.block_on(room.get("/uploads/new.txt")).status, 404);
}

#[test]
fn any_form_is_refused_that_no_policy_allows() {
    let (runtime, room) = opened();
    let name = prop_oneof![
        4 => "key|policy|x-amz-algorithm|x-amz-credential|x-amz-date|x-amz-signature|content-type|file|success_action_status",
        1 => "[ -~&&[^\"]]{0,10}",
    ];
    let value = prop_oneof![
        "AWS4-HMAC-SHA256|AKIALOCAL/20261121/us-east-1/s3/aws4_request|20261121T000000Z|[0-9a-f]{64}",
        "[ -~]{0,60}",
        any::<String>(),
        "\\{\"expiration\":\"(2099-01-01T00:00:00Z|x)\",\"conditions\":[\\[{\"a-z:,\\]}]{0,40}\\}".prop_map(
            |policy| {
                use base64::Engine;
                base64::prelude::BASE64_STANDARD.encode(policy)
            }
        ),
    ];
    let part =
        (name, value, prop_oneof![Just("\r\n"), Just("\n"), Just("")]).prop_map(|(name, value, end)| {
            format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"{end}\r\n\r\n{value}\r\n")
        });
    let form = prop_oneof![
        4 => vec(part, 0..10).prop_map(|parts| format!("{}--line--\r\n", parts.concat()).into_bytes()),
        1 => "(--line|\r\n|Content-Disposition: form-data|; name=\"|\"|: |--){0,40}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..200),
    ];
    let kind = prop_oneof![4 => Just("multipart/form-data; boundary=line".to_owned()), 1 => "multipart/form-data[ -~]{0,30}"];
    proptest!(config(), |(form in form, kind in kind)| {
        let made = Request::post("/uploads").header("host", HOST).header("content-type", kind).body(Body::empty()).unwrap();
        let answer = sent(&runtime, &room, with_body(made, &form));
        prop_assert!(answer.status.is_client_error() || answer.status.as_u16() == 501, "{}", answer.status);
    });
    assert_eq!(room.files(), 1);
}
