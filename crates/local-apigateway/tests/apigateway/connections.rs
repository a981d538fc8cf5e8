//! Connecting, being disconnected, and `@connections`.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request};
use local_apigateway::websocket::{AuthorizationType, Limits};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::backend::{failing, functions, shared};
use crate::websocket_api::fixture;

fn policy(effect: &str) -> Value {
    let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*/dev/$connect"});
    json!({"principalId": "ada", "policyDocument": {"Statement": [statement]}, "context": {"room": 1}})
}

#[tokio::test]
async fn connecting_and_disconnecting_are_events() {
    let functions = shared(functions().with("connect", |_| Ok(json!({"statusCode": 200}))));
    let served = fixture().route("$connect", "connect").route("$disconnect", "gone").serve(&functions).await;
    let (client, _) = served.try_connect("?room=1&room=2", &[("user-agent", "test/1")]).await.unwrap();
    let event = functions.next_event("connect").await;
    assert_eq!(event["queryStringParameters"], json!({"room": "2"}));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"room": ["1", "2"]}));
    assert_eq!(event["headers"]["Sec-WebSocket-Version"], "13");
    assert_eq!(event["isBase64Encoded"], false);
    let context = &event["requestContext"];
    for (name, value) in [
        ("routeKey", "$connect"),
        ("eventType", "CONNECT"),
        ("messageDirection", "IN"),
        ("stage", "dev"),
        ("domainName", "w1.execute-api.us-east-1.amazonaws.com"),
        ("apiId", "w1"),
    ] {
        assert_eq!(context[name], value, "{name}");
    }
    assert_eq!(context["identity"], json!({"userAgent": "test/1", "sourceIp": "127.0.0.1"}));
    assert_eq!(context["connectionId"].as_str().unwrap().len(), 16);
    assert!(context["connectedAt"].is_i64() && context.get("messageId").is_none());

    client.close(Some((4000, "bye"))).await;
    let event = functions.next_event("gone").await;
    let gone = &event["requestContext"];
    assert_eq!((&gone["routeKey"], &gone["eventType"]), (&json!("$disconnect"), &json!("DISCONNECT")));
    assert_eq!(gone["connectionId"], context["connectionId"]);
    assert_eq!((&gone["disconnectStatusCode"], &gone["disconnectReason"]), (&json!(4000), &json!("bye")));

    served.connect().await.close(None).await;
    let event = functions.next_event("gone").await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1005);
    assert_eq!(event["requestContext"]["disconnectReason"], "Client-side close frame status not set");
}

#[tokio::test]
async fn whoever_the_authorizer_does_not_let_in_is_refused_before_the_upgrade() {
    let functions = shared(functions().with("guard", |event| {
        assert_eq!(event["type"], "REQUEST");
        assert_eq!(event["methodArn"], "arn:aws:execute-api:us-east-1:123456789012:w1/dev/$connect");
        match event["queryStringParameters"]["token"].as_str().unwrap() {
            "good" => Ok(policy("Allow")),
            "bad" => Ok(policy("Deny")),
            "unknown" => Err(failing("Unauthorized")),
            _ => Err(failing("broken")),
        }
    }));
    let sources = ["route.request.querystring.token", "route.request.header.Origin"];
    let served = fixture().guarded(&sources).two_way("$default", "echo").serve(&functions).await;
    let origin = ("origin", "https://example.com");
    for (query, headers, status) in [
        ("?token=bad", [origin].as_slice(), 403),
        ("?token=unknown", &[origin], 401),
        ("?token=broken", &[origin], 500),
        ("?token=good", &[], 401),
        ("?token=", &[origin], 401),
        ("", &[origin], 401),
    ] {
        assert_eq!(served.try_connect(query, headers).await.err().unwrap().0, status, "{query}");
    }
    assert_eq!(functions.events_of("guard").len(), 3);
    assert_eq!(served.api.connections(), 0);
    let (mut client, _) = served.try_connect("?token=good", &[origin]).await.unwrap();
    client.send("hi").await;
    let context = functions.next_event("echo").await["requestContext"].clone();
    assert_eq!(
        (&context["authorizer"]["principalId"], &context["authorizer"]["room"]),
        (&json!("ada"), &json!("1"))
    );
}

#[tokio::test]
async fn the_connect_function_decides_as_well_and_chooses_the_subprotocol() {
    let functions =
        shared(functions().with("connect", |event| match event["queryStringParameters"]["as"].as_str() {
            Some("chat") => Ok(json!({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat"}})),
            Some("refused") => Ok(json!({"statusCode": 401, "body": "{\"message\":\"who?\"}"})),
            Some("odd") => Ok(json!("odd")),
            _ => Err(failing("no")),
        }));
    let served = fixture().route("$connect", "connect").serve(&functions).await;
    let offered = [("sec-websocket-protocol", "other, chat")];
    let (_client, headers) = served.try_connect("?as=chat", &offered).await.unwrap();
    assert_eq!(headers["sec-websocket-protocol"], "chat");
    assert_eq!(
        served.try_connect("?as=refused", &[]).await.err().unwrap(),
        (401, json!({"message": "who?"}))
    );
    for query in ["?as=odd", ""] {
        let (status, body) = served.try_connect(query, &[]).await.err().unwrap();
        assert_eq!((status, &body["message"]), (502, &json!("Internal server error")));
        assert!(body["connectionId"].is_string() && body["requestId"].is_string());
    }
    assert_eq!(reqwest::get(&served.http).await.unwrap().status(), 400);
}

#[tokio::test]
async fn the_backend_reaches_clients_by_their_connections() {
    let functions = shared(functions().with("connect", |_| Ok(json!({"statusCode": 200}))));
    let served = fixture().route("$connect", "connect").route("$disconnect", "gone").serve(&functions).await;
    let mut client = served.connect().await;
    let event = functions.next_event("connect").await;
    let id = event["requestContext"]["connectionId"].as_str().unwrap();

    assert_eq!(served.manage(Method::POST, id, "hello").await.status(), 200);
    assert_eq!(client.receive().await, "hello");
    assert_eq!(served.manage(Method::POST, id, vec![0xff, 0]).await.status(), 200);
    assert_eq!(client.receive().await, "binary b\"\\xff\\0\"");
    let most = vec![b'x'; 128 * 1024];
    assert_eq!(served.manage(Method::POST, id, most.clone()).await.status(), 200);
    assert_eq!(client.receive().await.len(), most.len());

    let response = served.manage(Method::POST, id, vec![b'x'; 128 * 1024 + 1]).await;
    assert_eq!(response.status(), 413);
    assert_eq!(response.headers()["x-amzn-errortype"], "PayloadTooLargeException");

    let about: Value = served.manage(Method::GET, id, "").await.json().await.unwrap();
    assert_eq!(about["identity"]["sourceIp"], "127.0.0.1");
    assert!(about["connectedAt"].as_str().unwrap().ends_with('Z') && about["lastActiveAt"].is_string());

    let attempt = functions.attempts.lock().unwrap().last().cloned().unwrap();
    assert_eq!(attempt.action, "execute-api:ManageConnections");
    let arn = format!("arn:aws:execute-api:us-east-1:123456789012:w1/dev/GET/@connections/{id}");
    assert_eq!(attempt.resource, arn);

    let unsigned = reqwest::Client::new().post(served.connection_url(id));
    assert_eq!(unsigned.body("x").send().await.unwrap().status(), 403);

    assert_eq!(served.manage(Method::DELETE, id, "").await.status(), 204);
    assert_eq!(client.closed().await, 1000);
    assert_eq!(functions.next_event("gone").await["requestContext"]["connectionId"], id);
    for method in [Method::POST, Method::GET, Method::DELETE] {
        let response = served.manage(method, id, "x").await;
        assert_eq!(
            (response.status().as_u16(), response.headers()["x-amzn-errortype"].to_str().unwrap()),
            (410, "GoneException")
        );
    }
    assert_eq!(served.api.connections(), 0);
}

#[tokio::test]
async fn connections_end_when_they_are_idle_too_old_or_the_server_stops() {
    for limits in [
        Limits { idle: Duration::from_millis(20), ..Limits::default() },
        Limits { life: Duration::from_millis(20), ..Limits::default() },
    ] {
        let functions = shared(functions());
        let served =
            fixture().route("$disconnect", "gone").with(|api| api.limits = limits).serve(&functions).await;
        assert_eq!(served.connect().await.closed().await, 1001);
        assert_eq!(functions.next_event("gone").await["requestContext"]["disconnectReason"], "Going away");
    }
    let functions = shared(functions());
    let served = fixture().route("$disconnect", "gone").serve(&functions).await;
    let mut client = served.connect().await;
    let closed = async {
        assert_eq!(client.closed().await, 1001);
        drop(client);
    };
    tokio::join!(served.api.close(), closed);
    // It was told before the API counted as closed.
    assert_eq!(functions.next_event("gone").await["requestContext"]["disconnectStatusCode"], 1001);
    assert_eq!(served.try_connect("", &[]).await.err().unwrap().0, 503);
}

#[tokio::test]
async fn what_was_sent_to_a_client_reaches_it_before_the_server_is_gone() {
    let functions = shared(functions().with("connect", |_| Ok(json!({"statusCode": 200}))));
    let limits = Limits { waiting_bytes: 64 * 1024 * 1024, ..Limits::default() };
    let served =
        fixture().route("$connect", "connect").with(|api| api.limits = limits).serve(&functions).await;
    let mut client = served.connect().await;
    let event = functions.next_event("connect").await;
    let id = event["requestContext"]["connectionId"].as_str().unwrap();
    // More than the system's buffers hold.
    let messages = 100;
    for number in 0..messages {
        let message = format!("{number} {}", "x".repeat(120 * 1024));
        assert_eq!(served.manage(Method::POST, id, message).await.status(), 200);
    }
    let heard = async {
        for number in 0..messages {
            assert_eq!(client.receive().await.split_once(' ').unwrap().0, number.to_string());
        }
        assert_eq!(client.closed().await, 1001);
        drop(client);
    };
    tokio::join!(served.api.close(), heard);
}

#[tokio::test]
async fn a_message_that_is_being_answered_when_the_server_stops_is_answered() {
    let functions = shared(functions().with("held", |_| Ok(json!({"statusCode": 200, "body": "done"}))));
    let served = fixture().two_way("slow", "held").serve(&functions).await;
    let mut client = served.connect().await;
    client.send_json(json!({"action": "slow"})).await;
    functions.next_event("held").await;
    let heard = async {
        functions.let_go.notify_one();
        assert_eq!(client.receive().await, "done");
        assert_eq!(client.closed().await, 1001);
        drop(client);
    };
    tokio::join!(served.api.close(), heard);
}

#[tokio::test]
async fn nobody_leaves_a_server_that_stops_before_all_messages_are_answered() {
    let functions = functions()
        .with("connect", |_| Ok(json!({"statusCode": 200})))
        .with("held", |_| Ok(json!({"statusCode": 200, "body": "done"})));
    let functions = shared(functions);
    let fixture = fixture().route("$connect", "connect").route("$disconnect", "gone").two_way("slow", "held");
    let served = fixture.serve(&functions).await;
    let (mut asker, mut other, mut early) =
        (served.connect().await, served.connect().await, served.connect().await);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let event = functions.next_event("connect").await;
        ids.push(event["requestContext"]["connectionId"].as_str().unwrap().to_owned());
    }
    for client in [&mut asker, &mut early] {
        client.send_json(json!({"action": "slow"})).await;
        functions.next_event("held").await;
    }
    // What it has said is for others, who hear it though it has left.
    early.close(None).await;
    functions.next_event("gone").await;
    let heard = async {
        assert_eq!(served.try_connect("", &[]).await.err().unwrap().0, 503, "it stops");
        other.send_json(json!({"action": "slow"})).await;
        for is_answered in [true, false] {
            for (client, id) in [&mut asker, &mut other].into_iter().zip(&ids) {
                // Without a network: the server waits for a second, no longer.
                let post = Request::post(served.connection_url(id)).header("authorization", "AWS4 good");
                let answer =
                    served.api.router().oneshot(post.body(Body::from("news")).unwrap()).await.unwrap();
                assert_eq!(answer.status(), 200);
                assert_eq!(client.receive().await, "news");
            }
            functions.let_go.notify_one();
            if is_answered {
                assert_eq!(asker.receive().await, "done");
            }
        }
        for mut client in [asker, other] {
            assert_eq!(client.closed().await, 1001);
        }
    };
    tokio::join!(served.api.close(), heard);
    assert_eq!(functions.events_of("held").len(), 2, "what was said after the stop is not taken");
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection() {
    let functions = shared(functions().with("connect", |_| Ok(json!({"statusCode": 200}))));
    let served = fixture().route("$connect", "connect").route("$disconnect", "gone").serve(&functions).await;
    let _client = served.connect().await;
    let event = functions.next_event("connect").await;
    let id = event["requestContext"]["connectionId"].as_str().unwrap();
    let mut statuses = Vec::new();
    // More than the system's buffers and the outbox hold.
    for _ in 0..1000 {
        let status = served.manage(Method::POST, id, vec![b'x'; 128 * 1024]).await.status().as_u16();
        statuses.push(status);
        if status != 200 {
            break;
        }
    }
    assert!([429, 410].contains(statuses.last().unwrap()), "{statuses:?}");
    assert_eq!(functions.next_event("gone").await["requestContext"]["disconnectStatusCode"], 1008);
}

#[tokio::test]
async fn no_more_connect_than_may() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let served = fixture().with(|api| api.limits = limits).serve(&shared(functions())).await;
    let _first = served.connect().await;
    assert_eq!(served.try_connect("", &[]).await.err().unwrap().0, 429);
}

#[tokio::test]
async fn a_mock_lets_everyone_in() {
    let mock = json!({"IntegrationType": "MOCK", "RequestTemplates": {"$default": "{\"statusCode\": 200}"}});
    let refusing =
        json!({"IntegrationType": "MOCK", "RequestTemplates": {"$default": "{\"statusCode\": 403}"}});
    let functions = shared(functions());
    assert!(
        fixture()
            .integrated("$connect", mock, json!({}))
            .serve(&functions)
            .await
            .try_connect("", &[])
            .await
            .is_ok()
    );
    let served = fixture().integrated("$connect", refusing, json!({})).serve(&functions).await;
    assert_eq!(served.try_connect("", &[]).await.err().unwrap().0, 403);
}

#[tokio::test]
async fn a_signature_opens_the_socket_for_whoever_may_invoke_it() {
    let functions = shared(functions());
    let guard = |api: &mut local_apigateway::websocket::Definition| {
        let route = api.routes.iter_mut().find(|route| route.route_key == "$connect").unwrap();
        route.authorization_type = AuthorizationType::AwsIam;
    };
    let served = fixture().two_way("$connect", "connect").with(guard).serve(&functions).await;
    for (authorization, message) in [
        (None, "Missing Authentication Token"),
        (Some("AWS4 bad"), "The request signature does not match."),
        (Some("AWS4 expired"), "The security token included in the request is expired"),
        (Some("AWS4 weak"), "User: ivy is not authorized"),
    ] {
        let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
        let refused = served.try_connect("", &headers).await.err().unwrap();
        assert_eq!(refused, (403, json!({"message": message})));
    }
    let attempts = functions.attempts.lock().unwrap();
    assert_eq!(attempts[0].action, "execute-api:Invoke");
    assert_eq!(attempts[0].resource, "arn:aws:execute-api:us-east-1:123456789012:w1/dev/$connect");
}
