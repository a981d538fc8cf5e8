//! The WebSocket API: who may connect, who is connected, and posts that reach everybody who is.
//!
//! Four functions run this crate, each with a role of its own; the event says which of them is meant.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>

mod authorizer;
mod callbacks;
mod connect;
mod disconnect;
mod event;
mod frame;
mod sendpost;
mod unknown_action;

use std::env;
use std::time::Instant;

use chat::{Environment, EnvironmentError, Error, Store};
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};

pub use callbacks::Callbacks;
use event::Event;

/// What the functions work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The table.
    pub store: Store,
    /// `CONNECTIONS_URL`: how frames get to clients. The functions that send none have none.
    pub callbacks: Option<Callbacks>,
}

impl App {
    /// Reads the process's environment and connects, without a request.
    pub fn read() -> Result<App, EnvironmentError> {
        let environment = Environment::read()?;
        let callbacks = env::var("CONNECTIONS_URL").ok().map(|url| Callbacks::connect(&environment, &url));
        Ok(App { store: environment.connect(), callbacks })
    }

    fn callbacks(&self) -> Result<&Callbacks, Failure> {
        self.callbacks.as_ref().ok_or(Failure::Variable(EnvironmentError("CONNECTIONS_URL")))
    }
}

/// Why an event could not be answered: API Gateway refuses the connection, or tells the client of an error.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is none of a WebSocket API with this authorizer.
    #[error("not an event of this WebSocket API: {0}")]
    Event(String),
    /// The template did not set what the function needs.
    #[error(transparent)]
    Variable(#[from] EnvironmentError),
    /// The chat failed.
    #[error(transparent)]
    Chat(#[from] Error),
}

/// Answers one event: an authorizer's policy, or the status of a route.
pub async fn handle(app: &App, event: Value) -> Result<Value, Failure> {
    let started = Instant::now();
    let event = Event::parse(event)?;
    let (route, user) = (event.route(), event.user().unwrap_or_else(|| "-".into()));
    let answer = match route {
        "authorize" => authorizer::authorize(app, &event).await,
        "$connect" => connect::connect(app, &event).await.map(|()| ok()),
        "$disconnect" => disconnect::disconnect(app, &event).await.map(|()| ok()),
        "sendpost" => sendpost::sendpost(app, &event).await.map(|()| ok()),
        _ => unknown_action::refuse(app, &event).await.map(|()| ok()),
    };
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &answer {
        Ok(_) => tracing::info!(route, user, ms, "answered"),
        Err(failure) => tracing::error!(route, user, ms, cause = ?failure, "failed"),
    }
    answer
}

/// Without a body: what a client is to hear is sent to it, which needs no route response.
fn ok() -> Value {
    json!({ "statusCode": 200 })
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Diagnostic {
        let error_type = match &failure {
            Failure::Event(_) => "InvalidInput",
            Failure::Variable(_) => "Internal",
            Failure::Chat(error) => error.kind(),
        };
        Diagnostic { error_type: error_type.to_owned(), error_message: failure.to_string() }
    }
}
