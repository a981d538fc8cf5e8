//! The requests that were answered, as a person reads them: one line each, with ids and never with contents.

mod name;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use jiff::{Timestamp, tz::TimeZone};
use local_appsync::SubscriptionStart;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::terminal::note;

/// One request and its answer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answered {
    /// When it was answered, in milliseconds since 1970.
    pub(crate) at_ms: i64,
    /// As `GraphQL`.
    pub(crate) service: &'static str,
    /// As `sendMessage`, `PutObject`, `GET /posts`.
    pub(crate) operation: String,
    /// The id that the credentials name; for reading only, since it is not verified here.
    pub(crate) caller: String,
    /// The status.
    pub(crate) status: u16,
    /// Milliseconds until the answer began.
    pub(crate) ms: u64,
    /// The kind of the first error, as `Forbidden`.
    pub(crate) error_type: Option<String>,
}

/// The last requests, and whoever watches them.
pub(crate) struct Requests {
    last: Mutex<VecDeque<Answered>>,
    news: broadcast::Sender<Answered>,
}

/// So many are kept for a page that is opened later.
const KEPT: usize = 200;

/// Larger bodies are not looked into. AppSync takes 1 MB.
const LOOKED_INTO_BYTES: usize = 1024 * 1024;

impl Requests {
    pub(crate) fn new() -> Requests {
        Requests { last: Mutex::default(), news: broadcast::channel(KEPT).0 }
    }

    /// Those before, oldest first, and those to come; none is missing in between.
    pub(crate) fn watch(&self) -> (Vec<Answered>, broadcast::Receiver<Answered>) {
        let last = self.last();
        (last.iter().cloned().collect(), self.news.subscribe())
    }

    /// Answers the request, and tells of it.
    pub(crate) async fn tell(&self, service: &'static str, request: Request, next: Next) -> Response {
        let began = Instant::now();
        let (request, operation) = name::operation(service, request).await;
        let caller = name::caller(&request);
        let response = next.run(request).await;
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        let (response, error_type) = error_type(service, response).await;
        let at_ms = Timestamp::now().as_millisecond();
        self.put(Answered { at_ms, service, operation, caller, status, ms, error_type });
        response
    }

    /// Tells of a subscription, which begins in a frame and not in a request.
    pub(crate) fn tell_start(&self, start: SubscriptionStart) {
        let SubscriptionStart { field, user, error_type, took } = start;
        self.put(Answered {
            at_ms: Timestamp::now().as_millisecond(),
            service: "GraphQL",
            operation: field.map_or_else(|| "start".to_owned(), |field| format!("start {field}")),
            caller: user.unwrap_or_else(|| "-".to_owned()),
            status: 200,
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            error_type: error_type.as_deref().and_then(word),
        });
    }

    fn put(&self, answered: Answered) {
        if tracing::enabled!(target: "requests", tracing::Level::INFO) {
            note(line(&answered, stderr().is_terminal()));
        }
        let mut last = self.last();
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(answered.clone());
        // An error means that nobody watches.
        let _ = self.news.send(answered);
    }

    fn last(&self) -> MutexGuard<'_, VecDeque<Answered>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `14:03:22 GraphQL   sendMessage              4f9a2c1e-…     200    12 ms  Forbidden`
fn line(answered: &Answered, is_coloured: bool) -> String {
    let Answered { at_ms, service, operation, caller, status, ms, error_type } = answered;
    let at = Timestamp::from_millisecond(*at_ms).unwrap_or_default();
    let time = at.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string();
    let colour = match (status, error_type) {
        (500.., _) => "31",
        (400.., _) | (_, Some(_)) => "33",
        _ => "32",
    };
    let paint = |code: &str, text: &str| match is_coloured {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    let mut line = format!(
        "{} {service:<9} {operation:<28} {} {} {ms:>5} ms",
        paint("2", &time),
        paint("2", &format!("{caller:<36}")),
        paint(colour, &status.to_string()),
    );
    if let Some(error_type) = error_type {
        let _ = write!(line, "  {}", paint(colour, error_type));
    }
    line
}

/// Where each service says what went wrong. A body that is read for it is handed on as it was.
async fn error_type(service: &'static str, response: Response) -> (Response, Option<String>) {
    const NAME: HeaderName = HeaderName::from_static("x-amzn-errortype");
    if let Some(name) = response.headers().get(NAME).and_then(|name| name.to_str().ok()) {
        let name = word(name);
        return (response, name);
    }
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let is_json =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    let whole = http_body_size(response.body());
    if !(failed || service == "GraphQL" && is_json)
        || whole.is_none_or(|bytes| bytes > LOOKED_INTO_BYTES as u64)
    {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LOOKED_INTO_BYTES).await else {
        // It is a body in memory, of a size that was known: it cannot fail.
        return (Response::from_parts(parts, Body::empty()), None);
    };
    let named = match service {
        "S3" => String::from_utf8_lossy(&bytes)
            .split_once("<Code>")
            .and_then(|(_, rest)| word(rest.split('<').next().unwrap_or_default())),
        _ => serde_json::from_slice::<Named>(&bytes).ok().and_then(Named::first),
    };
    (Response::from_parts(parts, Body::from(bytes)), named)
}

fn http_body_size(body: &Body) -> Option<u64> {
    axum::body::HttpBody::size_hint(body).exact()
}

/// An error in any of the shapes that AWS's services have.
#[derive(serde::Deserialize)]
struct Named {
    #[serde(default)]
    errors: Vec<Value>,
    #[serde(rename = "__type")]
    kind: Option<String>,
    error: Option<Value>,
}

impl Named {
    fn first(self) -> Option<String> {
        let of_graphql = self.errors.first().map(|error| of_graphql(error).to_owned());
        let other = || self.error.as_ref().and_then(Value::as_str).map(str::to_owned);
        word(&of_graphql.or(self.kind).or_else(other)?)
    }
}

/// Errors of validation have no type of their own: it stands in the message.
fn of_graphql(error: &Value) -> &str {
    const VALIDATION: &str = "Validation error of type ";
    let of_message = || error["message"].as_str()?.strip_prefix(VALIDATION)?.split(':').next();
    error["errorType"].as_str().or_else(of_message).unwrap_or("Error")
}

/// A name, without a namespace before it or punctuation behind: nothing else gets into a log.
fn word(text: &str) -> Option<String> {
    let name = text.rsplit('#').next().unwrap_or_default();
    let name: String =
        name.chars().take_while(|c| c.is_ascii_alphanumeric() || "_.-:".contains(*c)).take(60).collect();
    let name = name.trim_end_matches(':');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_kind_of_the_first_error_is_told_in_a_word() {
        for (body, expected) in [
            (
                json!({"errors": [{"errorType": "Forbidden", "message": "no"}, {"errorType": "Other"}]}),
                Some("Forbidden"),
            ),
            (
                json!({"errors": [{"message": "Validation error of type FieldUndefined: Field 'x' in type 'Query' is undefined @ 'x'"}]}),
                Some("FieldUndefined"),
            ),
            (json!({"errors": [{"message": "Variable 'id' has coerced Null value"}]}), Some("Error")),
            (json!({"errors": [{"message": "Validation error of type \u{1b}[31m: x"}]}), None),
            (json!({"__type": "com.amazon#NotAuthorizedException"}), Some("NotAuthorizedException")),
            (json!({"data": {}}), None),
        ] {
            let named: Named = serde_json::from_value(body.clone()).expect("an object");
            assert_eq!(named.first().as_deref(), expected, "{body}");
        }
    }
}
