//! A front end within the process: the requests that a browser would send, without a network between.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use local_cognito::Cognito;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Answers are pages of at most a hundred messages.
const LARGEST_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The stack, as a browser reaches it.
pub(crate) struct FrontEnd {
    /// What answers requests, without the list of them.
    pub(crate) router: Router,
    /// `localhost:PORT`.
    pub(crate) host: String,
    pub(crate) cognito: Arc<Cognito>,
}

/// Why a request was refused: an error's name, and its message.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) name: String,
    pub(super) message: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl Refusal {
    fn of(name: &Value, message: &Value, status: StatusCode) -> Refusal {
        let text = |value: &Value, other: &str| value.as_str().unwrap_or(other).to_owned();
        Refusal { name: text(name, status.as_str()), message: text(message, "it said no more") }
    }
}

impl FrontEnd {
    /// One operation of the user pool.
    pub(super) async fn cognito(&self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let request = Request::post("/")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header("content-type", "application/x-amz-json-1.1")
            .body(Body::from(body.to_string()));
        let (status, answer) = self.send(request).await?;
        let answer = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        match status.is_success() {
            true => Ok(answer),
            false => Err(Refusal::of(&answer["__type"], &answer["message"], status)),
        }
    }

    /// The newest code that was mailed to the address.
    pub(super) async fn code(&self, email: &str) -> Result<String, Refusal> {
        let mails = self.cognito.outbox(Some(email.to_owned())).await;
        let mails = mails.map_err(|error| Refusal { name: "outbox".into(), message: error.to_string() })?;
        let code = mails.first().map(|mail| mail.code.clone());
        code.ok_or_else(|| Refusal { name: "outbox".into(), message: "no code was mailed".into() })
    }

    /// The value of the only field of a GraphQL operation.
    pub(super) async fn graphql(&self, token: &str, query: &str, variables: Value) -> Result<Value, Refusal> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", token)
            .body(Body::from(body));
        let (status, answer) = self.send(request).await?;
        let mut answer: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        if let Some(error) = answer["errors"].get(0) {
            return Err(Refusal::of(&error["errorType"], &error["message"], status));
        }
        let fields = answer["data"].as_object_mut();
        let value = fields.and_then(|fields| fields.values_mut().next()).map(Value::take);
        value.ok_or_else(|| Refusal::of(&Value::Null, &answer["message"], status))
    }

    /// Sends what `createUpload` answered, with the file's bytes.
    pub(super) async fn upload(&self, upload: &Value, bytes: Vec<u8>) -> Result<(), Refusal> {
        let url: Uri = upload["url"].as_str().unwrap_or_default().parse().unwrap_or_default();
        let host = url.authority().map_or_else(|| self.host.clone(), ToString::to_string);
        let mut request = Request::builder()
            .method(upload["method"].as_str().unwrap_or_default())
            .uri(url.path_and_query().map_or("/", |it| it.as_str()))
            .header("host", host);
        for header in upload["headers"].as_array().into_iter().flatten() {
            let text = |name: &str| header[name].as_str().unwrap_or_default();
            if !text("name").eq_ignore_ascii_case("host") {
                request = request.header(text("name"), text("value"));
            }
        }
        let (status, answer) = self.send(request.body(Body::from(bytes))).await?;
        match status.is_success() {
            true => Ok(()),
            false => {
                let message = String::from_utf8_lossy(&answer).into_owned();
                Err(Refusal::of(&Value::Null, &message.into(), status))
            }
        }
    }

    async fn send(&self, request: axum::http::Result<Request>) -> Result<(StatusCode, Bytes), Refusal> {
        let failed = |error: &dyn std::fmt::Display| Refusal {
            name: "this request cannot be sent".into(),
            message: error.to_string(),
        };
        let mut request = request.map_err(|error| failed(&error))?;
        if !request.headers().contains_key("host") {
            let host = self.host.parse().map_err(|error| failed(&error))?;
            request.headers_mut().insert("host", host);
        }
        let router: Router = self.router.clone();
        let response = router.oneshot(request).await.map_err(|never| match never {})?;
        let status = response.status();
        let answer = to_bytes(response.into_body(), LARGEST_ANSWER_BYTES).await;
        Ok((status, answer.map_err(|error| failed(&error))?))
    }
}
