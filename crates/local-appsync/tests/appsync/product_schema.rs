//! The product's own schema, unchanged; and schemas that AppSync would not take.

use local_appsync::{Api, BuildError};
use serde_json::json;

use super::support::{Callers, Fixture, fixture};

const SCHEMA: &str = include_str!("../../../../schema.graphql");

fn refusal(fixture: Fixture) -> BuildError {
    match Api::new(fixture.0, std::sync::Arc::new(Callers)) {
        Ok(_) => panic!("the schema should be refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn the_schema_of_the_product_is_served() {
    let message = json!({"id": "m1", "roomId": "r1", "seq": 1, "content": {"text": "hi", "attachments": []}, "createdAt": "2024-01-01T00:00:00.000Z"});
    let api = fixture(SCHEMA)
        .value("Query.getTodo", json!({"id": "t1", "name": "buy milk"}))
        .value("Mutation.sendMessage", message)
        .resolve("Query.listRooms", |context| {
            Ok(json!({"items": [{"id": "r1", "name": context.arguments["scope"]}]}))
        })
        .build();
    assert_eq!(
        api.query("mutation { sendMessage(input: {roomId: \"r1\", content: {text: \"hi\"}}) { id seq content { text } createdAt } }").await,
        json!({"data": {"sendMessage": {"id": "m1", "seq": 1, "content": {"text": "hi"}, "createdAt": "2024-01-01T00:00:00.000Z"}}})
    );
    assert_eq!(
        api.query("{ listRooms { items { id name } nextToken } }").await["data"]["listRooms"]["items"][0]["name"],
        "ALL"
    );
    assert_eq!(
        api.query_with_key("{ getTodo(id: 1) { name } }").await["data"]["getTodo"]["name"],
        "buy milk"
    );
    assert_eq!(
        api.query_with_key("{ listRooms { nextToken } }").await["errors"][0]["errorType"],
        "Unauthorized"
    );
}

#[test]
fn fields_without_a_resolver_and_subscriptions_that_cannot_work_are_warned_of() {
    let schema = "
        type Query { a: String b: String @aws_lambda }
        type Mutation { m: Item }
        type Subscription { s(id: ID, other: String): Item! @aws_subscribe(mutations: [\"m\"]) idle: Item }
        type Item { id: ID }
    ";
    let api = fixture(schema).value("Query.a", json!(null)).build();
    let warnings = api.0.warnings().join("\n");
    for warning in [
        "Query.b has no resolver",
        "Query.b allows Lambda",
        "Mutation.m has no resolver",
        "Subscription.s is non-null",
        "Subscription.s(other:) is no field of Item",
        "Subscription.idle has no @aws_subscribe",
    ] {
        assert!(warnings.contains(warning), "{warning} is missing in\n{warnings}");
    }
    assert_eq!(warnings.lines().count(), 6, "{warnings}");
}

#[test]
fn a_schema_that_cannot_be_deployed_is_refused() {
    let unknown = refusal(fixture("type Query { a: String }").value("Query.b", json!(null)));
    assert_eq!(unknown.to_string(), "there is a resolver for Query.b, but the schema has no such field");
    assert!(
        matches!(refusal(fixture("type Query { a: Missing }")), BuildError::InvalidSchema(text) if text.contains("Missing"))
    );
    assert!(matches!(refusal(fixture("type Query {")), BuildError::InvalidSchema(_)));
    let of = |mutation: &str| {
        format!(
            "type Query {{ a: Int }} type Mutation {{ m: Int }} type Subscription {{ s: String @aws_subscribe(mutations: [\"{mutation}\"]) }}"
        )
    };
    assert!(refusal(fixture(&of("n"))).to_string().contains("no such mutation"));
    assert!(refusal(fixture(&of("m"))).to_string().contains("it returns Int, not String"));
}

#[tokio::test]
async fn a_schema_may_declare_for_other_tools_what_appsync_predefines() {
    let schema = "scalar AWSDateTime directive @aws_api_key on OBJECT | FIELD_DEFINITION type Query { now: AWSDateTime @aws_api_key }";
    let api = fixture(schema).value("Query.now", json!("not a time")).build();
    let answer = api.query_with_key("{ now }").await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("Unable to serialize `not a time`"));
}
