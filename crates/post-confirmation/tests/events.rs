//! The door: Cognito's events in, the same events out, and a profile in the table.

#![allow(clippy::unwrap_used)]

use aws_credential_types::Credentials;
use chat::uploads::Bucket;
use chat::{Store, UserId, profiles};
use lambda_runtime::Diagnostic;
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

const SIGN_UP: &str = include_str!("../events/confirm_sign_up.json");
const FORGOT_PASSWORD: &str = include_str!("../events/confirm_forgot_password.json");

#[tokio::test]
async fn a_confirmed_user_gets_a_profile_once() {
    let (store, event) = (chat().await, event(SIGN_UP));
    for _ in 0..2 {
        let answer = post_confirmation::handle(&store, event.clone()).await.unwrap();
        assert_eq!(answer, event, "Cognito wants its event back");
        assert_eq!(profiles::me(&store, ann()).await.unwrap().name, "Ann Example");
    }
}

#[tokio::test]
async fn a_recovered_password_makes_no_profile() {
    let store = chat().await;
    post_confirmation::handle(&store, event(FORGOT_PASSWORD)).await.unwrap();
    assert_eq!(profiles::me(&store, ann()).await.unwrap().name, "Unknown");
}

#[tokio::test]
async fn whoever_has_no_name_gets_a_profile_all_the_same() {
    let store = chat().await;
    let mut nameless = event(SIGN_UP);
    let attributes = nameless["request"]["userAttributes"].as_object_mut().unwrap();
    attributes.retain(|name, _| !name.ends_with("_name"));
    attributes.insert("picture".into(), "javascript:alert(1)".into());
    post_confirmation::handle(&store, nameless).await.unwrap();
    let profile = profiles::me(&store, ann()).await.unwrap();
    assert_eq!((profile.name.as_str(), profile.avatar_url), ("Unknown", None));
}

#[tokio::test]
async fn a_failure_is_told_and_never_swallowed() {
    let failure = post_confirmation::handle(&chat().await, json!({})).await.unwrap_err();
    assert_eq!(Diagnostic::from(failure).error_type, "InvalidInput");
}

#[tokio::test]
async fn the_details_of_a_failure_are_for_the_log() {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let failure = post_confirmation::handle(&over(&dynamodb), event(SIGN_UP)).await;
    let failure = Diagnostic::from(failure.unwrap_err());
    assert_eq!(failure.error_type, "Internal");
    assert!(!failure.error_message.contains("table"), "{}", failure.error_message);
}

async fn chat() -> Store {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let mut table = infra::template().to_json()["Resources"]["ChatTable"]["Properties"].clone();
    // What depends on the stage does not matter here.
    table.as_object_mut().unwrap().retain(|_, property| !property.to_string().contains("Fn::"));
    dynamodb.create_table_if_absent("chat", &table).await.unwrap();
    over(&dynamodb)
}

fn over(dynamodb: &DynamoDb) -> Store {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    Store::new(dynamodb.client(), "chat".into(), Bucket::new("", "us-east-1", None, credentials))
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn ann() -> UserId {
    "00000000-0000-4000-8000-0000000000aa".parse().unwrap()
}
