//! Subscriptions over WebSocket: AppSync's realtime protocol (`graphql-ws`).
//! <https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html>

use std::sync::Arc;

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{FromRequestParts, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};

use crate::credentials::Evidence;
use crate::{Api, caller};

mod connection;
mod filter;
mod frames;
mod handshake;
mod kept_headers;
mod missed;
mod outbox;
mod parting;
mod start;
mod subscriptions;
mod told;

pub use subscriptions::Subscribed;
pub(crate) use subscriptions::Subscriptions;
pub use told::{OnStart, SubscriptionStart};

use connection::Connection;

const SUBPROTOCOL: &str = "graphql-ws";

/// `GET /graphql/realtime` (where clients look on a custom domain) and `GET /graphql`.
pub(crate) async fn upgrade(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &api).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return not_a_websocket(&rejection),
    };
    // Whoever holds it is waited for when the server closes.
    let closing = api.closing.subscribe();
    if *closing.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "The server is shutting down.").into_response();
    }
    // Never the other one, `header-…`: browsers refuse an answer that picks what they did not expect.
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        // The defaults, 128 KiB each, are zeroed before each read and kept for each client. So is what a frame takes,
        // and what is read ahead of it, or written at once.
        .read_buffer_size(256)
        .write_buffer_size(4 * 1024)
        .max_frame_size(api.limits.frame_bytes)
        .max_message_size(api.limits.frame_bytes);
    if upgrade.selected_protocol().is_none() {
        return bad_request("NoProtocolError", "Ask for the WebSocket subprotocol graphql-ws.");
    }
    let source_ip = crate::http::source_ip(&parts);
    let headers = crate::http::headers(&parts.headers);
    let connect_headers = handshake::connect_headers(&parts, &headers);
    let body = Bytes::from_static(b"{}");
    let evidence = Evidence { path: "/graphql/connect", query: "", headers: &connect_headers, body: &body };
    let caller = caller::identify(&api, evidence, source_ip).await;
    upgrade.on_upgrade(async move |mut socket| match caller {
        // In a task of its own: this one would keep the room that the upgrade took.
        Ok(caller) => {
            let connection = Connection::open(api, &caller, &headers, source_ip);
            tokio::spawn(connection.serve(socket, closing));
        }
        Err(refused) => parting::refuse(&mut socket, refused, closing).await,
    })
}

fn not_a_websocket(rejection: &WebSocketUpgradeRejection) -> Response {
    let mut response = bad_request(
        "BadRequestException",
        &format!("GraphQL is served by POST, subscriptions by WebSocket. {rejection}"),
    );
    response.headers_mut().insert(header::ALLOW, http::HeaderValue::from_static("POST"));
    response
}

fn bad_request(error_type: &'static str, message: &str) -> Response {
    crate::http::bad_request(error_type, message.to_owned())
}
