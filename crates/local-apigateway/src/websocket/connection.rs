//! One client's WebSocket, from its first message to its end.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until, timeout};

use super::WebSocketApi;
use super::event::{EventType, with_request};
use super::outbox::{Ending, Waiting};
use super::registry::Connected;
use super::routes::Outcome;
use crate::binary;
use crate::event::Pairs;

/// How long the server waits for a client to take leave.
const PARTING: Duration = Duration::from_secs(3);

/// Why a connection ends: `disconnectStatusCode` and `disconnectReason`.
struct End {
    code: u16,
    reason: String,
    /// Whether the client is told; otherwise it is gone already.
    is_ours: bool,
}

impl End {
    fn ours(code: u16, reason: &str) -> End {
        End { code, reason: reason.to_owned(), is_ours: true }
    }

    fn theirs(frame: Option<CloseFrame>) -> End {
        let (code, reason) = match frame {
            Some(frame) => (frame.code, frame.reason.to_string()),
            None => (1005, "Client-side close frame status not set".to_owned()),
        };
        End { code, reason, is_ours: false }
    }
}

pub(super) async fn serve(
    api: Arc<WebSocketApi>,
    connected: Arc<Connected>,
    waiting: Waiting,
    mut socket: WebSocket,
) {
    let mut closing = api.closing.subscribe();
    let closed = async move {
        // An error means that the API is gone, which is an end as well.
        _ = closing.wait_for(|is_closing| *is_closing).await;
    };
    let ending = waiting.ending();
    let mut waiting = waiting;
    // Whoever wants the connection to end is heard even while a write waits for the client.
    let end = tokio::select! {
        end = exchange(&api, &connected, &mut waiting, &mut socket) => end,
        ending = ending => match ending {
            Ending::TooSlow => End::ours(close_code::POLICY, "The client reads too slowly"),
            Ending::Deleted => {
                while let Some(message) = waiting.take_ready() {
                    _ = timeout(PARTING, socket.send(message)).await;
                }
                End::ours(close_code::NORMAL, "Connection Closed Normally")
            }
        },
        () = closed => End::ours(close_code::AWAY, "Going away"),
    };
    api.registry.leave(&connected.client.connection_id);
    // The function hears of it at once, whether or not the client takes leave.
    let told = api.disconnect(&connected, &end);
    tokio::join!(told, part(socket, &end));
}

async fn exchange(
    api: &Arc<WebSocketApi>,
    connected: &Arc<Connected>,
    waiting: &mut Waiting,
    socket: &mut WebSocket,
) -> End {
    let limits = &api.definition.limits;
    let ends_at = Instant::now() + limits.life;
    let mut idle_at = Instant::now() + limits.idle;
    let mut under_way: FuturesUnordered<BoxFuture<'static, ()>> = FuturesUnordered::new();
    loop {
        let may_read = under_way.len() < limits.messages_under_way;
        tokio::select! {
            message = socket.recv(), if may_read => {
                idle_at = Instant::now() + limits.idle;
                connected.touch();
                let (body, is_binary) = match message {
                    Some(Ok(Message::Text(text))) => (Bytes::from(text), false),
                    Some(Ok(Message::Binary(bytes))) => (bytes, true),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(frame))) => return End::theirs(frame),
                    Some(Err(error)) if is_too_long(&error) => {
                        return End::ours(close_code::SIZE, "Message too long");
                    }
                    Some(Err(_)) | None => {
                        return End { code: 1006, reason: "Connection closed abnormally".to_owned(), is_ours: false };
                    }
                };
                let (api, connected) = (Arc::clone(api), Arc::clone(connected));
                under_way.push(Box::pin(async move { api.message(&connected, &body, is_binary).await }));
            }
            Some(message) = waiting.take() => {
                if socket.send(message).await.is_err() {
                    return End { code: 1006, reason: "Connection closed abnormally".to_owned(), is_ours: false };
                }
                idle_at = Instant::now() + limits.idle;
                connected.touch();
            }
            Some(()) = under_way.next() => {}
            () = sleep_until(idle_at.min(ends_at)) => return End::ours(close_code::AWAY, "Going away"),
        }
    }
}

/// The frame or the message is beyond the limits; the library has no other errors about length.
fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().contains("too long")
}

impl WebSocketApi {
    async fn message(self: &Arc<Self>, connected: &Connected, body: &Bytes, is_binary: bool) {
        let text = String::from_utf8_lossy(body);
        let route = if is_binary { self.select("") } else { self.select(&text) };
        let client = &connected.client;
        let key = route.map_or("$default", |route| route.route_key.as_str());
        let context = client.context(self, key, EventType::Message);
        let request_id = context.get("requestId").cloned().unwrap_or_default();
        let failed = |message: &str| {
            let body =
                json!({"message": message, "connectionId": client.connection_id, "requestId": request_id});
            // If there is no room for it, the connection ends by itself.
            _ = connected.outbox.put(Message::Text(body.to_string().into()));
        };
        if !self.stages[&client.stage].takes_one() {
            return failed("Too Many Requests");
        }
        let Some(route) = route else { return failed("Forbidden") };
        let (is_encoded, event_body) = binary::of_event(body, is_binary);
        let event = Map::from_iter([
            ("requestContext".to_owned(), Value::Object(context)),
            ("body".to_owned(), event_body.unwrap_or_default().into()),
            ("isBase64Encoded".to_owned(), is_encoded.into()),
        ]);
        match self.call_route(route, client, event, &Pairs::default(), &Pairs::default()).await {
            Outcome::None => {}
            Outcome::TimedOut => failed("Endpoint request timed out"),
            Outcome::Failed => failed("Internal server error"),
            Outcome::Answered { body: Some(body), .. }
                if route.route_response_selection_expression.is_some() =>
            {
                if body.len() > self.definition.limits.message_bytes {
                    return failed("Internal server error");
                }
                let answer = match Utf8Bytes::try_from(body.clone()) {
                    Ok(text) => Message::Text(text),
                    Err(_) => Message::Binary(body),
                };
                _ = connected.outbox.put(answer);
            }
            Outcome::Answered { .. } => {}
        }
    }

    async fn disconnect(self: &Arc<Self>, connected: &Connected, end: &End) {
        let route = self.definition.routes.iter().find(|route| route.route_key == "$disconnect");
        let Some(route) = route else { return };
        let client = &connected.client;
        let mut context = client.context(self, "$disconnect", EventType::Disconnect);
        context.insert("disconnectStatusCode".to_owned(), end.code.into());
        context.insert("disconnectReason".to_owned(), end.reason.as_str().into());
        let headers = [
            ("Host", self.definition.domain_name.as_str()),
            ("x-api-key", ""),
            ("X-Forwarded-For", ""),
            ("x-restapi", ""),
        ];
        let headers = Pairs(headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        let event = with_request(context, &headers, &Pairs::default(), Map::new());
        // Nobody is left to hear of a failure; the log has it.
        _ = self.call_route(route, client, event, &headers, &Pairs::default()).await;
    }
}

async fn part(mut socket: WebSocket, end: &End) {
    if !end.is_ours {
        return;
    }
    let goodbye = async {
        let frame = CloseFrame { code: end.code, reason: Utf8Bytes::from(end.reason.as_str()) };
        socket.send(Message::Close(Some(frame))).await?;
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<(), axum::Error>(())
    };
    _ = timeout(PARTING, goodbye).await;
}
