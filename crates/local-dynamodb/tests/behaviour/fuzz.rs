//! Anything at all in DynamoDB's wire protocol, made up by proptest: answered or refused, in time, without a fault.
//!
//! `PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=100000 cargo test -p local-dynamodb fuzz`
//! looks longer, at other cases.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{Room, item, room};

/// What anything may take at most: a guard against hanging, not a measure.
const PATIENCE: Duration = Duration::from_secs(60);

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn opened() -> (Runtime, Room) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let room = runtime.block_on(room());
    runtime.block_on(crate::put(&room.client, item("a", "b")));
    (runtime, room)
}

/// Sends it, and sees that it is answered, and not with a fault of ours.
fn sent(runtime: &Runtime, room: &Room, target: &str, body: Vec<u8>) -> StatusCode {
    let shown = || format!("{target} {}", String::from_utf8_lossy(&body));
    let request = Request::post("/")
        .header("host", "localhost")
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
        .header("x-amz-date", "20260101T000000Z")
        .header("x-amz-target", target)
        .body(Body::from(body.clone()))
        .unwrap();
    let answered = runtime.block_on(async {
        let answer = tokio::time::timeout(PATIENCE, room.dynamodb.handle(request)).await?;
        let status = answer.status();
        Ok::<_, tokio::time::error::Elapsed>((status, to_bytes(answer.into_body(), usize::MAX).await))
    });
    let (status, answer) = answered.unwrap_or_else(|_| panic!("no answer to {}", shown()));
    let answer = answer.unwrap();
    assert!(!status.is_server_error(), "{} {}", shown(), String::from_utf8_lossy(&answer));
    status
}

/// The table is still there, with what was in it before.
fn is_unharmed(runtime: &Runtime, room: &Room) {
    let got = runtime.block_on(crate::get(&room.client, item("a", "b")));
    assert!(got.is_some());
}

const OPERATIONS: [&str; 13] = [
    "GetItem",
    "PutItem",
    "UpdateItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
    "DescribeTable",
    "ExecuteStatement",
    "ListTables",
    "DescribeTimeToLive",
];

/// A value as DynamoDB writes it, or nearly.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => "\\PC{0,9}".prop_map(|text| json!({ "S": text })),
        3 => "-?[0-9]{0,40}(\\.[0-9]{0,40})?(e-?[0-9]{1,4})?".prop_map(|number| json!({ "N": number })),
        1 => "[A-Za-z0-9+/]{0,9}={0,2}".prop_map(|bytes| json!({ "B": bytes })),
        1 => any::<bool>().prop_map(|truth| json!({ "BOOL": truth })),
        1 => any::<bool>().prop_map(|truth| json!({ "NULL": truth })),
        1 => vec("[a-c]{0,2}", 0..4).prop_map(|texts| json!({ "SS": texts })),
        1 => vec("-?[0-9]{0,3}", 0..4).prop_map(|numbers| json!({ "NS": numbers })),
        1 => Just(json!({ "S": "a", "N": "1" })),
        1 => Just(json!(null)),
        1 => any::<i64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| json!({ "L": list })),
            hash_map("[a-z]{0,3}", inner, 0..4).prop_map(|map| json!({ "M": map })),
        ]
    })
}

fn items() -> impl Strategy<Value = Value> {
    let key = || prop_oneof![6 => Just(json!({ "S": "x" })), 1 => values()];
    (
        prop::option::weighted(0.9, key()),
        prop::option::weighted(0.9, key()),
        hash_map("owner|[a-z.#]{0,5}", values(), 0..3),
    )
        .prop_map(|(pk, sk, others)| {
            let mut item: serde_json::Map<String, Value> = others.into_iter().collect();
            item.extend(pk.map(|value| ("PK".to_owned(), value)));
            item.extend(sk.map(|value| ("SK".to_owned(), value)));
            Value::Object(item)
        })
}

fn expressions() -> impl Strategy<Value = String> {
    let word = "PK|SK|owner|#a|:a|:b|a\\.b|a\\[[0-9]{0,12}\\]|=|<>|<=|>|AND|OR|NOT|BETWEEN|IN|SET|REMOVE|ADD|DELETE|attribute_exists|attribute_not_exists|begins_with|contains|size|if_not_exists|list_append|\\(|\\)|,|\\+|-|[0-9]{1,9}|\\PC{0,3}";
    prop_oneof![
        2 => vec(word, 0..12).prop_map(|words| words.join(" ")),
        2 => prop::sample::select(vec![
            "PK = :a",
            "PK = :a AND SK BETWEEN :a AND :b",
            "PK = :a AND begins_with(SK, :b)",
            "SET #a = :a",
            "SET a = if_not_exists(a, :a) + :b REMOVE c",
            "ADD n :a",
            "attribute_not_exists(PK)",
            "size(a) > :a OR NOT contains(b, :b)",
        ]).prop_map(str::to_owned),
        1 => (0..3000_usize).prop_map(|deep| format!("{}a = :a{}", "(".repeat(deep), ")".repeat(deep))),
        1 => (0..1000_usize).prop_map(|deep| format!("{}a = :a", "NOT ".repeat(deep))),
        1 => (0..1000_usize).prop_map(|deep| format!("a{} = :a", "[0]".repeat(deep))),
    ]
}

/// PartiQL, or nearly.
fn statements() -> impl Strategy<Value = String> {
    let word = "SELECT|\\*|FROM|\"chat\"|chat|WHERE|PK|SK|=|'x'|\\?|AND|OR|NOT|IN|BETWEEN|INSERT INTO|VALUE|UPDATE|SET|DELETE|\\(|\\)|\\[|\\]|\\{|\\}|:|,|[0-9]{1,9}|\\PC{0,3}";
    prop_oneof![
        2 => vec(word, 0..14).prop_map(|words| words.join(" ")),
        1 => Just("SELECT * FROM \"chat\" WHERE PK = 'x'".to_owned()),
    ]
}

fn tables() -> impl Strategy<Value = Value> {
    prop_oneof![8 => Just(json!("chat")), 1 => "\\PC{0,12}".prop_map(Value::from), 1 => Just(json!(null))]
}

/// A request of the right shape for most operations, with a few members of others.
fn requests() -> impl Strategy<Value = Value> {
    let expression = |name: &'static str| expressions().prop_map(move |text| (name.to_owned(), json!(text)));
    let member = prop_oneof![
        expression("KeyConditionExpression"),
        expression("FilterExpression"),
        expression("ConditionExpression"),
        expression("UpdateExpression"),
        expression("ProjectionExpression"),
        hash_map(":a|:b|:[a-z]{0,3}|[a-z]", values(), 0..3)
            .prop_map(|it| ("ExpressionAttributeValues".to_owned(), json!(it))),
        hash_map("#a|#[a-z]{0,3}|[a-z]", "[a-z.]{0,5}", 0..3)
            .prop_map(|it| ("ExpressionAttributeNames".to_owned(), json!(it))),
        items().prop_map(|it| ("Key".to_owned(), it)),
        items().prop_map(|it| ("Item".to_owned(), it)),
        statements().prop_map(|it| ("Statement".to_owned(), json!(it))),
        items().prop_map(|it| ("ExclusiveStartKey".to_owned(), it)),
        any::<i32>().prop_map(|it| ("Limit".to_owned(), json!(it))),
        "byOwner|[a-z]{0,5}".prop_map(|it| ("IndexName".to_owned(), json!(it))),
        "ALL_NEW|ALL_OLD|NONE|COUNT|[A-Z]{0,4}".prop_map(|it| ("ReturnValues".to_owned(), json!(it))),
        (any::<u32>(), any::<u32>()).prop_map(|(at, of)| ("TotalSegments".to_owned(), json!([at, of]))),
        vec((tables(), items()), 0..4).prop_map(|all| {
            let all = all.iter().map(|(table, item)| json!({ "Put": { "TableName": table, "Item": item } }));
            ("TransactItems".to_owned(), all.collect())
        }),
        vec(items(), 0..4).prop_map(|all| {
            let all: Value = all.iter().map(|item| json!({ "PutRequest": { "Item": item } })).collect();
            ("RequestItems".to_owned(), json!({ "chat": all }))
        }),
    ];
    (tables(), vec(member, 0..6)).prop_map(|(table, members)| {
        let mut request: serde_json::Map<String, Value> = members.into_iter().collect();
        request.insert("TableName".to_owned(), table);
        Value::Object(request)
    })
}

#[test]
fn any_bytes_for_any_operation_are_refused_or_answered() {
    let (runtime, room) = opened();
    let target = prop_oneof![
        4 => prop::sample::select(OPERATIONS.to_vec()).prop_map(|name| format!("DynamoDB_20120810.{name}")),
        1 => "DynamoDB(Streams)?_20120810\\.[!-~]{0,20}",
    ];
    let nested = (0..20_000_usize).prop_map(|deep| "[".repeat(deep).into_bytes());
    let body = prop_oneof![3 => vec(any::<u8>(), 0..200), 2 => "[\\[\\]{}\":,a-zA-Z0-9 ]{0,100}".prop_map(String::into_bytes), 1 => nested];
    proptest!(config(), |(target in target, body in body)| {
        // A table that somebody made up does no harm, one that is deleted does.
        prop_assume!(!target.contains("DeleteTable"));
        sent(&runtime, &room, &target, body);
    });
    is_unharmed(&runtime, &room);
}

#[test]
fn any_request_with_any_expression_and_value_is_refused_or_answered() {
    let (runtime, room) = opened();
    proptest!(config(), |(operation in prop::sample::select(OPERATIONS.to_vec()), request in requests())| {
        sent(&runtime, &room, &format!("DynamoDB_20120810.{operation}"), request.to_string().into_bytes());
    });
    is_unharmed(&runtime, &room);
}

#[test]
fn values_nested_deeper_than_dynamodb_takes_are_refused() {
    let (runtime, room) = opened();
    for deep in [33, 100, 1_000, 100_000] {
        let value = format!("{}{{\"S\":\"x\"}}{}", "{\"L\":[".repeat(deep), "]}".repeat(deep));
        let item = format!("{{\"PK\":{{\"S\":\"x\"}},\"SK\":{{\"S\":\"x\"}},\"deep\":{value}}}");
        let body = format!("{{\"TableName\":\"chat\",\"Item\":{item}}}");
        let status = sent(&runtime, &room, "DynamoDB_20120810.PutItem", body.into_bytes());
        assert_eq!(status, StatusCode::BAD_REQUEST, "{deep}");
    }
    is_unharmed(&runtime, &room);
}

/// The engine reads them by recursion: without a deep stack this ends the process.
#[test]
fn expressions_nested_as_deep_as_they_can_be_are_answered() {
    let (runtime, room) = opened();
    for (before, after) in
        [("(", ")"), ("NOT ", ""), ("NOT(", ")"), ("size(", ")"), ("a.", ""), ("a[0].", "")]
    {
        let deep = (4096 - "a = :a".len()) / (before.len() + after.len());
        for expression in [
            format!("{}a = :a{}", before.repeat(deep), after.repeat(deep)),
            before.repeat(4096 / before.len()),
        ] {
            for member in ["FilterExpression", "ProjectionExpression"] {
                let body = json!({ "TableName": "chat", member: expression,
                    "ExpressionAttributeValues": { ":a": { "S": "x" } } });
                sent(&runtime, &room, "DynamoDB_20120810.Scan", body.to_string().into_bytes());
            }
            let condition = json!({ "TableName": "chat", "Item": { "PK": { "S": "x" }, "SK": { "S": "x" } },
                "ConditionExpression": expression, "ExpressionAttributeValues": { ":a": { "S": "x" } } });
            sent(&runtime, &room, "DynamoDB_20120810.PutItem", condition.to_string().into_bytes());
            let update = json!({ "TableName": "chat", "Key": { "PK": { "S": "x" }, "SK": { "S": "x" } },
                "UpdateExpression": format!("SET {expression}"), "ExpressionAttributeValues": { ":a": { "S": "x" } } });
            sent(&runtime, &room, "DynamoDB_20120810.UpdateItem", update.to_string().into_bytes());
        }
        let deep = 8_000 / (before.len() + after.len());
        let condition = format!("{}PK = 'x'{}", before.repeat(deep), after.repeat(deep));
        let statement = json!({ "Statement": format!("SELECT * FROM \"chat\" WHERE {condition}") });
        sent(&runtime, &room, "DynamoDB_20120810.ExecuteStatement", statement.to_string().into_bytes());
    }
    for (open, close) in [("[", "]"), ("{'a': ", "}"), ("<<", ">>")] {
        let value = format!(
            "{}1{}",
            open.repeat(8_000 / (open.len() + close.len())),
            close.repeat(8_000 / (open.len() + close.len()))
        );
        let statement = json!({ "Statement": format!("INSERT INTO \"chat\" VALUE {{'PK': 'x', 'SK': 'y', 'v': {value}}}") });
        sent(&runtime, &room, "DynamoDB_20120810.ExecuteStatement", statement.to_string().into_bytes());
    }
    is_unharmed(&runtime, &room);
}
