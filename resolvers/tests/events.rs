//! The door: AppSync's events in, the field's JSON out.

#![allow(clippy::unwrap_used)]

use aws_credential_types::Credentials;
use chat::uploads::Bucket;
use chat::{Store, profiles};
use lambda_runtime::Diagnostic;
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

const ANN: &str = "00000000-0000-4000-8000-0000000000aa";

#[tokio::test]
async fn a_conversation_in_sample_events() {
    let store = chat_with_ann().await;
    let me = answer(&store, include_str!("../events/me.json")).await.unwrap();
    assert_eq!(me, json!({ "id": ANN, "name": "Ann Example", "avatarUrl": null }));

    let room = answer(&store, include_str!("../events/create_room.json")).await.unwrap();
    let again = answer(&store, include_str!("../events/create_room.json")).await.unwrap();
    assert_eq!(room, again, "the event has a clientId");
    assert_eq!(
        (&room["name"], &room["visibility"], &room["headSeq"]),
        (&json!("Tea"), &json!("PUBLIC"), &json!(0))
    );

    let id = room["id"].as_str().unwrap();
    let message = answer(&store, include_str!("../events/send_message.json")).await.unwrap();
    assert_eq!(message["id"], format!("{id}:1"));
    assert_eq!(message["sender"]["name"], "Ann Example");
    assert_eq!(message["content"], json!({ "text": "Hello", "attachments": [] }));
    for (field, value) in
        [("seq", json!(1)), ("version", json!(1)), ("clientId", json!("first")), ("deletedAt", Value::Null)]
    {
        assert_eq!(message[field], value);
    }
    let page = answer(&store, include_str!("../events/list_messages.json")).await.unwrap();
    assert_eq!(page, json!({ "items": [message], "nextToken": null }));
    let subscribed = answer(&store, include_str!("../events/on_message.json")).await.unwrap();
    assert_eq!(subscribed, Value::Null, "AppSync refuses a subscription that is answered with anything else");
}

#[tokio::test]
async fn a_refusal_is_told_in_appsyncs_terms() {
    let store = chat_with_ann().await;
    let refused = answer(&store, include_str!("../events/send_message.json")).await.unwrap_err();
    assert_eq!(refused.error_type, "NotFound");
    assert!(refused.error_message.contains("no such room"));
    let refused = answer(&store, include_str!("../events/me_with_api_key.json")).await.unwrap_err();
    assert_eq!(refused.error_type, "Forbidden");
    for garbage in ["null", "[]", "{}", "{\"info\":{\"parentTypeName\":\"Query\",\"fieldName\":\"nothing\"}}"]
    {
        let refused = answer(&store, garbage).await.unwrap_err();
        assert_eq!(refused.error_type, "Internal", "{garbage}");
        assert!(!refused.error_message.contains("nothing"), "details are for the log");
    }
}

#[tokio::test]
async fn a_script_gets_answers_and_errors_side_by_side() {
    let store = chat_with_ann().await;
    let wrapped = |event: &str| {
        let mut event: Value = serde_json::from_str(event).unwrap();
        event["wrapped"] = json!(true);
        event.to_string()
    };
    let me = answer(&store, &wrapped(include_str!("../events/me.json"))).await.unwrap();
    assert_eq!(me["data"]["name"], "Ann Example");
    let refused = answer(&store, &wrapped(include_str!("../events/on_message.json"))).await.unwrap();
    assert_eq!((&refused["errorType"], &refused["data"]), (&json!("NotFound"), &Value::Null));
}

#[test]
fn every_resolver_on_this_function_is_answered_here() {
    let template = infra::template().to_json();
    let resolvers = template["Resources"].as_object().unwrap().values();
    let mut direct: Vec<String> = resolvers
        .filter(|resource| {
            resource["Type"] == "AWS::AppSync::Resolver"
                && resource["Properties"]["DataSourceName"] == json!({ "Fn::GetAtt": ["ChatSource", "Name"] })
        })
        .map(|resource| &resource["Properties"])
        .map(|p| format!("{}.{}", p["TypeName"].as_str().unwrap(), p["FieldName"].as_str().unwrap()))
        .collect();
    let mut answered: Vec<String> = resolvers::FIELDS.iter().map(|field| (*field).to_owned()).collect();
    direct.sort();
    answered.sort();
    assert_eq!(direct, answered);
}

async fn chat_with_ann() -> Store {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let mut table = infra::template().to_json()["Resources"]["ChatTable"]["Properties"].clone();
    // What depends on the stage does not matter here.
    table.as_object_mut().unwrap().retain(|_, property| !property.to_string().contains("Fn::"));
    dynamodb.create_table_if_absent("chat", &table).await.unwrap();
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let bucket = Bucket::new("files", "us-east-1", None, credentials);
    let store = Store::new(dynamodb.client(), "chat".into(), bucket);
    profiles::create(&store, ANN.parse().unwrap(), "Ann Example", None).await.unwrap();
    store
}

async fn answer(store: &Store, event: &str) -> Result<Value, Diagnostic> {
    resolvers::handle(store, serde_json::from_str(event).unwrap()).await.map_err(Diagnostic::from)
}
