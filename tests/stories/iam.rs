//! Somebody signs requests with the credentials that the identity pool gives out.

use std::time::Duration;

use aws_credential_types::Credentials;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::{SinkExt, StreamExt};
use reqwest::{Client, Method, Response};
use serde_json::{Map, Value, json};
use tests::{Key, Parlor, Person};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Somebody with an identity in the identity pool.
struct Signer {
    identity: String,
    key: Key,
    config: Value,
}

impl Signer {
    /// Signs in for an id token and trades it in.
    async fn join(parlor: &Parlor, name: &str) -> Signer {
        let person = Person::join(parlor, name).await;
        let config = parlor.config().await;
        let provider =
            format!("localhost:{}/{}", parlor.port(), config["userPoolId"].as_str().unwrap_or_default());
        Signer::with(parlor, json!({ provider: person.id_token })).await
    }

    /// Somebody who has not signed in.
    async fn guest(parlor: &Parlor) -> Signer {
        Signer::with(parlor, json!({})).await
    }

    async fn with(parlor: &Parlor, logins: Value) -> Signer {
        let config = parlor.config().await;
        let ask = async |operation: &str, body: Value| -> Value {
            let target = format!("AWSCognitoIdentityService.{operation}");
            let request = Client::new().post(format!("{}/", parlor.url())).header("x-amz-target", target);
            let request = request.header("content-type", "application/x-amz-json-1.1").body(body.to_string());
            request.send().await.expect("Cognito answers").json().await.expect("JSON")
        };
        let pool = &config["identityPoolId"];
        let known = ask("GetId", json!({ "IdentityPoolId": pool, "Logins": logins })).await;
        let identity = known["IdentityId"].as_str().unwrap_or_else(|| panic!("{known}")).to_owned();
        let given =
            ask("GetCredentialsForIdentity", json!({ "IdentityId": identity, "Logins": logins })).await;
        let part = |name: &str| given["Credentials"][name].as_str().expect("credentials").to_owned();
        let credentials = Credentials::new(
            part("AccessKeyId"),
            part("SecretKey"),
            Some(part("SessionToken")),
            None,
            "test",
        );
        Signer { identity, key: Key::new(credentials), config }
    }

    async fn s3(&self, parlor: &Parlor, method: &str, path: &str) -> Response {
        let method: Method = method.parse().expect("a method");
        let request = self.key.request("s3", method, &format!("{}{path}", parlor.url()), "");
        request.send().await.expect("S3 answers")
    }

    async fn graphql(&self, query: &str) -> (u16, Value) {
        let url = self.config["graphqlUrl"].as_str().expect("a URL");
        let body = json!({ "query": query }).to_string();
        let request = self.key.request("appsync", Method::POST, url, &body).body(body);
        let answer = request.send().await.expect("AppSync answers");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }
}

#[tokio::test]
async fn files_are_open_as_the_roles_policies_say() {
    let parlor = Parlor::start().await;
    let ann = Signer::join(&parlor, "Ann").await;
    let ben = Signer::join(&parlor, "Ben").await;
    let bucket = ann.config["bucket"].as_str().expect("a bucket").to_owned();
    let (mine, theirs) = (ann.identity.replace(':', "%3A"), ben.identity.replace(':', "%3A"));
    for (method, path, status) in [
        ("PUT", format!("private/{mine}/a"), 200),
        ("GET", format!("private/{mine}/a"), 200),
        ("PUT", format!("protected/{mine}/a"), 200),
        ("PUT", "public/a".to_owned(), 200),
        ("DELETE", "public/a".to_owned(), 204),
        ("PUT", format!("private/{theirs}/a"), 403),
        ("GET", format!("private/{theirs}/a"), 403),
        ("PUT", format!("protected/{theirs}/a"), 403),
        ("PUT", "rooms/1/a".to_owned(), 403),
        ("GET", "?list-type=2&prefix=public%2F".to_owned(), 200),
        ("GET", format!("?list-type=2&prefix=private%2F{mine}%2F"), 200),
        ("GET", format!("?list-type=2&prefix=private%2F{theirs}%2F"), 403),
        ("GET", "?list-type=2".to_owned(), 403),
    ] {
        let answer = ann.s3(&parlor, method, &format!("/{bucket}/{path}")).await;
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text().await.unwrap_or_default());
    }
    assert_eq!(ben.s3(&parlor, "GET", &format!("/{bucket}/protected/{mine}/a")).await.status(), 200);
    let refused = ben.s3(&parlor, "GET", &format!("/{bucket}/private/{mine}/a")).await;
    let text = refused.text().await.expect("XML");
    assert!(text.contains("because no identity-based policy allows the s3:GetObject action"), "{text}");
}

#[tokio::test]
async fn a_guest_has_what_the_guests_role_has_where_guests_are_welcome() {
    let parlor = Parlor::start_with(&["--parameter", "GuestAccess=true"]).await;
    let (guest, ann) = (Signer::guest(&parlor).await, Signer::join(&parlor, "Ann").await);
    let bucket = ann.config["bucket"].as_str().expect("a bucket").to_owned();
    let (mine, anns) = (guest.identity.replace(':', "%3A"), ann.identity.replace(':', "%3A"));
    assert_eq!(ann.s3(&parlor, "PUT", &format!("/{bucket}/protected/{anns}/a")).await.status(), 200);
    for (method, path, status) in [
        ("PUT", "public/a".to_owned(), 200),
        ("GET", "public/a".to_owned(), 200),
        ("DELETE", "public/a".to_owned(), 403),
        ("GET", "?list-type=2&prefix=public%2F".to_owned(), 200),
        ("GET", format!("?list-type=2&prefix=protected%2F{mine}%2F"), 403),
        ("PUT", format!("protected/{mine}/a"), 403),
        ("PUT", format!("private/{mine}/a"), 403),
        ("GET", format!("protected/{anns}/a"), 403),
    ] {
        let answer = guest.s3(&parlor, method, &format!("/{bucket}/{path}")).await;
        assert_eq!(answer.status(), status, "{method} {path}: {}", answer.text().await.unwrap_or_default());
    }
    let (status, body) = guest.graphql("{ __typename listTodos { items { id } } }").await;
    assert_eq!((status, &body["data"]["__typename"]), (200, &json!("Query")), "{body}");
    assert_eq!(body["errors"][0]["message"], "Not Authorized to access listTodos on type Query");
}

#[tokio::test]
async fn only_whoever_may_manage_connections_reaches_them() {
    let parlor = Parlor::start().await;
    let ann = Signer::join(&parlor, "Ann").await;
    let socket = ann.config["webSocketUrl"].as_str().expect("a URL").replacen("ws", "http", 1);
    let url = format!("{socket}/@connections/nobody%3D");
    let manage = async |key: &Key, service: &str| -> (u16, String, Value) {
        let request = key.request(service, Method::POST, &url, "hi").body("hi");
        let answer = request.send().await.expect("API Gateway answers");
        let error = answer.headers()["x-amzn-errortype"].to_str().expect("text").to_owned();
        (answer.status().as_u16(), error, answer.json().await.expect("JSON"))
    };
    let (status, error, body) = manage(&ann.key, "execute-api").await;
    let message = body["message"].as_str().expect("a message");
    assert_eq!((status, error.as_str()), (403, "ForbiddenException"), "{message}");
    assert!(message.contains("is not authorized to perform: execute-api:ManageConnections on"), "{message}");
    assert!(message.contains("/POST/@connections/nobody"), "{message}");

    // The key in the data folder is the owner's; it gets as far as the connection that is not there.
    let owner = Key::of_owner(&parlor);
    let (status, error, _) = manage(&owner, "execute-api").await;
    assert_eq!((status, error.as_str()), (410, "GoneException"));
    let (status, error, _) = manage(&owner, "appsync").await;
    assert_eq!((status, error.as_str()), (403, "InvalidSignatureException"));
}

#[tokio::test]
async fn a_signed_graphql_request_is_verified_and_answered_as_far_as_the_role_and_the_schema_permit() {
    let parlor = Parlor::start().await;
    let mut ann = Signer::join(&parlor, "Ann").await;
    let (status, body) =
        ann.graphql(r#"mutation { createTodo(input: { name: "Signed" }) { id name } }"#).await;
    assert_eq!((status, &body["data"]["createTodo"]["name"]), (200, &json!("Signed")), "{body}");
    let (_, body) = ann.graphql("{ listTodos { items { name } } __typename }").await;
    assert_eq!(body["data"]["listTodos"]["items"], json!([{ "name": "Signed" }]), "{body}");
    // The chat is for tokens of the user pool.
    let (status, body) = ann.graphql("{ listRooms { items { id } } __typename }").await;
    assert_eq!((status, &body["data"]["__typename"]), (200, &json!("Query")), "{body}");
    assert_eq!(body["errors"][0]["message"], "Not Authorized to access listRooms on type Query");

    let refused = async |signer: &Signer| -> (u16, String) {
        let (status, body) = signer.graphql("{ __typename }").await;
        (status, body["errors"][0]["errorType"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned())
    };
    let key = ann.key.credentials.clone();
    let with = |id: &str, secret: &str| {
        let token = key.session_token().map(str::to_owned);
        Credentials::new(id, secret, token, None, "test")
    };
    ann.key.credentials = with(key.access_key_id(), "another secret");
    assert_eq!(refused(&ann).await, (403, "InvalidSignatureException".into()));
    ann.key.credentials = with("ASIAUNKNOWN", key.secret_access_key());
    assert_eq!(refused(&ann).await, (403, "UnrecognizedClientException".into()));
    ann.key.credentials = Credentials::new(key.access_key_id(), key.secret_access_key(), None, None, "test");
    assert_eq!(refused(&ann).await, (403, "UnrecognizedClientException".into()), "without its session token");
    ann.key.credentials = key;
    ann.key.at -= Duration::from_secs(600);
    let (_, body) = ann.graphql("{ __typename }").await;
    let message = body["errors"][0]["message"].as_str().expect("a message");
    assert!(message.starts_with("Signature expired: "), "{message}");
}

#[tokio::test]
async fn a_realtime_connection_is_opened_and_each_start_checked_by_signature() {
    let parlor = Parlor::start().await;
    let ann = Signer::join(&parlor, "Ann").await;
    let url = ann.config["graphqlUrl"].as_str().expect("a URL").to_owned();
    let header = |url: &str, body: &str| -> Map<String, Value> {
        let headers = ann.key.headers("appsync", "POST", url, body);
        headers.into_iter().map(|(name, value)| (name, Value::from(value))).collect()
    };
    let open = async |headers: &Map<String, Value>| {
        let realtime = ann.config["realtimeUrl"].as_str().expect("a URL");
        let mut request = realtime.into_client_request().expect("a request");
        let header = BASE64_URL_SAFE_NO_PAD.encode(Value::from(headers.clone()).to_string());
        let protocols = format!("graphql-ws, header-{header}").parse().expect("a header");
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        let (mut socket, _) = connect_async(request).await.expect("a WebSocket");
        socket.send(Message::text(r#"{"type":"connection_init"}"#)).await.expect("it listens");
        socket
    };
    let next = async |socket: &mut tokio_tungstenite::WebSocketStream<_>| -> Value {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("expected a frame, got {other:?}"),
        }
    };

    // The headers for a start do not open a connection: they are of another request.
    let data = json!({ "query": "subscription { onTodo { id } }" }).to_string();
    let mut refused = open(&header(&url, &data)).await;
    let problem = next(&mut refused).await["payload"]["errors"][0].take();
    assert_eq!(problem["errorType"], "InvalidSignatureException", "{problem}");
    assert_eq!(problem["errorCode"], 403);

    let mut socket = open(&header(&format!("{url}/connect"), "{}")).await;
    let opened = next(&mut socket).await;
    assert_eq!(opened["type"], "connection_ack", "{opened}");
    assert_eq!(next(&mut socket).await["type"], "ka");
    let rooms = json!({ "query": "subscription { onCreateRoom { id } }" }).to_string();
    for (id, data, signed, error) in [
        ("not signed", &data, "{}", json!("UnauthorizedException")),
        ("not permitted", &rooms, &rooms, json!("Unauthorized")),
        ("permitted", &data, &data, Value::Null),
    ] {
        let extensions = json!({ "authorization": header(&url, signed) });
        let payload = json!({ "data": data, "extensions": extensions });
        let start = json!({ "id": id, "type": "start", "payload": payload });
        socket.send(Message::text(start.to_string())).await.expect("it listens");
        let frame = next(&mut socket).await;
        assert_eq!(frame["payload"]["errors"][0]["errorType"], error, "{id}: {frame}");
    }
    ann.graphql(r#"mutation { createTodo(input: { name: "Heard" }) { id name } }"#).await;
    let heard = next(&mut socket).await;
    assert!(heard["payload"]["data"]["onTodo"]["id"].is_string(), "{heard}");
}

#[tokio::test]
async fn tables_and_users_are_open_to_whoever_the_policies_permit() {
    let parlor = Parlor::start().await;
    let (ann, owner) = (Signer::join(&parlor, "Ann").await, Key::of_owner(&parlor));
    let pool = json!({ "UserPoolId": ann.config["userPoolId"] });
    let refused = async |key: &Key, service: &str, target: &str, body: &Value| -> (u16, String, String) {
        let answer = key.call(service, parlor.url(), target, body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.expect("JSON");
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let kind = text("__type");
        // DynamoDB's refusals have a capital there.
        let message = text("message") + &text("Message");
        (status, kind.rsplit('#').next().unwrap_or_default().to_owned(), message)
    };
    let forged = |key: &Key| {
        let credentials = Credentials::new(key.credentials.access_key_id(), "another", None, None, "test");
        Key { credentials, ..key.clone() }
    };
    for (service, target, body) in [
        ("dynamodb", "DynamoDB_20120810.ListTables", json!({})),
        ("cognito-idp", "AWSCognitoIdentityProviderService.ListUsers", pool),
    ] {
        assert_eq!(refused(&owner, service, target, &body).await.0, 200, "{target}");
        let (status, error, _) = refused(&forged(&owner), service, target, &body).await;
        assert_eq!((status, error.as_str()), (400, "InvalidSignatureException"), "{target}");
        let stranger = Key::new(Credentials::new("AKIAUNKNOWN", "another", None, None, "test"));
        let (status, error, _) = refused(&stranger, service, target, &body).await;
        assert_eq!((status, error.as_str()), (400, "UnrecognizedClientException"), "{target}");
        let (status, error, message) = refused(&ann.key, service, target, &body).await;
        assert_eq!((status, error.as_str()), (400, "AccessDeniedException"), "{target}");
        assert!(message.contains("because no identity-based policy allows the"), "{message}");
    }
}
