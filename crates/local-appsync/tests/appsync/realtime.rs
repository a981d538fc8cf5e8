//! The realtime protocol, frame by frame: connecting, malformed frames, limits and ends of connections.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::{self, Message};

use super::support::{Client, Fixture, fixture, signature};

const SCHEMA: &str = "
    type Query { a: String }
    type Mutation { say(text: String): Said @aws_api_key @aws_iam @aws_cognito_user_pools }
    type Said @aws_api_key @aws_iam @aws_cognito_user_pools { text: String }
    type Subscription { onSay: Said @aws_subscribe(mutations: [\"say\"]) @aws_api_key @aws_iam @aws_cognito_user_pools }
";

const ON_SAY: &str = "subscription { onSay { text } }";

fn api() -> Fixture {
    fixture(SCHEMA).resolve("Mutation.say", |context| Ok(json!({"text": context.arguments["text"]})))
}

fn error(id: Option<&str>, error_type: &str, message: &str) -> Value {
    let payload = json!({"errors": [{"errorType": error_type, "message": message}]});
    match id {
        Some(id) => json!({"id": id, "type": "error", "payload": payload}),
        None => json!({"type": "error", "payload": payload}),
    }
}

#[tokio::test]
async fn headers_may_come_in_the_query_in_a_subprotocol_or_as_headers_on_either_path() {
    use base64::Engine;
    let address = api().build().listen().await;
    let headers = json!({"Authorization": "alice", "host": address}).to_string();
    let standard = base64::engine::general_purpose::STANDARD.encode(&headers);
    let encoded = standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&headers);
    for path in ["/graphql/realtime", "/graphql"] {
        for (query, protocols, authorization) in [
            (format!("?header={standard}&payload=e30="), "graphql-ws".to_owned(), None),
            (format!("?header={encoded}&payload=e30%3D"), "graphql-ws".to_owned(), None),
            (String::new(), format!("graphql-ws, header-{url_safe}"), None),
            (String::new(), "graphql-ws".to_owned(), Some("alice")),
        ] {
            let mut request = format!("ws://{address}{path}{query}").into_client_request().unwrap();
            request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
            if let Some(token) = authorization {
                request.headers_mut().insert("authorization", token.parse().unwrap());
            }
            let (socket, response) = connect_async(request).await.unwrap();
            assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-ws");
            let mut client = Client(socket);
            client.send(json!({"type": "connection_init"})).await;
            let ack = json!({"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}});
            assert_eq!(client.next().await, ack, "{path}{query} {protocols}");
            assert_eq!(client.next().await, json!({"type": "ka"}));
        }
    }
}

#[tokio::test]
async fn every_mode_of_authorization_can_connect_and_subscribe() {
    let api = api().build();
    let address = api.listen().await;
    let request = json!({"query": ON_SAY}).to_string();
    for (connect, start) in [
        (json!({"x-api-key": "da2-key"}), json!({"x-api-key": "da2-key", "x-amz-date": "now"})),
        (json!({"Authorization": "Bearer alice"}), json!({"authorization": "alice"})),
        (
            json!({"Authorization": signature("/graphql/connect", "{}")}),
            json!({"Authorization": signature("/graphql", &request)}),
        ),
    ] {
        let mut client = Client::open(address, &connect).await;
        client.send(json!({"type": "connection_init"})).await;
        assert_eq!(client.next().await["type"], "connection_ack");
        assert_eq!(client.next().await["type"], "ka");
        let payload = json!({"data": request, "extensions": {"authorization": start}});
        client.send(json!({"id": "1", "type": "start", "payload": payload})).await;
        assert_eq!(client.next().await, json!({"id": "1", "type": "start_ack"}), "{connect}");
        api.query("mutation { say(text: \"hi\") { text } }").await;
        assert_eq!(client.event("1").await, json!({"data": {"onSay": {"text": "hi"}}}));
    }
}

#[tokio::test]
async fn a_stranger_gets_a_connection_error_and_is_closed() {
    let address = api().build().listen().await;
    for headers in [json!({"Authorization": "mallory"}), json!({"x-api-key": "da2-no"})] {
        let mut client = Client::open(address, &headers).await;
        client.send(json!({"type": "connection_init"})).await;
        let frame = client.next().await;
        assert_eq!(frame["type"], "connection_error");
        assert_eq!(frame["payload"]["errors"][0]["errorType"], "UnauthorizedException");
        assert_eq!(frame["payload"]["errors"][0]["errorCode"], 401);
        assert_eq!(client.closed().await.code, CloseCode::Policy);
    }
}

#[tokio::test]
async fn a_client_that_does_not_speak_graphql_ws_is_not_upgraded() {
    let address = api().build().listen().await;
    let request = format!("ws://{address}/graphql/realtime").into_client_request().unwrap();
    match connect_async(request).await {
        Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 400),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_subscription_may_start_before_the_connection_is_acknowledged() {
    let api = api().build();
    let headers = json!({"Authorization": "alice", "host": "localhost"});
    let mut client = Client::open(api.listen().await, &headers).await;
    client.subscribe("1", ON_SAY, json!({})).await;
    api.query("mutation { say(text: \"hi\") { text } }").await;
    assert_eq!(client.event("1").await, json!({"data": {"onSay": {"text": "hi"}}}));
}

#[tokio::test]
async fn each_subscription_of_a_connection_has_an_authorization_of_its_own() {
    let api = api().build();
    let mut client = api.client().await;
    let request = json!({"query": ON_SAY}).to_string();
    let modes = [
        json!({"Authorization": "alice"}),
        json!({"x-api-key": "da2-key"}),
        json!({"Authorization": signature("/graphql", &request)}),
    ];
    for (id, authorization) in modes.iter().enumerate() {
        let payload = json!({"data": request, "extensions": {"authorization": authorization}});
        client.send(json!({"id": id.to_string(), "type": "start", "payload": payload})).await;
        assert_eq!(client.answer().await, json!({"id": id.to_string(), "type": "start_ack"}));
    }
    api.query("mutation { say(text: \"hi\") { text } }").await;
    let mut ids = Vec::new();
    for _ in &modes {
        let frame = client.answer().await;
        assert_eq!(frame["payload"], json!({"data": {"onSay": {"text": "hi"}}}));
        ids.push(frame["id"].as_str().unwrap().to_owned());
    }
    ids.sort();
    assert_eq!(ids, ["0", "1", "2"]);
}

#[tokio::test]
async fn headers_of_sixteen_kilobytes_are_read() {
    let address = api().build().listen().await;
    let headers = json!({"Authorization": "alice", "host": "localhost", "x-long": "x".repeat(16 * 1024)});
    let mut client = Client::open(address, &headers).await;
    client.send(json!({"type": "connection_init"})).await;
    assert_eq!(client.next().await["type"], "connection_ack");
}

#[tokio::test]
async fn frames_that_make_no_sense_get_an_error_and_harm_nobody() {
    let api = api().build();
    let address = api.listen().await;
    let mut client = Client::connect(address, "alice").await;
    let mut other = Client::connect(address, "bob").await;
    other.subscribe("1", ON_SAY, json!({})).await;
    client.subscribe("1", ON_SAY, json!({})).await;
    for text in [
        "",
        "garbage",
        "[]",
        "5",
        "null",
        "{}",
        r#"{"type":5}"#,
        r#"{"id":5,"type":"start"}"#,
        r#"{"id":{},"type":"stop"}"#,
        r#"["stop","1",null]"#,
        "{\"type\":\"start\"",
        &"[".repeat(10_000),
    ] {
        client.0.send(Message::text(text)).await.unwrap();
        let frame = client.next().await;
        assert_eq!(frame["payload"]["errors"][0]["errorType"], "BadRequestException", "{text}: {frame}");
    }
    for (frame, answer) in [
        (json!({"type": "start"}), error(None, "BadRequestException", "A start frame needs an id.")),
        (json!({"type": "stop"}), error(None, "BadRequestException", "A stop frame needs an id.")),
        (
            json!({"type": "subscribe", "id": "7"}),
            error(None, "UnsupportedOperation", "unknown not supported through the realtime channel"),
        ),
        (
            json!({"type": "ping"}),
            error(None, "UnsupportedOperation", "unknown not supported through the realtime channel"),
        ),
        (
            json!({"type": "stop", "id": "7"}),
            error(
                Some("7"),
                "UnknownOperationError",
                "There is no subscription with this id on the connection.",
            ),
        ),
    ] {
        client.send(frame).await;
        assert_eq!(client.next().await, answer);
    }
    client.0.send(Message::binary(vec![0, 159, 146, 150])).await.unwrap();
    assert_eq!(client.next().await["payload"]["errors"][0]["errorType"], "UnsupportedOperation");
    client.0.send(Message::Ping("are you there".into())).await.unwrap();
    assert_eq!(client.0.next().await.unwrap().unwrap(), Message::Pong("are you there".into()));

    api.query("mutation { say(text: \"hi\") { text } }").await;
    assert_eq!(client.event("1").await["data"]["onSay"]["text"], "hi");
    assert_eq!(other.event("1").await["data"]["onSay"]["text"], "hi");
}

#[tokio::test]
async fn frames_may_have_members_that_nobody_knows_and_come_in_parts() {
    let api = api().build();
    let mut client = api.client().await;
    let data = json!({"query": ON_SAY, "variables": null, "operationName": null, "more": 1}).to_string();
    let authorization = json!({"Authorization": "alice", "X-Number": 5, "X-Null": null});
    let extensions = json!({"authorization": authorization, "more": [1]});
    let payload = json!({"data": data, "extensions": extensions, "more": {}});
    let start = json!({"id": "1", "type": "start", "payload": payload, "more": null}).to_string();
    let (head, tail) = start.split_at(start.len() / 2);
    for (part, code, is_last) in [(head, Data::Text, false), (tail, Data::Continue, true)] {
        let frame = Frame::message(part.to_owned(), OpCode::Data(code), is_last);
        client.0.send(Message::Frame(frame)).await.unwrap();
    }
    assert_eq!(client.next().await, json!({"id": "1", "type": "start_ack"}));
    api.query("mutation { say(text: \"hi\") { text } }").await;
    client.event("1").await;
}

#[tokio::test]
async fn whoever_introduces_themselves_twice_is_acknowledged_twice_and_keeps_their_subscriptions() {
    let api = api().build();
    let mut client = api.client().await;
    client.subscribe("1", ON_SAY, json!({})).await;
    client.send(json!({"type": "connection_init", "payload": {}})).await;
    assert_eq!(client.next().await["type"], "connection_ack");
    assert_eq!(client.next().await, json!({"type": "ka"}));
    api.query("mutation { say(text: \"hi\") { text } }").await;
    client.event("1").await;
}

#[tokio::test]
async fn what_is_no_frame_of_text_ends_the_connection_and_is_told_why() {
    let address = api().build().listen().await;
    let compressed = || {
        let mut frame = Frame::message("{}", OpCode::Data(Data::Text), true);
        frame.header_mut().rsv1 = true;
        frame
    };
    let not_utf8 = || Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    let continued = || Frame::message("{}", OpCode::Data(Data::Continue), true);
    for (frame, code) in [
        (compressed(), CloseCode::Protocol),
        (continued(), CloseCode::Protocol),
        (not_utf8(), CloseCode::Invalid),
    ] {
        let mut client = Client::connect(address, "alice").await;
        client.0.send(Message::Frame(frame)).await.unwrap();
        assert_eq!(client.closed().await.code, code);
    }
}

#[tokio::test]
async fn a_client_that_says_goodbye_hears_its_own_code_and_then_the_end() {
    let mut client = api().build().client().await;
    let goodbye = CloseFrame { code: CloseCode::Normal, reason: "bye".into() };
    client.0.send(Message::Close(Some(goodbye))).await.unwrap();
    assert_eq!(client.closed().await.code, CloseCode::Normal);
    assert!(client.0.next().await.is_none());
}

#[tokio::test]
async fn compression_is_not_agreed_on() {
    let address = api().build().listen().await;
    let mut request = format!("ws://{address}/graphql/realtime").into_client_request().unwrap();
    for (name, value) in [
        ("sec-websocket-protocol", "graphql-ws"),
        ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits"),
        ("x-api-key", "da2-key"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let (_, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers().get("sec-websocket-extensions"), None);
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_its_connection_alone() {
    let api = api().build();
    let address = api.listen().await;
    let mut client = Client::connect(address, "alice").await;
    let mut other = Client::connect(address, "bob").await;
    other.subscribe("1", ON_SAY, json!({})).await;
    // The server may be gone before all of it is sent.
    _ = client.0.send(Message::text("x".repeat(300 * 1024))).await;
    while let Some(Ok(message)) = client.0.next().await {
        assert!(matches!(message, Message::Close(_)), "{message:?}");
    }
    api.query("mutation { say(text: \"hi\") { text } }").await;
    assert_eq!(other.event("1").await["data"]["onSay"]["text"], "hi");
}

#[tokio::test]
async fn a_start_that_cannot_be_served_gets_an_error_with_its_id() {
    let mut client = api().build().client().await;
    let data = |query: &str| json!({"query": query}).to_string();
    let start =
        |data: String| json!({"data": data, "extensions": {"authorization": {"Authorization": "alice"}}});
    for (payload, error_type, message) in [
        (Value::Null, Some("BadRequestException"), "A start frame's payload must be"),
        (json!("x"), Some("BadRequestException"), "A start frame's payload must be"),
        (json!({"data": {"query": ON_SAY}}), Some("BadRequestException"), "A start frame's payload must be"),
        (
            json!([data(ON_SAY), {"authorization": {"Authorization": "alice"}}]),
            Some("BadRequestException"),
            "A start frame's payload must be",
        ),
        (
            json!({"data": data(ON_SAY), "extensions": [{"Authorization": "alice"}]}),
            Some("BadRequestException"),
            "A start frame's payload must be",
        ),
        (
            start(json!([ON_SAY]).to_string()),
            Some("BadRequestException"),
            "payload.data must be a GraphQL request",
        ),
        (json!({"data": data(ON_SAY)}), Some("UnauthorizedException"), "Permission denied"),
        (
            json!({"data": data(ON_SAY), "extensions": {"authorization": {"Authorization": "mallory"}}}),
            Some("UnauthorizedException"),
            "Permission denied",
        ),
        (start("not json".to_owned()), Some("BadRequestException"), "payload.data must be a GraphQL request"),
        (
            start(data("subscription {")),
            Some("MalformedHttpRequestException"),
            "Unable to parse GraphQL query.",
        ),
        (
            start(data("subscription { nope }")),
            None,
            "Validation error of type FieldUndefined: Field 'nope' in type 'Subscription' is undefined @ 'nope'",
        ),
        (
            start(data("query { a }")),
            Some("UnsupportedOperation"),
            "query not supported through the realtime channel",
        ),
        (
            start(data("mutation { say { text } }")),
            Some("UnsupportedOperation"),
            "mutation not supported through the realtime channel",
        ),
    ] {
        client.send(json!({"id": "1", "type": "start", "payload": payload})).await;
        let frame = client.next().await;
        assert_eq!((frame["type"].as_str(), frame["id"].as_str()), (Some("error"), Some("1")), "{frame}");
        let error = &frame["payload"]["errors"][0];
        assert_eq!(error["errorType"].as_str(), error_type, "{frame}");
        assert!(error["message"].as_str().unwrap().starts_with(message), "{frame}");
    }
    client.subscribe("1", ON_SAY, json!({})).await;
}

#[tokio::test]
async fn an_id_counts_once_on_a_connection_and_again_when_it_is_stopped() {
    let mut client = api().build().client().await;
    client.subscribe("1", ON_SAY, json!({})).await;
    let frame = client.start("1", ON_SAY, json!({})).await;
    assert_eq!(frame, error(Some("1"), "DuplicatedOperationError", "Duplicated operation with id 1"));
    client.send(json!({"id": "1", "type": "stop"})).await;
    assert_eq!(client.next().await, json!({"id": "1", "type": "complete"}));
    client.subscribe("1", ON_SAY, json!({})).await;
}

#[tokio::test]
async fn an_id_may_be_any_text() {
    let api = api().build();
    let mut client = api.client().await;
    let id = "\"},{\u{0} ☃";
    client.subscribe(id, ON_SAY, json!({})).await;
    api.query("mutation { say(text: \"hi\") { text } }").await;
    client.event(id).await;
}

#[tokio::test]
async fn a_connection_holds_two_hundred_subscriptions() {
    let mut client = api().build().client().await;
    for id in 0..200 {
        client.subscribe(&id.to_string(), ON_SAY, json!({})).await;
    }
    let frame = client.start("one more", ON_SAY, json!({})).await;
    assert_eq!(frame["payload"]["errors"][0]["errorType"], "MaxSubscriptionsReachedError");
}

#[tokio::test]
async fn closing_the_api_says_goodbye_to_everyone() {
    let api = api().build();
    let address = api.listen().await;
    let mut clients = [Client::connect(address, "alice").await, Client::connect(address, "bob").await];
    clients[0].subscribe("1", ON_SAY, json!({})).await;
    let closed = tokio::spawn({
        let api = api.clone();
        async move { api.0.close().await }
    });
    for client in &mut clients {
        assert_eq!(client.closed().await.code, CloseCode::Away);
    }
    closed.await.unwrap();
    let mut request = format!("ws://{address}/graphql/realtime").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
    assert!(connect_async(request).await.is_err());
}
