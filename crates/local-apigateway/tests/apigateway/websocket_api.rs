//! A WebSocket API under construction, and a client of it.

use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use local_apigateway::websocket::{Authorizer, Definition, Route, Stage, WebSocketApi};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::backend::{Functions, uri};
use crate::rest_api::serve;

pub(crate) struct Fixture(pub(crate) Definition);

pub(crate) fn fixture() -> Fixture {
    Fixture(Definition {
        api_id: "w1".to_owned(),
        account_id: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        domain_name: "w1.execute-api.us-east-1.amazonaws.com".to_owned(),
        route_selection_expression: "$request.body.action".to_owned(),
        stages: vec![Stage { name: "dev".to_owned(), ..Stage::default() }],
        ..Definition::default()
    })
}

impl Fixture {
    /// A route whose function gets events.
    pub(crate) fn route(self, key: &str, function: &str) -> Fixture {
        let integration = json!({"IntegrationType": "AWS_PROXY", "IntegrationUri": uri(function)});
        self.integrated(key, integration, json!({}))
    }

    pub(crate) fn integrated(mut self, key: &str, integration: Value, route: Value) -> Fixture {
        let mut route: Route = serde_json::from_value(route).unwrap();
        route.route_key = key.to_owned();
        route.target = Some(format!("i{key}"));
        self.0.integrations.insert(format!("i{key}"), serde_json::from_value(integration).unwrap());
        self.0.routes.push(route);
        self
    }

    /// A route that answers its clients.
    pub(crate) fn two_way(self, key: &str, function: &str) -> Fixture {
        let integration = json!({"IntegrationType": "AWS_PROXY", "IntegrationUri": uri(function)});
        self.integrated(key, integration, json!({"RouteResponseSelectionExpression": "$default"}))
    }

    /// `$connect`, guarded by the function `guard`.
    pub(crate) fn guarded(mut self, sources: &[&str]) -> Fixture {
        let authorizer = Authorizer {
            identity_source: sources.iter().map(|source| (*source).to_owned()).collect(),
            authorizer_uri: uri("guard"),
        };
        self.0.authorizers.insert("guard".to_owned(), authorizer);
        let route = json!({"RouteKey": "$connect", "AuthorizationType": "CUSTOM", "AuthorizerId": "guard"});
        self.0.routes.push(serde_json::from_value(route).unwrap());
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Definition)) -> Fixture {
        change(&mut self.0);
        self
    }

    pub(crate) async fn serve(self, functions: &Arc<Functions>) -> Served {
        let api = WebSocketApi::new(self.0, functions.clone()).unwrap();
        let base = serve(api.router()).await;
        Served {
            url: format!("{base}/_apis/w1/dev").replacen("http", "ws", 1),
            http: format!("{base}/_apis/w1/dev"),
            api,
        }
    }
}

pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) http: String,
    pub(crate) api: Arc<WebSocketApi>,
}

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Served {
    pub(crate) async fn connect(&self) -> Client {
        self.try_connect("", &[]).await.map(|(client, _)| client).unwrap()
    }

    /// The client and the headers of the answer, or the status and body of the refusal.
    pub(crate) async fn try_connect(
        &self,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Client, http::HeaderMap), (u16, Value)> {
        let mut request = format!("{}{query}", self.url).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((stream, response)) => Ok((Client(stream), response.headers().clone())),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err((response.status().as_u16(), serde_json::from_slice(body).unwrap_or(Value::Null)))
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A signed call of `@connections`.
    pub(crate) async fn manage(
        &self,
        method: http::Method,
        id: &str,
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Response {
        let request = reqwest::Client::new().request(method, self.connection_url(id));
        request.header("authorization", "AWS4 good").body(body).send().await.unwrap()
    }

    /// Where a connection is managed: its id is base64, whose `/`, `+` and `=` a client must escape.
    pub(crate) fn connection_url(&self, id: &str) -> String {
        let id = id.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
        format!("{}/@connections/{id}", self.http)
    }
}

impl Client {
    pub(crate) async fn send(&mut self, message: impl Into<Message>) {
        self.0.send(message.into()).await.unwrap();
    }

    pub(crate) async fn send_json(&mut self, message: Value) {
        self.send(message.to_string()).await;
    }

    /// The next text or binary message.
    pub(crate) async fn receive(&mut self) -> String {
        match self.0.next().await.unwrap().unwrap() {
            Message::Text(text) => text.to_string(),
            Message::Binary(bytes) => format!("binary {bytes:?}"),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn receive_json(&mut self) -> Value {
        serde_json::from_str(&self.receive().await).unwrap()
    }

    /// The code that the server closes with.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.0.next().await.unwrap().unwrap() {
                return frame.unwrap().code.into();
            }
        }
    }

    /// Says goodbye, and hears the server say the same.
    pub(crate) async fn close(mut self, code: Option<(u16, &str)>) {
        use tokio_tungstenite::tungstenite::protocol::CloseFrame;
        let frame = code.map(|(code, reason)| CloseFrame { code: code.into(), reason: reason.into() });
        self.0.close(frame).await.unwrap();
        let answer = loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Close(answer) => break answer,
                _ => continue,
            }
        };
        assert_eq!(answer.map(|it| u16::from(it.code)), code.map(|(code, _)| code));
        assert!(self.0.next().await.is_none());
    }
}
