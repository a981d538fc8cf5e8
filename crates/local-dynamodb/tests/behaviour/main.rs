//! What the chat relies on in DynamoDB, asked through the real SDK client.

// The lint spares only functions marked as tests, not what they share.
#![allow(clippy::unwrap_used)]

mod arns;
mod durability;
mod fuzz;
mod permissions;
mod reads;
mod tables;
mod transactions;
mod wire;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{self, N, S};
use local_dynamodb::DynamoDb;
use serde_json::json;
use tempfile::TempDir;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A DynamoDB in a folder of its own, with the table `chat`; the folder goes with it.
pub(crate) struct Room {
    pub(crate) dynamodb: DynamoDb,
    pub(crate) client: Client,
    _folder: TempDir,
}

pub(crate) async fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let dynamodb = DynamoDb::open(&folder.path().join("dynamodb.sqlite")).await.unwrap();
    dynamodb.create_table_if_absent("chat", &chat_table()).await.unwrap();
    Room { client: dynamodb.client(), dynamodb, _folder: folder }
}

/// The properties of a table as a template has them: two keys, one index, a stream and a time to live.
pub(crate) fn chat_table() -> serde_json::Value {
    json!({
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            { "AttributeName": "PK", "KeyType": "HASH" },
            { "AttributeName": "SK", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [
            { "AttributeName": "PK", "AttributeType": "S" },
            { "AttributeName": "SK", "AttributeType": "S" },
            { "AttributeName": "owner", "AttributeType": "S" },
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "byOwner",
            "KeySchema": [
                { "AttributeName": "owner", "KeyType": "HASH" },
                { "AttributeName": "SK", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "ALL" },
        }],
        "StreamSpecification": { "StreamViewType": "NEW_AND_OLD_IMAGES" },
        "TimeToLiveSpecification": { "AttributeName": "expiresAt", "Enabled": true },
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        "SSESpecification": { "SSEEnabled": true },
    })
}

/// An item of `(PK, SK)`, to which more attributes may be added.
pub(crate) fn item(pk: &str, sk: &str) -> Item {
    Item::from([("PK".to_owned(), s(pk)), ("SK".to_owned(), s(sk))])
}

pub(crate) fn s(text: &str) -> AttributeValue {
    S(text.to_owned())
}

pub(crate) fn n(number: i64) -> AttributeValue {
    N(number.to_string())
}

pub(crate) async fn put(client: &Client, item: Item) {
    client.put_item().table_name("chat").set_item(Some(item)).send().await.unwrap();
}

pub(crate) async fn get(client: &Client, key: Item) -> Option<Item> {
    let got = client.get_item().table_name("chat").set_key(Some(key)).consistent_read(true).send().await;
    got.unwrap().item
}
