//! Statuses, headers and bodies of `POST /graphql`.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use local_appsync::{Context, Resolved};
use serde_json::{Value, json};

use super::support::{Server, fixture};

fn api() -> Server {
    fixture("type Query { a: String } type Subscription { s: String }").value("Query.a", json!("ä")).build()
}

#[tokio::test]
async fn an_answer_is_json_with_a_request_id() {
    let answer = api().post("alice", r#"{"query":"{ a }"}"#).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/json;charset=UTF-8");
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert!(answer.headers.contains_key("x-amzn-requestid"));
    assert_eq!(answer.body, json!({"data": {"a": "ä"}}));
}

#[tokio::test]
async fn a_body_that_is_no_graphql_request_is_malformed() {
    for (body, message) in [
        ("", "Request body is empty."),
        ("meow", "Unable to parse GraphQL query."),
        ("{}", "Unable to parse GraphQL query."),
        ("[]", "Unable to parse GraphQL query."),
        ("null", "Unable to parse GraphQL query."),
        (r#"{"query": 5}"#, "Unable to parse GraphQL query."),
        (r#"["{ a }"]"#, "Unable to parse GraphQL query."),
        (r#"["{ a }", {}, "a"]"#, "Unable to parse GraphQL query."),
        (r#"{"query": "{ a }", "variables": "none"}"#, "Unable to parse GraphQL query."),
        (
            r#"{"query": "{ a"}"#,
            "Unable to parse GraphQL query. syntax error: expected R_CURLY, got EOF at line 1 column 4",
        ),
    ] {
        let answer = api().post("alice", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.headers["x-amzn-errortype"], "MalformedHttpRequestException");
        let error = &answer.body["errors"][0];
        assert_eq!(error["errorType"], "MalformedHttpRequestException");
        let told = error["message"].as_str().unwrap();
        assert!(told.starts_with(&message[..30.min(message.len())]), "{told}");
        if !body.starts_with(r#"{"query": "{ a""#) {
            assert_eq!(told, message);
        }
    }
}

#[tokio::test]
async fn a_selection_set_without_selections_is_no_graphql() {
    let schema = "type Query { node: Node } type Node { node: Node name: String }";
    let api = fixture(schema).value("Query.node", json!({"name": "a"})).build();
    for (query, column) in [
        ("{}", 2),
        ("query { }", 9),
        ("{ node {} }", 9),
        ("{ node { node { name } n: node { } } }", 34),
        ("{ node { ... on Node { } } }", 24),
        ("{ node { ...F } } fragment F on Node { }", 40),
    ] {
        let answer = api.post("alice", json!({ "query": query }).to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(
            answer.body["errors"][0],
            json!({
                "errorType": "MalformedHttpRequestException",
                "message": format!("Unable to parse GraphQL query. syntax error: expected a selection, got R_CURLY at line 1 column {column}"),
            }),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_neither_empty_nor_too_large() {
    let broken = || Err(std::io::Error::other("the client went away"));
    let half = Ok(bytes::Bytes::from_static(br#"{"query":"#));
    for chunks in [vec![broken()], vec![half, broken()]] {
        let answer = api().post("alice", Body::from_stream(futures::stream::iter(chunks))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            answer.body["errors"][0],
            json!({
                "errorType": "MalformedHttpRequestException",
                "message": "The request body broke off before its end.",
            })
        );
    }
}

#[tokio::test]
async fn the_body_is_json_whatever_it_is_called() {
    for content_type in ["application/json; charset=UTF-8", "application/graphql", "text/plain"] {
        let request =
            Request::post("/graphql").header("authorization", "alice").header("content-type", content_type);
        let answer = api().send(request.body(r#"{"query":"{ a }"}"#.into()).unwrap()).await;
        assert_eq!(answer.body, json!({"data": {"a": "ä"}}), "{content_type}");
    }
}

#[tokio::test]
async fn headers_that_resolvers_ask_for_are_in_the_answer() {
    let with = |name: &'static str, value: String| {
        move |_: Context| {
            let response_headers = BTreeMap::from([(name.to_owned(), value.clone())]);
            std::future::ready(Ok(Resolved { response_headers, ..Resolved::default() }))
        }
    };
    let api =
        fixture("type Query { a: String b: String large: String } type Mutation { a: String b: String }")
            .resolve_async("Query.a", with("x-items", "7".to_owned()))
            .resolve_async("Query.b", with("x-other", "b".to_owned()))
            .resolve_async("Query.large", with("x-large", "x".repeat(4090)))
            .resolve_async("Mutation.a", with("x-items", "1".to_owned()))
            .resolve_async("Mutation.b", with("x-items", "2".to_owned()))
            .build();
    let answer = api.post("alice", r#"{"query":"{ a b }"}"#).await;
    assert_eq!(
        (&answer.headers["x-items"], &answer.headers["x-other"]),
        (&"7".parse().unwrap(), &"b".parse().unwrap())
    );
    assert_eq!(answer.headers["content-type"], "application/json;charset=UTF-8");
    // The later one of a name counts.
    assert_eq!(api.post("alice", r#"{"query":"mutation { a b }"}"#).await.headers["x-items"], "2");
    let answer = api.post("alice", r#"{"query":"{ large }"}"#).await;
    assert_eq!(answer.body["errors"][0]["errorType"], "LimitExceeded");
    assert!(!answer.headers.contains_key("x-large"));
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_malformed() {
    assert_eq!(api().post("alice", vec![0xff, 0xfe, b'{']).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn null_variables_and_an_empty_operation_name_are_none() {
    let body = r#"{"query":"{ a }","variables":null,"operationName":"","extensions":{}}"#;
    assert_eq!(api().post("alice", body).await.body, json!({"data": {"a": "ä"}}));
}

#[tokio::test]
async fn an_operation_that_cannot_be_told_is_refused() {
    for (body, message) in [
        (json!({"query": "query A { a }", "operationName": "B"}), "Unknown operation named 'B'."),
        (
            json!({"query": "query A { a } query B { a }"}),
            "Must provide operation name if query contains multiple operations.",
        ),
    ] {
        let answer = api().post("alice", body.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.body["errors"][0]["message"], message);
    }
}

#[tokio::test]
async fn subscriptions_are_not_served_over_http() {
    let answer = api().post("alice", json!({"query": "subscription { s }"}).to_string()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["errors"][0]["errorType"], "UnsupportedOperation");
}

#[tokio::test]
async fn a_get_without_upgrade_says_how_it_is_done() {
    for path in ["/graphql", "/graphql/realtime"] {
        let answer = api().send(Request::get(path).body("".into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.headers["allow"], "POST");
        assert_eq!(answer.headers["content-type"], "application/json;charset=UTF-8");
        assert!(answer.headers.contains_key("x-amzn-requestid"));
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("WebSocket"));
    }
}

#[tokio::test]
async fn a_preflight_allows_whatever_headers_a_browser_asks_for() {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri("/graphql")
        .header("origin", "http://localhost:5173")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-amz-user-agent");
    let answer = api().send(request.body("".into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, Value::Null);
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-headers", "authorization,content-type,x-amz-user-agent"),
        ("access-control-allow-methods", "POST"),
        ("access-control-max-age", "172800"),
    ] {
        assert_eq!(answer.headers[name], value);
    }
}
