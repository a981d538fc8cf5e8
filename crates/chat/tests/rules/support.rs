//! A chat over an embedded DynamoDB, with the very table that the template describes.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use chat::rooms::{self, Room, RoomName, Visibility};
use chat::uploads::Bucket;
use chat::{Content, Store, Text, UserId, profiles};
use local_dynamodb::DynamoDb;

/// A fresh, empty chat.
pub(crate) async fn chat() -> Store {
    chat_and_table().await.0
}

/// The same, with the table's client: for rows of other times than now. The table is called `chat`.
pub(crate) async fn chat_and_table() -> (Store, Client) {
    let (store, dynamodb) = chat_and_database().await;
    (store, dynamodb.client())
}

/// The same, with all of DynamoDB.
pub(crate) async fn chat_and_database() -> (Store, DynamoDb) {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let template = infra::template().to_json();
    let mut table = template["Resources"]["ChatTable"]["Properties"].clone();
    // What depends on the stage does not matter here.
    table.as_object_mut().unwrap().retain(|_, property| !property.to_string().contains("Fn::"));
    dynamodb.create_table_if_absent("chat", &table).await.unwrap();
    (of_another_process(&dynamodb.client()), dynamodb)
}

/// The chat as another process has it, such as another instance of a function.
pub(crate) fn of_another_process(table: &Client) -> Store {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let bucket = Bucket::new("files", "us-east-1", None, credentials);
    Store::new(table.clone(), "chat".into(), bucket)
}

/// A user with a profile; the same number is the same user.
pub(crate) async fn user(store: &Store, number: u8) -> UserId {
    let id: UserId = format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap();
    profiles::create(store, id, &format!("User {number}"), None).await.unwrap();
    id
}

pub(crate) async fn room(store: &Store, owner: UserId, visibility: Visibility) -> Room {
    let name = RoomName::new("a room").unwrap();
    rooms::create(store, owner, name, visibility, None).await.unwrap()
}

pub(crate) fn text(text: &str) -> Content {
    Content::new(Some(Text::new(text.to_owned()).unwrap()), vec![]).unwrap()
}
