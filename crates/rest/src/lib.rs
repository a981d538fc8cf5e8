//! The REST API: one file per resource, behind API Gateway's proxy integration.
//!
//! API Gateway has verified the token, and sends the request as an event.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>

mod answer;
mod event;
mod posts;
mod tickets;

use std::env;
use std::time::Instant;

use chat::{Environment, EnvironmentError, Error, Store};
use serde_json::Value;

use answer::Answer;
use event::Event;

/// What the function works with.
#[derive(Debug, Clone)]
pub struct App {
    /// The table.
    pub store: Store,
    /// `WEBSOCKET_URL`: where tickets are used.
    pub websocket_url: String,
}

impl App {
    /// Reads the process's environment and connects, without a request.
    pub fn read() -> Result<App, EnvironmentError> {
        let websocket_url = env::var("WEBSOCKET_URL").map_err(|_| EnvironmentError("WEBSOCKET_URL"))?;
        Ok(App { store: Environment::read()?.connect(), websocket_url })
    }
}

/// The methods of each resource that this function answers, as the template has them.
pub const ROUTES: &[(&str, &str)] = &[("GET", "/posts"), ("POST", "/tickets")];

/// Methods that API Gateway answers itself, by a mapping; what browsers ask beforehand, this function answers.
pub const MAPPED: &[(&str, &str)] = &[("GET", "/profiles/{id}")];

/// Answers one request: a status, headers, and JSON as text. A refusal is an answer, too.
pub async fn handle(app: &App, event: Value) -> Value {
    let started = Instant::now();
    let event = match serde_json::from_value::<Event>(event) {
        Ok(event) => event,
        Err(error) => {
            tracing::error!(%error, "not the event of a proxy integration");
            return Answer::failure(&Error::Internal("".into())).into_json(None);
        }
    };
    let route = format!("{} {}", event.http_method, event.resource);
    let answer = match event.http_method.as_str() {
        "OPTIONS" => Ok(Answer::preflight(&event.resource)),
        // In a box, or the compiler has too many layers of futures to look through.
        _ => Box::pin(resolve(app, &event)).await,
    };
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let user = event.user().unwrap_or("-");
    let answer = answer.unwrap_or_else(|error| {
        match &error {
            Error::Internal(cause) => tracing::error!(route, user, ms, ?cause, "failed"),
            refused => tracing::info!(route, user, ms, refused = refused.kind()),
        }
        Answer::failure(&error)
    });
    tracing::info!(route, user, ms, status = answer.status, "answered");
    answer.into_json(event.allowed_origin())
}

async fn resolve(app: &App, event: &Event) -> Result<Answer, Error> {
    let Some(caller) = event.caller()? else {
        return Ok(Answer::unauthorized());
    };
    match (event.http_method.as_str(), event.resource.as_str()) {
        ("GET", "/posts") => posts::list(app, event).await,
        ("POST", "/tickets") => tickets::create(app, caller).await,
        _ => Err(Error::NotFound("There is nothing here: GET /posts and POST /tickets are.")),
    }
}
