//! A small API with resolvers that are closures, callers that are names, and clients for both protocols.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::serve::ListenerExt;
use futures::{SinkExt, StreamExt};
use http::{Request, StatusCode};
use local_appsync::{
    Api, AuthMode, Authenticator, Caller, Context, Credentials, Definition, Field, Limits, Permission,
    Raised, Refused, Resolved, Resolver,
};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, protocol::CloseFrame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tower::ServiceExt;

/// Alice, Bob (a member of `admins`), whoever holds the key, and who signs well but may not see `forbidden` fields.
pub(crate) struct Callers;

#[async_trait]
impl Authenticator for Callers {
    async fn authenticate(&self, credentials: &Credentials) -> Result<Caller, Refused> {
        let (mode, identity, groups) = match credentials {
            Credentials::ApiKey(key) if key == "da2-key" => (AuthMode::ApiKey, Value::Null, vec![]),
            Credentials::Token(token) => {
                let (name, expires_at_s) = match token.split_once('@') {
                    Some((name, at)) => (name, Some(at.parse().unwrap())),
                    None => (token.as_str(), None),
                };
                let groups = match name {
                    "alice" => vec![],
                    "bob" => vec!["admins".to_owned()],
                    _ => return Err(Refused::new("Unable to parse JWT token.")),
                };
                let identity = json!({"sub": name, "username": name, "groups": groups});
                return Ok(Caller {
                    mode: AuthMode::UserPool,
                    identity,
                    groups,
                    expires_at_s,
                    permission: None,
                });
            }
            Credentials::Signed(request) => {
                let signed =
                    format!("{} {} {}", request.method, request.path, String::from_utf8_lossy(&request.body));
                let signature = request.headers.iter().find(|(name, _)| name == "authorization").unwrap();
                if !signature.1.ends_with(&format!("Signature={}", signed.len())) {
                    return Err(Refused::forbidden("InvalidSignatureException", "The signature is wrong."));
                }
                (AuthMode::Iam, json!({"userArn": "arn:aws:iam::000000000000:user/ivy"}), vec![])
            }
            Credentials::ApiKey(_) => return Err(Refused::not_authorized()),
        };
        let permission = (mode == AuthMode::Iam).then(|| Permission::new(|_, field| field != "forbidden"));
        Ok(Caller { mode, identity, groups, expires_at_s: None, permission })
    }
}

/// What [`Callers`] takes for the signature of a request.
pub(crate) fn signature(path: &str, body: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential=x, Signature={}", format!("POST {path} {body}").len())
}

struct FromFn<F>(F);

#[async_trait]
impl<F, Fut> Resolver for FromFn<F>
where
    F: Fn(Context) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Resolved, Raised>> + Send,
{
    async fn resolve(&self, context: Context) -> Result<Resolved, Raised> {
        (self.0)(context).await
    }
}

/// A definition under construction.
pub(crate) struct Fixture(pub(crate) Definition);

pub(crate) fn fixture(schema: &str) -> Fixture {
    Fixture(Definition {
        api_id: "local".to_owned(),
        schema: schema.to_owned(),
        default_mode: AuthMode::UserPool,
        additional_modes: vec![AuthMode::ApiKey, AuthMode::Iam],
        lambda_authorizer: None,
        oidc: Vec::new(),
        resolvers: HashMap::new(),
        limits: Limits::default(),
    })
}

impl Fixture {
    pub(crate) fn resolve_async<F, Fut>(mut self, field: &str, resolver: F) -> Fixture
    where
        F: Fn(Context) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Resolved, Raised>> + Send + 'static,
    {
        let (type_name, name) = field.split_once('.').unwrap();
        self.0.resolvers.insert(Field::new(type_name, name), Arc::new(FromFn(resolver)));
        self
    }

    pub(crate) fn resolve(
        self,
        field: &str,
        resolver: impl Fn(Context) -> Result<Value, Raised> + Send + Sync + 'static,
    ) -> Fixture {
        self.resolve_async(field, move |context| std::future::ready(resolver(context).map(Resolved::from)))
    }

    pub(crate) fn value(self, field: &str, value: Value) -> Fixture {
        self.resolve(field, move |_| Ok(value.clone()))
    }

    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Fixture {
        change(&mut self.0.limits);
        self
    }

    pub(crate) fn build(self) -> Server {
        Server(Api::new(self.0, Arc::new(Callers)).unwrap_or_else(|error| panic!("{error}")))
    }
}

#[derive(Clone)]
pub(crate) struct Server(pub(crate) Arc<Api>);

/// An HTTP answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Server {
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.0.router().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn post(&self, authorization: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post("/graphql").header("authorization", authorization);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// As Alice; the answer must be a 200.
    pub(crate) async fn query(&self, query: &str) -> Value {
        self.query_with(query, json!({})).await
    }

    pub(crate) async fn query_with(&self, query: &str, variables: Value) -> Value {
        self.query_as("alice", query, variables).await
    }

    pub(crate) async fn query_as(&self, caller: &str, query: &str, variables: Value) -> Value {
        let answer = self.post(caller, json!({"query": query, "variables": variables}).to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    /// With the API key.
    pub(crate) async fn query_with_key(&self, query: &str) -> Value {
        let request = Request::post("/graphql").header("x-api-key", "da2-key");
        self.send(request.body(json!({"query": query}).to_string().into()).unwrap()).await.body
    }

    /// On a free port of the loopback, until the test ends.
    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        let router = self.0.router().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    /// A WebSocket of Alice's that is acknowledged, on a server of its own.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.listen().await, "alice").await
    }
}

/// A realtime client.
pub(crate) struct Client<S = MaybeTlsStream<TcpStream>>(pub(crate) WebSocketStream<S>);

impl Client {
    /// Connected, with the headers given in a subprotocol, but without a frame sent.
    pub(crate) async fn open(address: SocketAddr, headers: &Value) -> Client {
        use base64::Engine;
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(headers.to_string());
        let mut request = format!("ws://{address}/graphql/realtime").into_client_request().unwrap();
        let protocols = format!("graphql-ws, header-{header}");
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        let (socket, response) = connect_async_with_config(request, None, true).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-ws");
        Client(socket)
    }

    pub(crate) async fn connect(address: SocketAddr, token: &str) -> Client {
        let mut client = Client::open(address, &json!({"Authorization": token, "host": address})).await;
        client.send(json!({"type": "connection_init"})).await;
        assert_eq!(client.next().await["type"], "connection_ack");
        assert_eq!(client.next().await, json!({"type": "ka"}));
        client
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> Value {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("expected a text frame, got {other:?}"),
        }
    }

    /// The close frame, whatever comes before it.
    pub(crate) async fn closed(&mut self) -> CloseFrame {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame,
                Some(Ok(_)) => {}
                other => panic!("expected a close frame, got {other:?}"),
            }
        }
    }

    pub(crate) async fn start_as(&mut self, token: &str, id: &str, query: &str, variables: Value) {
        let data = json!({"query": query, "variables": variables}).to_string();
        let authorization = json!({"Authorization": token, "host": "localhost"});
        let payload = json!({"data": data, "extensions": {"authorization": authorization}});
        self.send(json!({"id": id, "type": "start", "payload": payload})).await;
    }

    /// The next frame that is no keep-alive: on a slow machine these come in between.
    pub(crate) async fn answer(&mut self) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] != "ka" {
                return frame;
            }
        }
    }

    /// Starts as Alice and answers the frame that comes back.
    pub(crate) async fn start(&mut self, id: &str, query: &str, variables: Value) -> Value {
        self.start_as("alice", id, query, variables).await;
        self.answer().await
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        assert_eq!(self.start(id, query, variables).await, json!({"id": id, "type": "start_ack"}));
    }

    /// The `data` of the next event, which must belong to this subscription.
    pub(crate) async fn event(&mut self, id: &str) -> Value {
        let frame = self.answer().await;
        assert_eq!((frame["type"].as_str(), frame["id"].as_str()), (Some("data"), Some(id)), "{frame}");
        frame["payload"].clone()
    }
}
