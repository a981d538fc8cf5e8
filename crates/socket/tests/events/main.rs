//! The door: API Gateway's WebSocket events in, policies and statuses out, and frames to whoever is connected.

#![allow(clippy::unwrap_used)]

mod gateway;

use chat::connections::{self, ConnectionId};
use chat::uploads::Bucket;
use chat::{PageRequest, Store, UserId, posts, profiles, tickets};
use gateway::Gateway;
use lambda_runtime::Diagnostic;
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};
use socket::{App, Callbacks};

const AUTHORIZE: &str = include_str!("../../events/authorize.json");
const CONNECT: &str = include_str!("../../events/connect.json");
const DISCONNECT: &str = include_str!("../../events/disconnect.json");
const SENDPOST: &str = include_str!("../../events/sendpost.json");
const UNKNOWN_ACTION: &str = include_str!("../../events/unknown_action.json");

/// The connection of the sample events.
const SAMPLE: &str = "L0SM9cOFvHcCIhw=";

#[tokio::test]
async fn a_ticket_lets_its_owner_in_once() {
    let (app, _gateway) = app().await;
    let mut event = event(AUTHORIZE);
    let ticket = tickets::create(&app.store, user(0xaa)).await.unwrap().ticket;
    event["queryStringParameters"]["ticket"] = json!(ticket.as_str());
    let policy = socket::handle(&app, event.clone()).await.unwrap();
    let statement = &policy["policyDocument"]["Statement"][0];
    assert_eq!((&statement["Effect"], &statement["Resource"]), (&json!("Allow"), &event["methodArn"]));
    assert_eq!(policy["context"]["userId"], user(0xaa).to_string());

    let again = socket::handle(&app, event).await.unwrap();
    assert_eq!(again["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert_eq!(again["context"], json!({}));
}

#[tokio::test]
async fn whoever_has_no_ticket_of_ours_is_kept_out() {
    let (app, _gateway) = app().await;
    for query in [json!({ "ticket": "0".repeat(64) }), json!({ "ticket": "" }), json!({}), Value::Null] {
        let mut event = event(AUTHORIZE);
        event["queryStringParameters"] = query.clone();
        let policy = socket::handle(&app, event).await.unwrap();
        assert_eq!(policy["policyDocument"]["Statement"][0]["Effect"], "Deny", "{query}");
    }
}

#[tokio::test]
async fn a_connection_is_known_until_it_ends() {
    let (app, _gateway) = app().await;
    assert_eq!(socket::handle(&app, event(CONNECT)).await.unwrap()["statusCode"], 200);
    assert_eq!(open(&app).await, [SAMPLE]);
    for _ in 0..2 {
        assert_eq!(socket::handle(&app, event(DISCONNECT)).await.unwrap()["statusCode"], 200);
        assert_eq!(open(&app).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_post_is_stored_and_reaches_everybody_else_who_is_connected() {
    let (app, gateway) = app().await;
    connect(&app, user(0xaa), &[SAMPLE, "phone"]).await;
    connect(&app, user(0xbb), &["bens"]).await;
    let answer = socket::handle(&app, event(SENDPOST)).await.unwrap();
    assert_eq!(answer, json!({ "statusCode": 200 }));

    let page = posts::list(&app.store, &PageRequest::default()).await.unwrap();
    let stored = json!(page.items[0]);
    assert_eq!((&stored["text"], &stored["clientId"]), (&json!("Hello"), &json!("first")));
    assert_eq!(stored["sender"]["name"], "Ann Example");
    assert_eq!(gateway.sent_to(SAMPLE), [json!({ "type": "sent", "post": stored })]);
    for other in ["phone", "bens"] {
        assert_eq!(gateway.sent_to(other), [json!({ "type": "post", "post": stored })], "{other}");
    }
}

#[tokio::test]
async fn the_sender_is_whose_ticket_it_was_whatever_the_frame_says() {
    let (app, gateway) = app().await;
    let mut event = event(SENDPOST);
    let ben = user(0xbb).to_string();
    event["body"] =
        json!({ "action": "sendpost", "text": "Hi", "sender": ben, "userId": ben }).to_string().into();
    socket::handle(&app, event).await.unwrap();
    assert_eq!(gateway.sent_to(SAMPLE)[0]["post"]["sender"]["name"], "Ann Example");
}

#[tokio::test]
async fn a_repeat_stores_nothing_and_is_answered_with_the_stored_post() {
    let (app, gateway) = app().await;
    socket::handle(&app, event(SENDPOST)).await.unwrap();
    socket::handle(&app, event(SENDPOST)).await.unwrap();
    let answers = gateway.sent_to(SAMPLE);
    assert_eq!((answers.len(), &answers[0]), (2, &answers[1]));
    assert_eq!(posts::list(&app.store, &PageRequest::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_connection_that_is_gone_is_forgotten_and_no_other() {
    let (app, gateway) = app().await;
    connect(&app, user(0xaa), &[SAMPLE]).await;
    connect(&app, user(0xbb), &["dead", "broken", "alive"]).await;
    gateway.answer("dead", 410);
    gateway.answer("broken", 403);
    socket::handle(&app, event(SENDPOST)).await.unwrap();
    assert_eq!(open(&app).await, [SAMPLE, "alive", "broken"]);
    assert_eq!(gateway.sent_to("alive").len(), 1);
}

#[tokio::test]
async fn a_sender_who_is_gone_is_forgotten_and_the_post_stays() {
    let (app, gateway) = app().await;
    connect(&app, user(0xaa), &[SAMPLE]).await;
    connect(&app, user(0xbb), &["bens"]).await;
    gateway.answer(SAMPLE, 410);
    socket::handle(&app, event(SENDPOST)).await.unwrap();
    assert_eq!(open(&app).await, ["bens"]);
    assert_eq!(gateway.sent_to("bens").len(), 1);
}

#[tokio::test]
async fn more_connections_than_are_served_at_once_all_hear_of_it() {
    let (app, gateway) = app().await;
    let many: Vec<String> = (0..200).map(|number| format!("connection{number}")).collect();
    connect(&app, user(0xbb), &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    socket::handle(&app, event(SENDPOST)).await.unwrap();
    assert!(many.iter().all(|id| gateway.sent_to(id).len() == 1));
}

#[tokio::test]
async fn a_frame_without_effect_is_answered_with_the_reason() {
    let (app, gateway) = app().await;
    let send = json!("sendpost");
    for (body, client_id) in [
        (json!({ "action": send, "text": "", "clientId": "c" }).to_string(), json!("c")),
        (json!({ "action": send, "text": "x".repeat(16 * 1024 + 1) }).to_string(), Value::Null),
        (json!({ "action": send, "clientId": "c" }).to_string(), json!("c")),
        (json!({ "action": send, "text": "x", "clientId": "" }).to_string(), Value::Null),
        ("meow".to_owned(), Value::Null),
    ] {
        let mut event = event(SENDPOST);
        event["body"] = body.clone().into();
        assert_eq!(socket::handle(&app, event).await.unwrap()["statusCode"], 200);
        let frame = gateway.sent_to(SAMPLE).pop().unwrap();
        assert_eq!((&frame["type"], &frame["error"]), (&json!("error"), &json!("InvalidInput")), "{body}");
        assert_eq!(frame["clientId"], client_id, "{body}");
    }
    assert_eq!(posts::list(&app.store, &PageRequest::default()).await.unwrap().items.len(), 0);
}

#[tokio::test]
async fn an_unknown_action_is_answered_with_the_known_ones() {
    let (app, gateway) = app().await;
    socket::handle(&app, event(UNKNOWN_ACTION)).await.unwrap();
    let frame = gateway.sent_to(SAMPLE).pop().unwrap();
    assert_eq!(frame["type"], "error");
    assert!(frame["message"].as_str().unwrap().contains("Actions: sendpost"), "{frame}");
}

#[tokio::test]
async fn what_no_authorizer_named_is_refused() {
    let (app, _gateway) = app().await;
    for sample in [CONNECT, DISCONNECT, SENDPOST, UNKNOWN_ACTION] {
        let mut event = event(sample);
        event["requestContext"].as_object_mut().unwrap().remove("authorizer");
        let failure = Diagnostic::from(socket::handle(&app, event).await.unwrap_err());
        assert_eq!(failure.error_type, "InvalidInput");
    }
    assert!(socket::handle(&app, json!({})).await.is_err());
    assert_eq!(open(&app).await, [""; 0]);
}

#[tokio::test]
async fn the_details_of_a_failure_are_for_the_log() {
    let (mut app, gateway) = app().await;
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    app.store = over(&dynamodb);
    let failure = Diagnostic::from(socket::handle(&app, event(CONNECT)).await.unwrap_err());
    assert_eq!(failure.error_type, "Internal");
    assert!(!failure.error_message.contains("table"), "{}", failure.error_message);
    socket::handle(&app, event(SENDPOST)).await.unwrap();
    let frame = gateway.sent_to(SAMPLE).pop().unwrap();
    assert_eq!(frame["error"], "Internal");
    assert!(!frame.to_string().contains("table"), "{frame}");
}

#[test]
fn every_route_of_the_template_is_known_here() {
    let template = infra::template().to_json();
    let resources = template["Resources"].as_object().unwrap().values();
    let mut routes: Vec<&str> = resources
        .filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Route")
        .map(|route| route["Properties"]["RouteKey"].as_str().unwrap())
        .collect();
    routes.sort();
    assert_eq!(routes, ["$connect", "$default", "$disconnect", "sendpost"]);
}

async fn app() -> (App, Gateway) {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let mut table = infra::template().to_json()["Resources"]["ChatTable"]["Properties"].clone();
    // What depends on the stage does not matter here.
    table.as_object_mut().unwrap().retain(|_, property| !property.to_string().contains("Fn::"));
    dynamodb.create_table_if_absent("chat", &table).await.unwrap();
    let store = over(&dynamodb);
    profiles::create(&store, user(0xaa), "Ann Example", None).await.unwrap();
    let gateway = Gateway::start().await;
    let environment = chat::Environment {
        aws_region: "us-east-1".into(),
        aws_access_key_id: "id".into(),
        aws_secret_access_key: "secret".into(),
        ..Default::default()
    };
    let callbacks = Callbacks::connect(&environment, &gateway.url);
    (App { store, callbacks: Some(callbacks) }, gateway)
}

fn over(dynamodb: &DynamoDb) -> Store {
    let credentials = aws_credential_types::Credentials::new("id", "secret", None, None, "test");
    Store::new(dynamodb.client(), "chat".into(), Bucket::new("", "us-east-1", None, credentials))
}

async fn connect(app: &App, user: UserId, ids: &[&str]) {
    for id in ids {
        connections::open(&app.store, user, &id.parse::<ConnectionId>().unwrap()).await.unwrap();
    }
}

async fn open(app: &App) -> Vec<String> {
    let mut ids: Vec<String> =
        connections::list(&app.store).await.unwrap().into_iter().map(|one| one.id.to_string()).collect();
    ids.sort();
    ids
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn user(number: u8) -> UserId {
    format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap()
}
