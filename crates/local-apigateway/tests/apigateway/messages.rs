//! Messages: which route they take, what functions get, what clients hear.

use local_apigateway::Throttle;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::backend::{failing, functions, shared, uri};
use crate::websocket_api::fixture;

#[tokio::test]
async fn a_message_takes_the_route_that_it_names() {
    let functions = shared(functions());
    let served = fixture().route("send", "send").route("$default", "other").serve(&functions).await;
    let mut client = served.connect().await;
    client.send_json(json!({"action": "send", "text": "hi"})).await;
    let event = functions.next_event("send").await;
    assert_eq!(event["body"], r#"{"action":"send","text":"hi"}"#);
    assert_eq!(event["isBase64Encoded"], false);
    assert!(event.get("headers").is_none());
    let context = &event["requestContext"];
    assert_eq!((&context["routeKey"], &context["eventType"]), (&json!("send"), &json!("MESSAGE")));
    assert!(context["messageId"].is_string() && context["requestTimeEpoch"].is_i64());
    for message in ["not json", "{\"action\": \"absent\"}", "{}", "{\"action\": \"$disconnect\"}", "[1]"] {
        client.send(message).await;
        let event = functions.next_event("other").await;
        assert_eq!(
            (&event["body"], &event["requestContext"]["routeKey"]),
            (&json!(message), &json!("$default"))
        );
    }
}

#[tokio::test]
async fn a_binary_frame_ends_the_connection() {
    let functions = shared(functions());
    let served = fixture().route("$default", "f").route("$disconnect", "gone").serve(&functions).await;
    let mut client = served.connect().await;
    client.send(Message::Binary(Bytes::from_static(b"{}"))).await;
    assert_eq!(client.closed().await, 1003);
    assert_eq!(functions.next_event("gone").await["requestContext"]["disconnectStatusCode"], 1003);
}

#[tokio::test]
async fn answers_reach_the_client_where_the_route_has_a_response() {
    let functions = shared(functions().with("f", |event| {
        Ok(json!({"statusCode": 200, "body": format!("to {}", event["body"].as_str().unwrap())}))
    }));
    let served = fixture().two_way("ask", "f").route("tell", "f").serve(&functions).await;
    let mut client = served.connect().await;
    client.send_json(json!({"action": "tell"})).await;
    functions.next_event("f").await;
    client.send_json(json!({"action": "ask"})).await;
    assert_eq!(client.receive().await, r#"to {"action":"ask"}"#);
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_a_frame() {
    let functions = shared(functions().with("f", |_| Err(failing("a secret"))));
    let served = fixture().route("fail", "f").serve(&functions).await;
    let mut client = served.connect().await;
    for (action, message) in [("fail", "Internal server error"), ("absent", "Forbidden")] {
        client.send_json(json!({"action": action})).await;
        let frame = client.receive_json().await;
        assert_eq!(frame["message"], message);
        assert!(frame["connectionId"].is_string() && frame["requestId"].is_string());
    }
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_told_of() {
    let integration =
        json!({"IntegrationType": "AWS_PROXY", "IntegrationUri": uri("never"), "TimeoutInMillis": 20});
    let served = fixture().integrated("$default", integration, json!({})).serve(&shared(functions())).await;
    let mut client = served.connect().await;
    client.send("x").await;
    assert_eq!(client.receive_json().await["message"], "Endpoint request timed out");
}

#[tokio::test]
async fn mapping_templates_are_used_in_both_directions() {
    let functions = shared(functions().with("f", |event| Ok(json!({"was": event}))));
    let integration = json!({
        "IntegrationType": "AWS",
        "IntegrationUri": uri("f"),
        "TemplateSelectionExpression": "$request.body.kind",
        "RequestTemplates": {
            "short": "{\"text\": $input.json('$.text')}",
            "$default": "{\"id\": \"$context.routeKey\"}",
        },
        "IntegrationResponses": [{"IntegrationResponseKey": "$default",
            "ResponseTemplates": {"$default": "[$input.json('$.was')]"}}],
    });
    let route = json!({"RouteResponseSelectionExpression": "$default"});
    let served = fixture().integrated("say", integration, route).serve(&functions).await;
    let mut client = served.connect().await;
    client.send_json(json!({"action": "say", "kind": "short", "text": "hi"})).await;
    assert_eq!(client.receive_json().await, json!([{"text": "hi"}]));
    client.send_json(json!({"action": "say"})).await;
    assert_eq!(client.receive_json().await, json!([{"id": "say"}]));
}

#[tokio::test]
async fn frames_and_messages_beyond_the_limits_end_the_connection() {
    let functions = shared(functions());
    let served = fixture().route("$default", "f").route("$disconnect", "gone").serve(&functions).await;
    let mut client = served.connect().await;
    client.send("x".repeat(32 * 1024)).await;
    assert_eq!(functions.next_event("f").await["body"].as_str().unwrap().len(), 32 * 1024);
    client.send("x".repeat(32 * 1024 + 1)).await;
    assert_eq!(client.receive_json().await["message"], "Internal server error");
    assert_eq!(client.closed().await, 1009);
    assert_eq!(functions.next_event("gone").await["requestContext"]["disconnectStatusCode"], 1009);
}

#[tokio::test]
async fn more_than_the_stage_takes_is_told_in_a_frame() {
    let functions = shared(functions().with("f", |_| Ok(json!({"statusCode": 200}))));
    let throttle = Throttle { rate: 0.0, burst: 2 };
    let fixture = fixture().route("$default", "f").with(|api| api.stages[0].throttle = Some(throttle));
    let served = fixture.serve(&functions).await;
    let mut client = served.connect().await;
    client.send("one").await;
    functions.next_event("f").await;
    client.send("two").await;
    assert_eq!(client.receive_json().await["message"], "Too Many Requests");
    assert_eq!(served.try_connect("", &[]).await.err().unwrap().0, 429);
}
