//! A function judges tokens: what it is told, and what its answer does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use local_appsync::{AuthMode, Authorize, LambdaAuthorizer};
use serde_json::{Value, json};

use super::support::{Client, Fixture, Server, fixture};

/// Answers what the test says, and remembers what it was asked.
struct Function {
    answer: Result<Value, String>,
    events: Mutex<Vec<Value>>,
}

#[async_trait]
impl Authorize for Function {
    async fn authorize(&self, event: Value) -> Result<Value, String> {
        self.events.lock().unwrap().push(event);
        self.answer.clone()
    }
}

impl Function {
    fn answering(answer: Value) -> Arc<Function> {
        Arc::new(Function { answer: Ok(answer), events: Mutex::default() })
    }

    fn calls(&self) -> usize {
        self.events.lock().unwrap().len()
    }
}

const SCHEMA: &str = "
    type Query { who: AWSJSON @aws_lambda  room: Room @aws_lambda  pool: String }
    type Mutation { send: Room @aws_lambda }
    type Subscription { onSend: Room @aws_lambda @aws_subscribe(mutations: [\"send\"]) }
    type Room @aws_lambda { name: String  secret: String }
";

fn api(function: &Arc<Function>, ttl_s: u64) -> Fixture {
    let room = json!({ "name": "n", "secret": "s" });
    let mut api = fixture(SCHEMA)
        .resolve("Query.who", |context| Ok(context.identity))
        .value("Query.room", room.clone())
        .value("Query.pool", json!("yes"))
        .value("Mutation.send", room);
    api.0.additional_modes.push(AuthMode::Lambda);
    api.0.additional_modes.retain(|mode| *mode != AuthMode::UserPool);
    api.0.default_mode = AuthMode::ApiKey;
    api.0.lambda_authorizer = Some(LambdaAuthorizer {
        function: function.clone(),
        ttl: Duration::from_secs(ttl_s),
        identity_validation_expression: Some("custom-.*".to_owned()),
    });
    api
}

async fn ask(api: &Server, query: &str) -> (u16, Value) {
    let answer = api.post("custom-token", json!({ "query": query }).to_string()).await;
    (answer.status.as_u16(), answer.body)
}

#[tokio::test]
async fn it_is_told_the_request_and_its_context_reaches_resolvers() {
    let function =
        Function::answering(json!({ "isAuthorized": true, "resolverContext": { "tier": "gold", "n": 1 } }));
    let api = api(&function, 0).build();
    let body = json!({ "query": "query Q { who }", "variables": { "a": 1 }, "operationName": "Q" });
    let answer = api.post("custom-token", body.to_string()).await;
    let who: Value = serde_json::from_str(answer.body["data"]["who"].as_str().unwrap()).unwrap();
    assert_eq!(who, json!({ "resolverContext": { "tier": "gold", "n": 1 } }));

    let mut event = function.events.lock().unwrap()[0].take();
    assert_eq!(event["authorizationToken"], "custom-token");
    assert_eq!(event["requestHeaders"]["authorization"], "custom-token");
    assert!(event["requestContext"]["requestId"].take().is_string());
    assert_eq!(
        event["requestContext"],
        json!({ "apiId": "local", "accountId": "123456789012", "requestId": null,
            "queryString": "query Q { who }", "operationName": "Q", "variables": { "a": 1 } })
    );
}

#[tokio::test]
async fn fields_that_it_denies_are_null_by_name_and_by_arn() {
    let arn = "arn:aws:appsync:us-east-1:123456789012:apis/local/types/Query/fields/who";
    let function = Function::answering(json!({ "isAuthorized": true, "deniedFields": ["Room.secret", arn] }));
    let (status, body) = ask(&api(&function, 300).build(), "{ who room { name secret } }").await;
    assert_eq!(status, 200);
    assert_eq!(body["data"], json!({ "who": null, "room": { "name": "n", "secret": null } }));
    let messages: Vec<_> = body["errors"].as_array().unwrap().iter().map(|error| &error["message"]).collect();
    assert_eq!(
        messages,
        ["Not Authorized to access who on type Query", "Not Authorized to access secret on type Room"]
    );
}

#[tokio::test]
async fn only_a_clear_yes_lets_in() {
    let no = (401, "UnauthorizedException");
    let broken = (400, "BadRequestException");
    for (answer, expected) in [
        (Ok(json!({ "isAuthorized": false })), no),
        (Ok(json!({})), broken),
        (Ok(json!({ "isAuthorized": "true" })), broken),
        (Ok(json!({ "isAuthorized": true, "resolverContext": { "deep": {} } })), broken),
        (Ok(Value::Null), broken),
        (Err("it failed".to_owned()), broken),
    ] {
        let function = Arc::new(Function { answer: answer.clone(), events: Mutex::default() });
        let (status, body) = ask(&api(&function, 300).build(), "{ who }").await;
        let error_type = body["errors"][0]["errorType"].as_str().unwrap();
        assert_eq!((status, error_type), expected, "{answer:?}");
    }
}

#[tokio::test]
async fn a_token_that_the_expression_does_not_match_is_not_even_asked_for() {
    let function = Function::answering(json!({ "isAuthorized": true }));
    let api = api(&function, 300).build();
    for token in ["token", "a custom-token"] {
        assert_eq!(api.post(token, r#"{"query":"{ who }"}"#).await.status, 401);
    }
    assert_eq!(function.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_believed_as_long_as_it_says() {
    for (ttl_s, ttl_override, calls_at_once, calls_after_a_minute) in [
        (300, Value::Null, 1, 1),
        (30, Value::Null, 1, 2),
        (0, Value::Null, 2, 3),
        (300, json!(0), 2, 3),
        (0, json!(90), 1, 1),
    ] {
        let function = Function::answering(json!({ "isAuthorized": true, "ttlOverride": ttl_override }));
        let api = api(&function, ttl_s).build();
        ask(&api, "{ who }").await;
        ask(&api, "{ room { name } }").await;
        assert_eq!(function.calls(), calls_at_once, "{ttl_s} {ttl_override}");
        tokio::time::advance(Duration::from_secs(60)).await;
        ask(&api, "{ who }").await;
        assert_eq!(function.calls(), calls_after_a_minute, "{ttl_s} {ttl_override}");
    }
}

#[tokio::test]
async fn where_users_of_a_pool_call_too_their_tokens_are_not_for_the_function() {
    let function = Function::answering(json!({ "isAuthorized": true }));
    let mut api = api(&function, 0);
    api.0.additional_modes.push(AuthMode::UserPool);
    // Not a JWT: it is for the function, whatever it is.
    let api = api.build();
    assert_eq!(ask(&api, "{ room { name } }").await.1["data"]["room"]["name"], "n");
    assert_eq!(function.calls(), 1);
    let jwt = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJlbHNld2hlcmUifQ.c2ln";
    assert_eq!(api.post(jwt, r#"{"query":"{ who }"}"#).await.status, 401);
    assert_eq!(function.calls(), 1);
}

#[tokio::test]
async fn a_connection_and_its_events_are_as_the_function_says() {
    let function = Function::answering(json!({ "isAuthorized": true, "deniedFields": ["Room.secret"] }));
    let api = api(&function, 0).build();
    let address = api.listen().await;
    let mut client = Client::connect(address, "custom-token").await;
    client.start_as("custom-token", "1", "subscription { onSend { name secret } }", json!({})).await;
    assert_eq!(client.next().await["type"], "start_ack");
    let operations: Vec<_> = function
        .events
        .lock()
        .unwrap()
        .iter()
        .map(|event| {
            let context = &event["requestContext"];
            (context["operationName"].clone(), context["queryString"].clone())
        })
        .collect();
    assert_eq!(
        operations,
        [
            (json!("DeepDish:Connect"), json!("")),
            (Value::Null, json!("subscription { onSend { name secret } }"))
        ]
    );
    ask(&api, "mutation { send { name } }").await;
    let event = client.event("1").await;
    assert_eq!(event["data"]["onSend"], json!({ "name": "n", "secret": null }));
    assert_eq!(event["errors"][0]["message"], "Not Authorized to access secret on type Room");
}
