//! The door: API Gateway's events in, statuses, headers and JSON out.

#![allow(clippy::unwrap_used)]

use aws_credential_types::Credentials;
use chat::uploads::Bucket;
use chat::{Store, Text, UserId, posts, profiles, tickets};
use local_dynamodb::DynamoDb;
use rest::App;
use serde_json::{Value, json};

const LIST_POSTS: &str = include_str!("../events/list_posts.json");
const CREATE_TICKET: &str = include_str!("../events/create_ticket.json");
const PREFLIGHT: &str = include_str!("../events/preflight.json");
const WITHOUT_TOKEN: &str = include_str!("../events/list_posts_without_token.json");

#[tokio::test]
async fn the_feed_is_listed_page_by_page() {
    let app = app().await;
    for text in ["one", "two", "three"] {
        posts::write(&app.store, ann(), None, &Text::new(text.into()).unwrap()).await.unwrap();
    }
    let mut event = event(LIST_POSTS);
    event["queryStringParameters"] = json!({ "limit": "2" });
    let (status, first) = answer(&app, event.clone()).await;
    assert_eq!((status, first["items"].as_array().unwrap().len()), (200, 2));
    assert_eq!(first["items"][0]["sender"]["name"], "Ann Example");
    event["queryStringParameters"]["nextToken"] = first["nextToken"].clone();
    let (status, second) = answer(&app, event).await;
    assert_eq!((status, second["items"].as_array().unwrap().len()), (200, 1));
    assert_eq!(second["nextToken"], Value::Null);
}

#[tokio::test]
async fn a_ticket_comes_with_the_url_that_it_opens_and_is_the_callers() {
    let app = app().await;
    let (status, body) = answer(&app, event(CREATE_TICKET)).await;
    assert_eq!(status, 201);
    let ticket = body["ticket"].as_str().unwrap();
    assert_eq!(body["url"], format!("wss://socket.example/live?ticket={ticket}"));
    assert!(body["expiresAt"].as_str().unwrap().ends_with('Z'), "{body}");
    assert_eq!(tickets::redeem(&app.store, &ticket.parse().unwrap()).await.unwrap(), ann());
}

#[tokio::test]
async fn whoever_the_authorizer_did_not_name_is_nobody() {
    let app = app().await;
    let mut forged = event(WITHOUT_TOKEN);
    forged["queryStringParameters"] = json!({ "sub": ann().to_string() });
    forged["body"] = json!({ "claims": { "sub": ann().to_string() } }).to_string().into();
    for event in [event(WITHOUT_TOKEN), forged] {
        let (status, body) = answer(&app, event).await;
        assert_eq!((status, &body["error"]), (401, &json!("Unauthorized")));
    }
}

#[tokio::test]
async fn a_refusal_is_json_with_its_status() {
    let app = app().await;
    for (query, status, kind) in [
        (json!({ "limit": "0" }), 400, "InvalidInput"),
        (json!({ "limit": "many" }), 400, "InvalidInput"),
        (json!({ "nextToken": "x" }), 400, "InvalidInput"),
    ] {
        let mut event = event(LIST_POSTS);
        event["queryStringParameters"] = query.clone();
        let (found, body) = answer(&app, event).await;
        assert_eq!((found, body["error"].as_str()), (status, Some(kind)), "{query}");
        assert!(body["message"].as_str().unwrap().len() > 10, "it says what to do: {body}");
    }
    let mut nowhere = event(LIST_POSTS);
    nowhere["resource"] = json!("/nowhere");
    assert_eq!(answer(&app, nowhere).await.0, 404);
}

#[tokio::test]
async fn a_failure_is_told_without_its_cause() {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let (status, body) = answer(&over(&dynamodb), event(LIST_POSTS)).await;
    assert_eq!((status, &body["error"]), (500, &json!("Internal")));
    assert!(!body.to_string().contains("table"), "{body}");
    for garbage in [json!(null), json!({}), json!({ "httpMethod": "GET" })] {
        assert_eq!(rest::handle(&over(&dynamodb), garbage).await["statusCode"], 500);
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_may_read_the_answers_and_no_others() {
    let app = app().await;
    for sample in [LIST_POSTS, CREATE_TICKET, PREFLIGHT, WITHOUT_TOKEN] {
        for (origin, is_allowed) in
            [("http://localhost:5173", true), ("https://chat.example", true), ("https://evil.example", false)]
        {
            let mut event = event(sample);
            event["stageVariables"]["allowedOrigins"] = json!("http://localhost:5173,https://chat.example");
            event["headers"] = json!({ "ORIGIN": origin });
            let answer = rest::handle(&app, event).await;
            let allowed = answer["headers"].get("access-control-allow-origin");
            assert_eq!(allowed, is_allowed.then(|| json!(origin)).as_ref(), "{answer}");
            assert_eq!(answer["headers"]["vary"], "Origin");
        }
    }
    let preflight = rest::handle(&app, event(PREFLIGHT)).await;
    assert_eq!((&preflight["statusCode"], &preflight["body"]), (&json!(204), &json!("")));
    assert_eq!(preflight["headers"]["access-control-allow-methods"], "GET");
    assert_eq!(preflight["headers"]["access-control-allow-headers"], "authorization,content-type");
}

#[test]
fn every_method_of_the_template_is_known_here() {
    assert_eq!(methods("AWS_PROXY"), sorted(rest::ROUTES));
    assert_eq!(methods("AWS"), sorted(rest::MAPPED));
}

/// The methods of the template with this type of integration, but for `OPTIONS`.
fn methods(integration: &str) -> Vec<(String, String)> {
    let template = infra::template().to_json();
    let resources = &template["Resources"];
    let methods = resources
        .as_object()
        .unwrap()
        .values()
        .filter(|resource| resource["Type"] == "AWS::ApiGateway::Method");
    let methods = methods.map(|method| &method["Properties"]);
    let found: Vec<(String, String)> = methods
        .filter(|method| method["Integration"]["Type"] == integration && method["HttpMethod"] != "OPTIONS")
        .map(|method| {
            (method["HttpMethod"].as_str().unwrap().to_owned(), path(resources, &method["ResourceId"]))
        })
        .collect();
    sorted(&found)
}

/// Below the root, which is no resource of the template.
fn path(resources: &Value, resource: &Value) -> String {
    let Some(id) = resource["Ref"].as_str() else { return String::new() };
    let resource = &resources[id]["Properties"];
    format!("{}/{}", path(resources, &resource["ParentId"]), resource["PathPart"].as_str().unwrap())
}

fn sorted<M: ToString, P: ToString>(methods: &[(M, P)]) -> Vec<(String, String)> {
    let mut methods: Vec<_> =
        methods.iter().map(|(method, path)| (method.to_string(), path.to_string())).collect();
    methods.sort();
    methods
}

async fn app() -> App {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let mut table = infra::template().to_json()["Resources"]["ChatTable"]["Properties"].clone();
    // What depends on the stage does not matter here.
    table.as_object_mut().unwrap().retain(|_, property| !property.to_string().contains("Fn::"));
    dynamodb.create_table_if_absent("chat", &table).await.unwrap();
    let app = over(&dynamodb);
    profiles::create(&app.store, ann(), "Ann Example", None).await.unwrap();
    app
}

fn over(dynamodb: &DynamoDb) -> App {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    let bucket = Bucket::new("", "us-east-1", None, credentials);
    App {
        store: Store::new(dynamodb.client(), "chat".into(), bucket),
        websocket_url: "wss://socket.example/live".into(),
    }
}

async fn answer(app: &App, event: Value) -> (u64, Value) {
    let answer = rest::handle(app, event).await;
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body)
}

fn event(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn ann() -> UserId {
    "00000000-0000-4000-8000-0000000000aa".parse().unwrap()
}
