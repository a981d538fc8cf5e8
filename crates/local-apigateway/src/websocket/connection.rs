//! One client's WebSocket, from its first message to its end.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::future::{BoxFuture, join};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, SinkExt, Stream, StreamExt};
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::WebSocketApi;
use super::event::{EventType, with_request};
use super::outbox::{Ending, Outbox};
use super::registry::Connected;
use super::routes::Outcome;
use crate::event::Pairs;

/// How long the server waits for a client to hear the last of it and take leave.
const PARTING: Duration = Duration::from_secs(3);

/// How long it waits, when it stops, for messages that are being answered, and for clients to take leave: somebody may
/// wait for it to be gone.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why a connection ends: `disconnectStatusCode` and `disconnectReason`.
struct End {
    code: u16,
    reason: String,
    last: Last,
}

/// What a client hears of the end.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// It is gone already.
    Nothing,
    /// The answer to its own goodbye.
    Farewell,
    Goodbye,
    /// What waits for it, as its senders were told that it is out, and goodbye.
    Messages,
    /// The same, in a hurry.
    Stop,
}

/// The messages of a client that are being answered.
type UnderWay = FuturesUnordered<BoxFuture<'static, ()>>;

impl End {
    fn ours(code: u16, reason: &str, last: Last) -> End {
        End { code, reason: reason.to_owned(), last }
    }

    fn theirs(frame: Option<CloseFrame>) -> End {
        let (code, reason) = match frame {
            Some(frame) => (frame.code, frame.reason.to_string()),
            None => (1005, "Client-side close frame status not set".to_owned()),
        };
        End { code, reason, last: Last::Farewell }
    }

    fn abnormal() -> End {
        End { code: 1006, reason: "Connection closed abnormally".to_owned(), last: Last::Nothing }
    }
}

/// Until its end; `parting` is held until then.
#[expect(clippy::manual_async_fn, reason = "it would have room for its arguments twice, for each connection")]
pub(super) fn serve(
    api: Arc<WebSocketApi>,
    connected: Arc<Connected>,
    mut socket: WebSocket,
    mut parting: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send {
    async move {
        let mut under_way = UnderWay::new();
        // Whoever wants the connection to end is heard even while a write waits for the client.
        let end = tokio::select! {
            end = live(&api, &connected, &mut under_way, &mut socket, &mut parting) => end,
            ending = connected.outbox.ending() => match ending {
                Ending::TooSlow => {
                    End::ours(close_code::POLICY, "The client reads too slowly", Last::Goodbye)
                }
                Ending::Deleted => {
                    End::ours(close_code::NORMAL, "Connection Closed Normally", Last::Messages)
                }
            }
        };
        api.registry.leave(&connected.client.connection_id);
        let (api, connected, end) = (&api, &connected, &end);
        let parted = async move {
            // The function hears of it at once, whether or not the client takes leave.
            tokio::join!(api.disconnect(connected, end), part(&mut socket, &connected.outbox, end));
            drop(socket);
            drop(parting);
        };
        // What a client has said is for others, too, who hear it when it has left.
        tokio::join!(parted.boxed(), answer_all(under_way));
    }
}

/// Until the client, a limit or the server ends it.
async fn live(
    api: &Arc<WebSocketApi>,
    connected: &Arc<Connected>,
    under_way: &mut UnderWay,
    socket: &mut WebSocket,
    parting: &mut watch::Receiver<bool>,
) -> End {
    let mut closing = api.closing.subscribe();
    tokio::select! {
        // Nothing is taken once others may have left.
        biased;
        _ = closing.wait_for(|is_closing| *is_closing) => {}
        end = exchange(api, connected, under_way, socket) => return end,
    }
    drop(closing);
    tokio::select! {
        _ = parting.wait_for(|is_parting| *is_parting) => {
            End::ours(close_code::AWAY, "Going away", Last::Stop)
        }
        (end, ()) = join(hear_out(connected, socket), answer_all(under_way)) => end,
    }
}

/// Passes messages on, and takes none.
async fn hear_out(connected: &Connected, socket: &mut WebSocket) -> End {
    // A write may have been given up before. The next message would wait for it, and be lost if this is given up, too.
    while socket.flush().await.is_ok() {
        if socket.send(connected.outbox.take().await).await.is_err() {
            break;
        }
    }
    End::abnormal()
}

async fn answer_all(under_way: impl Stream<Item = ()>) {
    under_way.for_each(|()| ready(())).await;
}

async fn exchange(
    api: &Arc<WebSocketApi>,
    connected: &Arc<Connected>,
    under_way: &mut UnderWay,
    socket: &mut WebSocket,
) -> End {
    let limits = &api.definition.limits;
    let ends_at = Instant::now() + limits.life;
    let mut idle_at = Instant::now() + limits.idle;
    loop {
        let may_read = under_way.len() < limits.messages_under_way;
        tokio::select! {
            message = socket.recv(), if may_read => {
                idle_at = Instant::now() + limits.idle;
                connected.touch();
                let body = match message {
                    Some(Ok(Message::Text(text))) => text,
                    // <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html>
                    Some(Ok(Message::Binary(_))) => {
                        return End::ours(close_code::UNSUPPORTED, "Binary frames are not supported", Last::Goodbye);
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(frame))) => return End::theirs(frame),
                    Some(Err(error)) if is_too_long(&error) => {
                        return End::ours(close_code::SIZE, "Message too long", Last::Goodbye);
                    }
                    Some(Err(_)) | None => return End::abnormal(),
                };
                let (api, connected) = (Arc::clone(api), Arc::clone(connected));
                // A server that stops waits for whoever holds it.
                let closing = api.closing.subscribe();
                under_way.push(Box::pin(async move {
                    api.message(&connected, &body).await;
                    drop(closing);
                }));
            }
            message = connected.outbox.take() => {
                if socket.send(message).await.is_err() {
                    return End::abnormal();
                }
                idle_at = Instant::now() + limits.idle;
                connected.touch();
            }
            Some(()) = under_way.next() => {}
            () = sleep_until(idle_at.min(ends_at)) => {
                return End::ours(close_code::AWAY, "Going away", Last::Messages);
            }
        }
    }
}

/// The frame or the message is beyond the limits; the library has no other errors about length.
fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().contains("too long")
}

impl WebSocketApi {
    async fn message(self: &Arc<Self>, connected: &Connected, text: &str) {
        let route = self.select(text);
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
        let event = Map::from_iter([
            ("requestContext".to_owned(), Value::Object(context)),
            ("body".to_owned(), text.into()),
            ("isBase64Encoded".to_owned(), false.into()),
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

async fn part(socket: &mut WebSocket, outbox: &Outbox, end: &End) {
    match end.last {
        Last::Nothing => return,
        // The library has it ready, and without it the client takes this for a lost connection:
        // <https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1>
        Last::Farewell => {
            _ = timeout(PARTING, socket.flush()).await;
            return;
        }
        Last::Goodbye | Last::Messages | Last::Stop => {}
    }
    let is_owed = end.last != Last::Goodbye;
    let patience = if end.last == Last::Stop { LAST_WORDS } else { PARTING };
    let goodbye = async {
        while let Some(message) = is_owed.then(|| outbox.take_ready()).flatten() {
            socket.feed(message).await?;
        }
        let frame = CloseFrame { code: end.code, reason: Utf8Bytes::from(end.reason.as_str()) };
        socket.send(Message::Close(Some(frame))).await?;
        // Those who do not answer have been told nevertheless.
        _ = timeout(patience, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
        Ok::<(), axum::Error>(())
    };
    // However it ends, so does the connection.
    _ = timeout(PARTING, goodbye).await;
}
