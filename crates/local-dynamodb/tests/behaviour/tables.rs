//! Tables as the template describes them, and as it changes over time.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::{StreamViewType, TableDescription, TimeToLiveStatus};
use local_dynamodb::TableError;
use serde_json::json;

use crate::{Room, chat_table, get, item, n, put, room, s};

async fn describe(room: &Room) -> TableDescription {
    room.client.describe_table().table_name("chat").send().await.unwrap().table.unwrap()
}

fn index_names(table: &TableDescription) -> Vec<&str> {
    table.global_secondary_indexes().iter().filter_map(|i| i.index_name()).collect()
}

#[tokio::test]
async fn the_table_has_the_keys_indexes_stream_and_time_to_live_of_the_template() {
    let room = room().await;
    let table = describe(&room).await;
    assert_eq!(table.key_schema().iter().map(|k| k.attribute_name()).collect::<Vec<_>>(), ["PK", "SK"]);
    assert_eq!(index_names(&table), ["byOwner"]);
    let stream = table.stream_specification().unwrap();
    assert_eq!(stream.stream_view_type(), Some(&StreamViewType::NewAndOldImages));
    let ttl = room.client.describe_time_to_live().table_name("chat").send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name(), Some("expiresAt"));
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

#[tokio::test]
async fn making_the_same_table_again_keeps_its_items() {
    let room = room().await;
    put(&room.client, item("1", "profile")).await;
    let again = room.dynamodb.create_table_if_absent("chat", &chat_table()).await.unwrap();
    assert!(!again.created);
    assert!(get(&room.client, item("1", "profile")).await.is_some());
}

#[tokio::test]
async fn properties_without_effect_on_localhost_are_named() {
    let room = room().await;
    let mut properties = chat_table();
    properties["KinesisStreamSpecification"] = json!({ "StreamArn": "arn:aws:kinesis:us-east-1:1:stream/s" });
    let table = room.dynamodb.create_table_if_absent("other", &properties).await.unwrap();
    assert!(table.created);
    assert_eq!(table.not_served, ["KinesisStreamSpecification"]);
}

#[tokio::test]
async fn changed_keys_are_refused_with_advice_and_the_items_stay() {
    let room = room().await;
    put(&room.client, item("1", "profile")).await;
    let mut properties = chat_table();
    properties["AttributeDefinitions"][1]["AttributeType"] = json!("N");
    let refused = room.dynamodb.create_table_if_absent("chat", &properties).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "table chat on disk has the key schema PK (HASH, S), SK (RANGE, S), but the template says \
         PK (HASH, S), SK (RANGE, N): choose another folder with --data, or delete the data folder to start anew"
    );
    assert!(matches!(refused, TableError::KeysChanged { .. }));
    assert!(get(&room.client, item("1", "profile")).await.is_some());
}

#[tokio::test]
async fn an_index_added_to_the_template_is_built_from_the_items_there_are_and_a_removed_one_goes() {
    let room = room().await;
    let mut invited = item("1", "profile");
    invited.insert("invitedBy".to_owned(), s("Ada"));
    put(&room.client, invited).await;

    let mut properties = chat_table();
    properties["AttributeDefinitions"][2] = json!({ "AttributeName": "invitedBy", "AttributeType": "S" });
    properties["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "byInviter",
        "KeySchema": [{ "AttributeName": "invitedBy", "KeyType": "HASH" }],
        "Projection": { "ProjectionType": "KEYS_ONLY" },
    }]);
    room.dynamodb.create_table_if_absent("chat", &properties).await.unwrap();

    assert_eq!(index_names(&describe(&room).await), ["byInviter"]);
    let found = room
        .client
        .query()
        .table_name("chat")
        .index_name("byInviter")
        .key_condition_expression("invitedBy = :name")
        .expression_attribute_values(":name", s("Ada"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
}

#[tokio::test]
async fn the_stream_and_the_time_to_live_follow_the_template() {
    let room = room().await;
    let mut properties = chat_table();
    properties["StreamSpecification"]["StreamViewType"] = json!("NEW_IMAGE");
    properties["TimeToLiveSpecification"]["AttributeName"] = json!("goneAt");
    room.dynamodb.create_table_if_absent("chat", &properties).await.unwrap();

    let table = describe(&room).await;
    assert_eq!(table.stream_specification().unwrap().stream_view_type(), Some(&StreamViewType::NewImage));
    let ttl = room.client.describe_time_to_live().table_name("chat").send().await.unwrap();
    assert_eq!(ttl.time_to_live_description.unwrap().attribute_name(), Some("goneAt"));

    properties.as_object_mut().unwrap().remove("StreamSpecification");
    properties.as_object_mut().unwrap().remove("TimeToLiveSpecification");
    room.dynamodb.create_table_if_absent("chat", &properties).await.unwrap();
    assert_eq!(describe(&room).await.stream_specification(), None);
    let ttl = room.client.describe_time_to_live().table_name("chat").send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Disabled));
}

#[tokio::test]
async fn properties_that_dynamodb_refuses_are_refused_in_its_words() {
    let room = room().await;
    for (name, properties, message) in [
        ("nokeys", json!({ "BillingMode": "PAY_PER_REQUEST" }), "keySchema"),
        (
            "notlist",
            json!({ "AttributeDefinitions": [], "KeySchema": { "Ref": "Keys" } }),
            "expected a sequence",
        ),
        ("text", json!("KeySchema"), "must be a JSON object"),
        ("x", chat_table(), "at least 3 characters"),
    ] {
        let refused = room.dynamodb.create_table_if_absent(name, &properties).await.unwrap_err().to_string();
        assert!(refused.starts_with(&format!("table {name}: ")), "{refused}");
        assert!(refused.contains(message), "{refused}");
    }
}

#[tokio::test]
async fn a_sweep_deletes_what_has_expired_and_nothing_else() {
    let room = room().await;
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    for (pk, expires_at_s) in [("expired", now_s - 60), ("valid", now_s + 3_600)] {
        let mut session = item(pk, "session");
        session.insert("expiresAt".to_owned(), n(expires_at_s));
        put(&room.client, session).await;
    }
    put(&room.client, item("eternal", "session")).await;

    assert_eq!(room.dynamodb.sweep_expired().await.unwrap(), 1);
    assert!(get(&room.client, item("expired", "session")).await.is_none());
    assert!(get(&room.client, item("valid", "session")).await.is_some());
    assert!(get(&room.client, item("eternal", "session")).await.is_some());
}
