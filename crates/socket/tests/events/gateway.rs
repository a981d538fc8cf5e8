//! API Gateway's `@connections`, as far as a broadcast sees it: keeps what it is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;

/// It listens until the test's runtime ends.
pub(crate) struct Gateway {
    pub(crate) url: String,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    frames: HashMap<String, Vec<Value>>,
    answers: HashMap<String, u16>,
}

impl Gateway {
    pub(crate) async fn start() -> Gateway {
        let known = Arc::new(Mutex::new(Known::default()));
        let router =
            Router::new().route("/live/@connections/{id}", post(receive)).with_state(Arc::clone(&known));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/live", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Gateway { url, known }
    }

    /// From now on this connection answers this status.
    pub(crate) fn answer(&self, id: &str, status: u16) {
        self.known.lock().unwrap().answers.insert(id.to_owned(), status);
    }

    /// The frames that this connection got, in their order.
    pub(crate) fn sent_to(&self, id: &str) -> Vec<Value> {
        self.known.lock().unwrap().frames.get(id).cloned().unwrap_or_default()
    }
}

async fn receive(
    State(known): State<Arc<Mutex<Known>>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    frame: Bytes,
) -> StatusCode {
    let authorization =
        headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !authorization.contains("/us-east-1/execute-api/aws4_request") {
        return StatusCode::FORBIDDEN;
    }
    let mut known = known.lock().unwrap();
    match known.answers.get(&id) {
        Some(status) => StatusCode::from_u16(*status).unwrap(),
        None => {
            known.frames.entry(id).or_default().push(serde_json::from_slice(&frame).unwrap());
            StatusCode::OK
        }
    }
}
