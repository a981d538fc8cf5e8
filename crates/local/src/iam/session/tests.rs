//! What runs under a role of the template, with a permission and without it.

use crate::stack::{ACCOUNT, REGION};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

use super::*;
use crate::functions::Function;
use crate::inside::Inside;

const BASE_URL: &str = "http://localhost:4000";

fn owner() -> Credentials {
    Credentials::new("AKIAOWNER", "the owner's secret", None, None, "test")
}

/// The template, of whose role some actions have been taken away.
fn without(role: &str, taken: &[&str]) -> Stack {
    let mut template = infra::template().to_json();
    let policies = &mut template["Resources"][role]["Properties"]["Policies"];
    for policy in policies.as_array_mut().unwrap() {
        for statement in policy["PolicyDocument"]["Statement"].as_array_mut().unwrap() {
            let actions = match statement["Action"].take() {
                Value::Array(actions) => actions,
                action => vec![action],
            };
            let stays = |action: &Value| !taken.iter().any(|taken| action == taken);
            let mut actions: Vec<Value> = actions.into_iter().filter(stays).collect();
            // A statement without an action would not be one.
            if actions.is_empty() {
                actions.push("sts:GetCallerIdentity".into());
            }
            statement["Action"] = actions.into();
        }
    }
    Stack::deploy(&template, &BTreeMap::new(), BASE_URL).unwrap()
}

async fn tables(stack: &Stack) -> DynamoDb {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    for (_, table) in stack.of_kind("AWS::DynamoDB::Table") {
        dynamodb.create_table_if_absent(&table.physical_id, &table.properties).await.unwrap();
    }
    dynamodb
}

fn session<'s>(stack: &Stack, sessions: &'s Sessions, function: &str) -> &'s (Arc<Session>, Credentials) {
    sessions.of_function(&stack.resources[function]).unwrap()
}

/// `PutItem` of one key into the chat's table, as a function asks for it.
async fn put(dynamodb: &DynamoDb, session: &Arc<Session>, pk: &str) -> (u16, Value) {
    let item = json!({ "pk": { "S": pk }, "sk": { "S": "1" } });
    let body = json!({ "TableName": "parlor-local-ChatTable", "Item": item });
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "DynamoDB_20120810.PutItem")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local")
        .header("x-amz-date", "20260101T000000Z")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = dynamodb.handle_for(request, &session.on_dynamodb()).await;
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_function_without_a_permission_is_refused_in_the_words_of_aws() {
    let stack = without("RestFunctionRole", &["dynamodb:PutItem"]);
    let (dynamodb, sessions) = (tables(&stack).await, Sessions::of_functions(&stack, &owner()).unwrap());
    let (rest, _) = session(&stack, &sessions, "RestFunction");
    let (resolvers, _) = session(&stack, &sessions, "ResolversFunction");
    let (status, answer) = put(&dynamodb, rest, "A").await;
    assert_eq!(status, 400);
    assert_eq!(
        answer,
        json!({
            "__type": "com.amazon.coral.service#AccessDeniedException",
            "Message": "User: arn:aws:sts::123456789012:assumed-role/parlor-local-RestFunctionRole/\
                parlor-local-RestFunction is not authorized to perform: dynamodb:PutItem on resource: \
                arn:aws:dynamodb:us-east-1:123456789012:table/parlor-local-ChatTable because no identity-based \
                policy allows the dynamodb:PutItem action",
        })
    );
    assert_eq!(put(&dynamodb, resolvers, "A").await, (200, json!({})), "the others keep theirs");
}

#[tokio::test]
async fn a_permission_on_some_partitions_is_none_on_others() {
    let stack = without("RestFunctionRole", &[]);
    let (dynamodb, sessions) = (tables(&stack).await, Sessions::of_functions(&stack, &owner()).unwrap());
    let (connect, _) = session(&stack, &sessions, "SocketConnectFunction");
    assert_eq!(put(&dynamodb, connect, "USER#1").await, (200, json!({})));
    let (status, answer) = put(&dynamodb, connect, "ROOM#1").await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer["__type"].as_str().unwrap().ends_with("#AccessDeniedException"), "{answer}");
}

#[tokio::test]
async fn a_function_fails_here_as_it_would_at_aws() {
    let event = include_str!("../../../../post-confirmation/events/confirm_sign_up.json");
    let event: Value = serde_json::from_str(event).unwrap();
    for (taken, works) in [(&[][..], true), (&["dynamodb:PutItem"], false)] {
        let stack = without("PostConfirmationRole", taken);
        let (dynamodb, sessions) = (tables(&stack).await, Sessions::of_functions(&stack, &owner()).unwrap());
        let functions =
            Function::deploy_all(&stack, &dynamodb, &sessions, BASE_URL, &Inside::default()).unwrap();
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:parlor-local-PostConfirmation");
        let answer = functions[&arn].invoke(event.clone()).await;
        assert_eq!(answer.is_ok(), works, "{answer:?}");
    }
}

#[test]
fn keys_are_each_functions_own_and_the_same_at_every_start() {
    let stack = without("RestFunctionRole", &[]);
    let [first, second] = [(); 2].map(|()| Sessions::of_functions(&stack, &owner()).unwrap());
    let functions = stack.of_kind("AWS::Lambda::Function").count();
    assert_eq!(first.0.len(), functions);
    assert!(first.0.keys().eq(second.0.keys()));
    for (id, (_, credentials)) in &first.0 {
        assert!(id.starts_with("ASIA") && id.len() == 20, "{id}");
        let key = second.key(id).unwrap();
        assert_eq!(key.secret_access_key, credentials.secret_access_key());
        assert_eq!(key.session_token.as_deref(), credentials.session_token());
    }
    let another = Credentials::new("AKIAOWNER", "another secret", None, None, "test");
    let others = Sessions::of_functions(&stack, &another).unwrap();
    assert!(others.0.keys().all(|id| first.key(id).is_none()), "whoever guesses needs the owner's secret");
}

#[test]
fn files_and_connections_are_those_of_the_functions_role() {
    let stack = without("RestFunctionRole", &[]);
    let sessions = Sessions::of_functions(&stack, &owner()).unwrap();
    let may = |function: &str, action: &str, resource: &str| {
        let (session, _) = session(&stack, &sessions, function);
        session.permits(action, resource, Circumstances::default(), SystemTime::now()).is_ok()
    };
    let bucket = &stack.resources["UploadsBucket"].physical_id;
    let file = |key: &str| format!("arn:aws:s3:::{bucket}/{key}");
    assert!(may("ResolversFunction", "s3:PutObject", &file("rooms/1/a")));
    assert!(!may("ResolversFunction", "s3:PutObject", &file("public/a")));
    assert!(!may("ResolversFunction", "s3:DeleteObject", &file("rooms/1/a")));
    assert!(!may("RestFunction", "s3:GetObject", &file("rooms/1/a")));
    let api = &stack.resources["SocketApi"].physical_id;
    let connection =
        |method: &str| format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/live/{method}/@connections/c");
    assert!(may("SocketSendpostFunction", "execute-api:ManageConnections", &connection("POST")));
    assert!(!may("SocketSendpostFunction", "execute-api:ManageConnections", &connection("DELETE")));
    assert!(!may("ResolversFunction", "execute-api:ManageConnections", &connection("POST")));
}

#[test]
fn a_function_without_a_role_that_is_there_fails_the_start() {
    let mut template = infra::template().to_json();
    let role = &mut template["Resources"]["RestFunction"]["Properties"]["Role"];
    *role = json!("arn:aws:iam::123456789012:role/elsewhere");
    let stack = Stack::deploy(&template, &BTreeMap::new(), BASE_URL).unwrap();
    let failed = Sessions::of_functions(&stack, &owner()).err().unwrap().to_string();
    assert!(failed.contains("function RestFunction") && failed.contains("role/elsewhere"), "{failed}");
}
