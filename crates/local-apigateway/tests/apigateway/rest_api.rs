//! A REST API under construction, served on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::serve::ListenerExt;
use local_apigateway::rest::{Authorizer, Definition, GatewayResponse, Method, Resource, RestApi, Stage};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::backend::{Functions, uri};

/// A definition under construction.
pub(crate) struct Fixture(pub(crate) Definition);

pub(crate) fn fixture() -> Fixture {
    Fixture(Definition {
        api_id: "a1b2c3".to_owned(),
        account_id: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        domain_name: "a1b2c3.execute-api.us-east-1.amazonaws.com".to_owned(),
        stages: vec![Stage { name: "dev".to_owned(), ..Stage::default() }],
        ..Definition::default()
    })
}

impl Fixture {
    /// Adds a method, in the words of a template: `GET /rooms`.
    pub(crate) fn method(mut self, place: &str, method: Value) -> Fixture {
        let (http_method, path) = place.split_once(' ').unwrap();
        let mut method: Method = serde_json::from_value(method).unwrap();
        method.http_method = http_method.to_owned();
        let found = self.0.resources.iter_mut().find(|resource| resource.path == path);
        match found {
            Some(resource) => resource.methods.push(method),
            None => {
                let id = format!("r{}", self.0.resources.len());
                self.0.resources.push(Resource { id, path: path.to_owned(), methods: vec![method] });
            }
        }
        self
    }

    /// Adds a method whose function gets everything.
    pub(crate) fn proxy(self, place: &str, function: &str) -> Fixture {
        self.method(place, json!({"Integration": {"Type": "AWS_PROXY", "Uri": uri(function)}}))
    }

    pub(crate) fn authorizer(mut self, id: &str, authorizer: Value) -> Fixture {
        let authorizer: Authorizer = serde_json::from_value(authorizer).unwrap();
        self.0.authorizers.insert(id.to_owned(), authorizer);
        self
    }

    pub(crate) fn gateway_response(mut self, response: Value) -> Fixture {
        let response: GatewayResponse = serde_json::from_value(response).unwrap();
        self.0.gateway_responses.push(response);
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Definition)) -> Fixture {
        change(&mut self.0);
        self
    }

    pub(crate) fn build(self, functions: &Arc<Functions>) -> Arc<RestApi> {
        RestApi::new(self.0, functions.clone()).unwrap()
    }

    /// Serves the API; the answer is the address of its stage.
    pub(crate) async fn serve(self, functions: &Arc<Functions>) -> String {
        format!("{}/restapis/a1b2c3/dev", serve(self.build(functions).router()).await)
    }
}

/// Serves until the test's runtime ends.
pub(crate) async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}")
}

/// Status, headers and body of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Answer {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn get(url: &str) -> Answer {
    Answer::of(reqwest::get(url).await.unwrap()).await
}

pub(crate) async fn get_with(url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = reqwest::Client::new().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

pub(crate) async fn post(url: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = reqwest::Client::new().post(url).header("content-type", content_type).body(body);
    Answer::of(request.send().await.unwrap()).await
}

/// Without a socket, for tests that stop the clock.
pub(crate) async fn ask(api: &Arc<RestApi>, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = http::Request::get(format!("/restapis/a1b2c3/dev{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = api.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text }
}
