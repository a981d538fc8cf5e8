//! What happens at this moment, for the page at `/_local/live`: requests, subscriptions, the outbox, and the tables.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::Stream;
use local_appsync::Subscribed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Interval;

use crate::pages;
use crate::requests::Answered;
use crate::server::Services;

/// Subscriptions and the outbox are looked at so often; requests are told at once.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Items on a page of a table.
const ITEMS: u8 = 25;

/// The page and what it reads. Like everything here, it is refused to pages of other origins (`visitors.rs`).
pub(crate) fn router(services: Arc<Services>) -> Router {
    let page = || pages::console_file(Path("live.html".to_owned()));
    Router::new()
        .route("/_local/live", get(page))
        .route("/_local/live/events", get(events))
        .route("/_local/tables", get(tables))
        .route("/_local/tables/{name}", get(items))
        .with_state(services)
}

/// `request` for each one, the last ones first; `subscriptions` and `outbox` whenever they change.
async fn events(State(services): State<Arc<Services>>) -> impl IntoResponse {
    Sse::new(Watching::begin(services).events()).keep_alive(KeepAlive::default())
}

struct Watching {
    requests: Receiver<Answered>,
    clock: Interval,
    closing: watch::Receiver<bool>,
    told: VecDeque<Event>,
    subscriptions: Option<Vec<Subscribed>>,
    outbox: Option<String>,
    services: Arc<Services>,
}

impl Watching {
    fn begin(services: Arc<Services>) -> Watching {
        let (before, requests) = services.requests.watch();
        let closing = services.closing.subscribe();
        let clock = tokio::time::interval(LOOK_EVERY);
        let told = before.iter().filter_map(|answered| event("request", answered)).collect();
        Watching { requests, clock, closing, told, subscriptions: None, outbox: None, services }
    }

    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut watching| async {
            let event = watching.next().await?;
            Some((Ok(event), watching))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.told.pop_front() {
                return Some(event);
            }
            let closing = async {
                // An error means that the server is gone, which is a stop as well.
                let _ = self.closing.wait_for(|is_closing| *is_closing).await;
            };
            tokio::select! {
                () = closing => return None,
                answered = self.requests.recv() => match answered {
                    Ok(answered) => self.told.extend(event("request", &answered)),
                    Err(RecvError::Lagged(missed)) => self.told.extend(event("missed", &missed)),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.clock.tick() => self.look().await,
            }
        }
    }

    async fn look(&mut self) {
        let subscriptions = self.services.appsync.subscriptions();
        if self.subscriptions.as_ref() != Some(&subscriptions) {
            self.told.extend(event("subscriptions", &subscriptions));
            self.subscriptions = Some(subscriptions);
        }
        let Ok(mails) = self.services.cognito.outbox(None).await else { return };
        let outbox = serde_json::to_string(&mails).unwrap_or_default();
        if self.outbox.as_ref() != Some(&outbox) {
            self.told.push_back(Event::default().event("outbox").data(&outbox));
            self.outbox = Some(outbox);
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}

/// `{"TableNames": […]}`.
async fn tables(State(services): State<Arc<Services>>) -> Response {
    dynamodb(&services, "ListTables", &json!({})).await
}

#[derive(Deserialize)]
struct Page {
    /// The `LastEvaluatedKey` of the page before, as JSON.
    after: Option<String>,
}

/// A page of a table's items as DynamoDB writes them: `{"Items": […], "LastEvaluatedKey": …}`.
async fn items(
    State(services): State<Arc<Services>>,
    Path(table): Path<String>,
    Query(page): Query<Page>,
) -> Response {
    let mut scan = json!({ "TableName": table, "Limit": ITEMS });
    if let Some(after) = page.after {
        match serde_json::from_str::<Value>(&after) {
            Ok(key) => scan["ExclusiveStartKey"] = key,
            Err(error) => return (StatusCode::BAD_REQUEST, format!("after: {error}\n")).into_response(),
        }
    }
    dynamodb(&services, "Scan", &scan).await
}

async fn dynamodb(services: &Services, action: &str, body: &Value) -> Response {
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{action}"))
        // Asked for, and not verified: this call does not leave the process.
        .header("authorization", "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local")
        .header("x-amz-date", "20260101T000000Z")
        .body(Body::from(body.to_string()))
        .expect("the headers are fixed");
    services.dynamodb.handle(request).await
}
