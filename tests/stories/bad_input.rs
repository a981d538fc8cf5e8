//! Whatever is thrown at the door, the answer is clear and everybody else is unharmed.

use serde_json::{Value, json};
use tests::{Key, Parlor, Person};
use tokio_tungstenite::tungstenite::Message;

const SEND: &str = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id seq } }";

#[tokio::test]
async fn operations_outside_the_schema_or_the_limits_are_explained() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let room = ann.create_room("PRIVATE").await;
    let content = |content: Value| json!({ "input": { "roomId": room, "content": content } });
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for (query, variables, error_type, in_message) in [
        // The schema refuses these.
        ("{ me { shoeSize } }", Value::Null, None, "shoeSize"),
        ("{ nobody { id } }", Value::Null, None, "nobody"),
        ("{ getRoom { id } }", Value::Null, None, "id"),
        (SEND, json!({ "input": { "roomId": room } }), None, "content"),
        (SEND, json!({ "input": { "roomId": room, "content": "hi" } }), None, "content"),
        (SEND, json!({ "input": { "roomId": room, "content": { "text": 7 } } }), None, "text"),
        (SEND, json!({ "input": { "roomId": room, "content": { "text": "x" }, "seq": 9 } }), None, "seq"),
        // The chat refuses these.
        (SEND, content(json!({})), Some("InvalidInput"), "empty"),
        (SEND, content(json!({ "text": "" })), Some("InvalidInput"), "empty"),
        (SEND, content(json!({ "text": " \n" })), Some("InvalidInput"), "empty"),
        (SEND, content(json!({ "text": "x".repeat(16 * 1024 + 1) })), Some("InvalidInput"), "16384"),
        (SEND, content(json!({ "attachmentIds": ["x"] })), Some("InvalidInput"), "id of a file"),
        (SEND, content(json!({ "attachmentIds": [nowhere] })), Some("InvalidInput"), "createUpload"),
        (
            SEND,
            json!({ "input": { "roomId": "no id", "content": { "text": "x" } } }),
            Some("InvalidInput"),
            "id of a room",
        ),
        (
            SEND,
            json!({ "input": { "roomId": nowhere, "content": { "text": "x" } } }),
            Some("NotFound"),
            "no such room",
        ),
        (
            SEND,
            json!({ "input": { "roomId": room, "clientId": "", "content": { "text": "x" } } }),
            Some("InvalidInput"),
            "clientId",
        ),
        ("{ listRooms(limit: 0) { nextToken } }", Value::Null, Some("InvalidInput"), "limit"),
        ("{ listRooms(limit: 101) { nextToken } }", Value::Null, Some("InvalidInput"), "limit"),
        ("{ listRooms(nextToken: \"x\") { nextToken } }", Value::Null, Some("InvalidInput"), "nextToken"),
        (
            "query($room: ID!) { syncMessages(roomId: $room, afterSeq: -1) { headSeq } }",
            json!({ "room": room }),
            Some("InvalidInput"),
            "afterSeq",
        ),
    ] {
        let answer = ann.answer(query, variables.clone()).await;
        let error = &answer["errors"][0];
        assert_eq!(error["errorType"].as_str(), error_type, "{query} {variables}: {answer}");
        let message = error["message"].as_str().unwrap_or_else(|| panic!("{query}: {answer}"));
        assert!(message.contains(in_message), "{query} {variables}: {message}");
        assert!(error["locations"].is_array(), "{answer}");
    }
    assert_eq!(ann.send(&room, &"x".repeat(16 * 1024)).await["seq"], 1, "16 KiB is not too long");
}

#[tokio::test]
async fn requests_that_are_no_graphql_are_refused_as_appsync_does() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let query = json!({ "query": format!("# {}\n{{ me {{ id }} }}", "x".repeat(1024 * 1024)) }).to_string();
    for (body, status) in [
        (String::new(), 400),
        ("meow".into(), 400),
        ("{}".into(), 400),
        ("{\"query\":\"{ me { id }\"}".into(), 400),
        ("[]".into(), 400),
        ("{\"query\":7}".into(), 400),
        ("\u{0}\u{1}".into(), 400),
        (query, 413),
        ("[".repeat(100_000), 400),
    ] {
        let start: String = body.chars().take(20).collect();
        let answer = ann.post(body).await;
        assert_eq!(answer.status(), status, "{start:?}");
        let body: Value = answer.json().await.expect("JSON");
        assert!(body["errors"][0]["errorType"].is_string(), "{start:?}: {body}");
    }
}

#[tokio::test]
async fn tokens_that_are_malformed_forged_or_missing_are_refused() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let config = parlor.config().await;
    let (signed, signature) = ann.access_token.rsplit_once('.').expect("a token has parts");
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let url = config["graphqlUrl"].as_str().expect("a URL");
    let headers: [(&str, Option<&str>); 7] = [
        ("authorization", None),
        ("authorization", Some("")),
        ("authorization", Some("meow")),
        ("authorization", Some("a.b.c")),
        ("authorization", Some(&forged)),
        // {"alg":"none"} . {"sub":"x"} .
        ("authorization", Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")),
        ("x-api-key", Some("da2-wrong")),
    ];
    for (name, value) in headers {
        let mut request = reqwest::Client::new().post(url).body("{\"query\":\"{ me { id } }\"}");
        if let Some(value) = value {
            request = request.header(name, value);
        }
        let answer = request.send().await.expect("the server answers");
        assert_eq!(answer.status(), 401, "{name}: {value:?}");
        assert_eq!(answer.headers()["x-amzn-errortype"], "UnauthorizedException");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["errorType"], "UnauthorizedException");
    }
}

#[tokio::test]
async fn garbage_on_one_socket_leaves_the_others_alone() {
    let parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let room = ann.create_room("PUBLIC").await;
    let mut screen = ann.go_live().await;
    screen.listen(&room).await;
    for garbage in [
        Message::text("meow"),
        Message::text("{}"),
        Message::text("[]"),
        Message::text("{\"type\":\"start\"}"),
        Message::text("{\"type\":\"start\",\"id\":\"1\",\"payload\":7}"),
        Message::text("{\"type\":\"dance\"}"),
        Message::binary(vec![0, 159, 146, 150]),
        Message::text("[".repeat(100_000)),
    ] {
        let mut vandal = ben.go_live().await;
        let shown = format!("{garbage:?}").chars().take(60).collect::<String>();
        vandal.say_raw(garbage).await;
        let complaint =
            vandal.hear(|frame| frame["type"] == "error" || frame["type"] == "connection_error").await;
        assert!(complaint["payload"]["errors"][0]["message"].is_string(), "{shown}: {complaint}");
    }
    let expected = ann.send(&room, "still here").await;
    assert_eq!(screen.message().await, expected);
}

#[tokio::test]
async fn an_alias_carries_no_message_into_another_room() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let room = ann.create_room("PRIVATE").await;
    let query = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { roomId: clientId seq } }";
    let input = json!({ "roomId": room, "clientId": "another room", "content": { "text": "x" } });
    assert_eq!(ann.refused(query, json!({ "input": input })).await, "InvalidInput");
    assert_eq!(ann.sync(&room, 0).await["headSeq"], 0);
}

#[tokio::test]
async fn pages_of_strangers_reach_neither_tables_nor_users_nor_the_outbox() {
    let parlor = Parlor::start().await;
    let http = reqwest::Client::new();
    let owner = Key::of_owner(&parlor);
    let ask = |service: &str, target: &str, body: &Value, origin: Option<&str>| {
        let request = owner.call(service, parlor.url(), target, body);
        origin.into_iter().fold(request, |request, origin| request.header("origin", origin)).send()
    };
    let pool = parlor.config().await["userPoolId"].clone();
    for (service, target, body) in [
        ("dynamodb", "DynamoDB_20120810.ListTables", json!({})),
        ("cognito-idp", "AWSCognitoIdentityProviderService.ListUsers", json!({ "UserPoolId": pool })),
    ] {
        assert_eq!(ask(service, target, &body, None).await.expect("an answer").status(), 200, "{target}");
        let stranger = ask(service, target, &body, Some("https://evil.example")).await.expect("an answer");
        assert_eq!(stranger.status(), 403, "{target}");
    }

    let outbox = format!("{}/_local/outbox", parlor.url());
    let rebound = http.get(&outbox).header("host", "evil.example").send().await.expect("an answer");
    assert_eq!(rebound.status(), 403, "somebody else's name for this machine");
    let read = http.get(&outbox).header("origin", "https://evil.example").send().await.expect("an answer");
    assert!(!read.headers().contains_key("access-control-allow-origin"), "a browser keeps it from the page");
}

#[tokio::test]
async fn cognito_explains_what_it_cannot_do() {
    let parlor = Parlor::start().await;
    let client = parlor.config().await["userPoolClientId"].clone();
    let short =
        json!({ "ClientId": client, "Username": "a@example.com", "Password": "short", "UserAttributes": [] });
    for (operation, body, error_type) in [
        ("SignUp", short, "InvalidPasswordException"),
        ("SignUp", json!({ "ClientId": client, "Username": "a@example.com" }), "InvalidParameterException"),
        (
            "SignUp",
            json!({ "ClientId": "nobody", "Username": "a", "Password": "b" }),
            "ResourceNotFoundException",
        ),
        ("ConfirmSignUp", json!([]), "SerializationException"),
        ("DanceTheTango", json!({}), "InvalidAction"),
    ] {
        let (status, answer) = tests::person::cognito(parlor.url(), operation, body).await;
        assert_eq!(status, 400, "{operation}: {answer}");
        let found = answer["__type"].as_str().unwrap_or_default();
        assert!(found.starts_with(error_type) || error_type == "InvalidAction", "{operation}: {answer}");
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_answer_is_named() {
    let parlor = Parlor::start().await;
    let http = reqwest::Client::new();
    for (method, path) in [("PATCH", "/"), ("DELETE", "/config.json"), ("PUT", "/_local/status")] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = http.request(method.clone(), format!("{}{path}", parlor.url())).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 405, "{method} {path}");
        assert!(answer.headers().contains_key("allow"), "{method} {path}");
        let told: Value = answer.json().await.expect("JSON");
        assert_eq!(told["message"], format!("{path} does not answer {method}."));
    }
    let preflight = http
        .request(reqwest::Method::OPTIONS, format!("{}/graphql", parlor.url()))
        .header("origin", "http://localhost:5173")
        .header("access-control-request-method", "POST")
        .send()
        .await;
    let preflight = preflight.expect("an answer");
    assert_eq!(preflight.status(), 200, "a browser may ask");
    assert!(preflight.headers().contains_key("access-control-allow-origin"));
}
