//! Requests that are too much: refused with a clear error, fast, and without harm to the server.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use local_appsync::{Api, Limits};
use serde_json::{Value, json};

use super::support::{Callers, Fixture, fixture};

fn api() -> Fixture {
    let schema = "type Query { node: Node text: String slow: String } type Node { node: Node nodes: [Node] name: String }";
    fixture(schema)
        .value("Query.node", json!({"name": "a"}))
        .value("Query.text", json!("0123456789"))
        .resolve_async("Query.slow", |_| std::future::pending())
}

#[test]
fn the_quotas_are_those_that_aws_publishes() {
    let limits = Limits::default();
    assert_eq!(limits.execution, Duration::from_secs(30));
    assert_eq!(limits.response_bytes, 5 << 20);
    assert_eq!((limits.query_tokens, limits.resolver_calls, limits.query_depth), (15_000, 10_000, 75));
    assert_eq!((limits.subscriptions_per_connection, limits.subscription_payload_bytes), (200, 240 << 10));
    assert_eq!(limits.connection, Duration::from_secs(24 * 60 * 60));
}

#[test]
fn a_schema_over_a_megabyte_is_refused() {
    let sized = |bytes: usize| {
        let schema = "type Query { a: String } #";
        format!("{schema}{}", "x".repeat(bytes - schema.len()))
    };
    let made = |schema: &str| Api::new(fixture(schema).0, Arc::new(Callers)).map(|_| ());
    made(&sized(1 << 20)).unwrap();
    let error = made(&sized((1 << 20) + 1)).unwrap_err().to_string();
    assert!(error.contains("at most 1048576"), "{error}");
}

async fn refused(api: Fixture, query: &str) -> (StatusCode, String) {
    let answer = api.build().post("alice", json!({"query": query}).to_string()).await;
    let message = answer.body["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    (answer.status, message)
}

#[tokio::test]
async fn a_body_over_a_megabyte_is_too_large() {
    let api = api().build();
    let answer = api
        .post("alice", json!({"query": "{ text }", "variables": {"x": "x".repeat(1 << 20)}}).to_string())
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.body["errors"][0]["errorType"], "RequestEntityTooLargeException");
    assert_eq!(api.query("{ text }").await["data"]["text"], "0123456789");
}

#[tokio::test]
async fn a_document_of_too_many_tokens_is_refused() {
    // Commas, spaces and comments are no tokens.
    let spaced = format!("{{ text {} # {}\n }}", ",  ".repeat(20_000), "x ".repeat(20_000));
    assert_eq!(api().build().query(&spaced).await["data"]["text"], "0123456789");
    let (status, message) = refused(api(), &format!("{{ {} }}", "text ".repeat(15_000))).await;
    assert_eq!(
        (status, &message[..]),
        (StatusCode::BAD_REQUEST, "The document has more than 15000 tokens. Send less in one request.")
    );
}

#[tokio::test]
async fn nesting_too_deep_is_refused() {
    let nested =
        |levels: usize| format!("{{ {} node {{ name }} {} }}", "node {".repeat(levels), "}".repeat(levels));
    assert_eq!(api().build().query(&nested(70)).await["data"].as_object().unwrap().len(), 1);
    for levels in [80, 160, 4_000] {
        let (status, message) = refused(api(), &nested(levels)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{levels}: {message}");
        let expected = "The selections are nested more than 75 levels deep. Ask for less in one request.";
        assert_eq!(message, expected, "{levels}");
    }
    let (status, _) =
        refused(api(), &format!("{{ text(a: {}1{}) }}", "[".repeat(5_000), "]".repeat(5_000))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn fragments_that_nest_too_deep_or_select_too_much_are_refused() {
    let mut deep = "{ node { ...F0 } }".to_owned();
    let mut wide = deep.clone();
    for level in 0..1_300 {
        write!(deep, " fragment F{level} on Node {{ node {{ ...F{} }} }}", level + 1).unwrap();
    }
    deep.push_str(" fragment F1300 on Node { name }");
    for level in 0..40 {
        write!(
            wide,
            " fragment F{level} on Node {{ a: node {{ ...F{0} }} b: node {{ ...F{0} }} }}",
            level + 1
        )
        .unwrap();
    }
    wide.push_str(" fragment F40 on Node { name }");
    assert_eq!(refused(api(), &deep).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        refused(api(), &wide).await,
        (
            StatusCode::BAD_REQUEST,
            "The document selects more than 20000 fields. Ask for less in one request.".to_owned()
        )
    );
}

#[tokio::test]
async fn introspection_cannot_be_multiplied() {
    let many: String =
        (0..300).map(|n| format!("a{n}: __schema {{ types {{ fields {{ name }} }} }} ")).collect();
    assert_eq!(refused(api(), &format!("{{ {many} }}")).await.0, StatusCode::OK);
    let many: String =
        (0..400).map(|n| format!("a{n}: __schema {{ types {{ fields {{ name }} }} }} ")).collect();
    assert_eq!(refused(api(), &format!("{{ {many} }}")).await.0, StatusCode::BAD_REQUEST);
    let nested = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
    let (status, message) = refused(api(), nested).await;
    assert_eq!((status, &message[..]), (StatusCode::OK, "Maximum introspection depth exceeded"));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_replaced_by_an_error() {
    let api = api().limits(|limits| limits.response_bytes = 1000).build();
    let many: String = (0..100).map(|n| format!("a{n}: text ")).collect();
    let answer = api.query(&format!("{{ {many} }}")).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["errorType"], "LimitExceeded");
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(api.query("{ text }").await["data"]["text"], "0123456789");
}

#[tokio::test]
async fn a_request_calls_only_so_many_resolvers() {
    let api = api().limits(|limits| limits.resolver_calls = 2).build();
    assert_eq!(api.query("{ a: text b: text }").await["errors"], Value::Null);
    assert_eq!(api.query("{ a: text b: text c: text }").await["errors"][0]["errorType"], "LimitExceeded");
}

#[tokio::test(start_paused = true)]
async fn an_operation_ends_after_thirty_seconds() {
    let api = api().build();
    let asked_at = tokio::time::Instant::now();
    let answer = api.query("{ text slow }").await;
    assert_eq!(asked_at.elapsed().as_secs(), Duration::from_secs(30).as_secs());
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["errorType"], "ExecutionTimeout");
    assert_eq!(answer["errors"][0]["message"], "Execution timed out.");
}
