//! One client's WebSocket, from its first frame to its end.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep};

use super::frames::{ClientFrame, Problem, ServerFrame, SubscriptionId, send};
use super::kept_headers::KeptHeaders;
use super::outbox::Outbox;
use super::parting::{End, part};
use super::start;
use super::subscriptions::{Membership, Start, Subscription, Subscriptions};
use super::told::SubscriptionStart;
use crate::Api;
use crate::caller::{Caller, now_s};
use crate::object::Object;

pub(super) struct Connection {
    api: Arc<Api>,
    headers: KeptHeaders,
    source_ip: IpAddr,
    outbox: Outbox,
    subscriptions: HashMap<SubscriptionId, State>,
    starting: FuturesUnordered<BoxFuture<'static, Started>>,
    starts_so_far: u64,
    keep_alive: Interval,
    end: Pin<Box<Sleep>>,
}

/// How many frames are written before anything else is heard.
const FRAMES_AT_ONCE: usize = 64;

enum State {
    /// Its resolver has not answered yet; the number tells it from a later one with the same id.
    Starting(u64),
    Active(#[expect(dead_code, reason = "held for its drop, which ends the subscription")] Membership),
}

/// A start whose resolver has answered.
struct Started {
    id: SubscriptionId,
    number: u64,
    start: Start,
    subscription: Result<Subscription, Vec<Problem>>,
}

impl Connection {
    pub(super) fn open(
        api: Arc<Api>,
        caller: &Caller,
        headers: &[(String, String)],
        source_ip: IpAddr,
    ) -> Connection {
        let now = Instant::now();
        let mut keep_alive = tokio::time::interval_at(now + api.limits.keep_alive, api.limits.keep_alive);
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut connection = Connection {
            end: Box::pin(tokio::time::sleep(api.limits.connection)),
            outbox: Outbox::new(&api.limits),
            api,
            headers: KeptHeaders::new(headers),
            source_ip,
            subscriptions: HashMap::new(),
            starting: FuturesUnordered::new(),
            starts_so_far: 0,
            keep_alive,
        };
        connection.end_with(caller);
        connection
    }

    /// Until its end; `closing` is held until then.
    #[expect(
        clippy::manual_async_fn,
        reason = "it would have room for its arguments twice, for each connection"
    )]
    pub(super) fn serve(
        mut self,
        mut socket: WebSocket,
        mut closing: watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + Send {
        async move {
            let outbox = self.outbox.clone();
            // Whoever wants the connection to end is heard even while a write waits for the client.
            let end = tokio::select! {
                end = self.run(&mut socket) => end,
                ending = outbox.ending() => End::By(ending),
                _ = closing.wait_for(|is_closing| *is_closing) => End::ServerCloses,
            };
            // Nobody puts anything into the outbox from here on.
            self.starting.clear();
            self.subscriptions.clear();
            part(&mut socket, &outbox, end).await;
            drop(socket);
            drop(closing);
        }
    }

    async fn run(&mut self, socket: &mut WebSocket) -> End {
        loop {
            tokio::select! {
                message = socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => self.receive(&text),
                    Some(Ok(Message::Binary(_))) => self.unsupported("binary"),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_))) => return End::Closed,
                    None => return End::Gone,
                    Some(Err(error)) => return End::unreadable(&error),
                },
                () = self.outbox.filled() => {
                    // A client that reads no more keeps nothing open beyond its time.
                    let sent = tokio::select! {
                        biased;
                        () = &mut self.end => return End::Expired,
                        sent = send(socket, &self.outbox, FRAMES_AT_ONCE) => sent,
                    };
                    if sent.is_err() {
                        return End::Gone;
                    }
                }
                Some(started) = self.starting.next(), if !self.starting.is_empty() => self.started(started),
                _ = self.keep_alive.tick() => self.outbox.put(ServerFrame::keep_alive()),
                () = &mut self.end => return End::Expired,
            }
        }
    }

    fn receive(&mut self, text: &str) {
        let frame: ClientFrame = match serde_json::from_str(text) {
            Ok(Object(frame)) => frame,
            Err(error) => {
                return self.complain(
                    None,
                    "BadRequestException",
                    &format!("A frame must be a JSON object whose type and id are texts: {error}"),
                );
            }
        };
        let id = frame.id.as_deref().map(SubscriptionId::new);
        match (frame.kind.as_str(), id) {
            ("connection_init", _) => {
                self.outbox.put(ServerFrame::connection_ack());
                self.outbox.put(ServerFrame::keep_alive());
                self.keep_alive.reset();
            }
            ("start", Some(id)) => self.start(id, frame.payload),
            ("stop", Some(id)) => self.stop(&id),
            ("start" | "stop", None) => {
                self.complain(None, "BadRequestException", &format!("A {} frame needs an id.", frame.kind));
            }
            _ => self.unsupported("unknown"),
        }
    }

    fn start(&mut self, id: SubscriptionId, payload: Option<serde_json::Value>) {
        if self.subscriptions.contains_key(&id) {
            // In AppSync's words: <https://github.com/aws-amplify/amplify-js/issues/12818>.
            return self.complain(
                Some(&id),
                "DuplicatedOperationError",
                &format!("Duplicated operation with id {}", id.name()),
            );
        }
        let most = self.api.limits.subscriptions_per_connection;
        // Those stopped before their resolver has answered count too, or start and stop in turn would pile them up.
        if self.subscriptions.len().max(self.starting.len()) >= most {
            return self.complain(
                Some(&id),
                "MaxSubscriptionsReachedError",
                &format!("A connection may hold {most} subscriptions."),
            );
        }
        self.starts_so_far += 1;
        let number = self.starts_so_far;
        self.subscriptions.insert(id.clone(), State::Starting(number));
        let (api, headers, source_ip) = (self.api.clone(), self.headers.clone(), self.source_ip);
        let start = Subscriptions::begin(&api);
        let started = async move {
            let began = Instant::now();
            let mut told = SubscriptionStart::default();
            let subscription = start::prepare(&api, payload, &headers, source_ip, &mut told).await;
            if let Some(on_start) = api.on_start.get() {
                if let Err(problems) = &subscription {
                    told.refused(problems);
                }
                told.took = began.elapsed();
                on_start(told);
            }
            Started { id, number, start, subscription }
        };
        self.starting.push(started.boxed());
    }

    fn started(&mut self, started: Started) {
        let Started { id, number, start, subscription } = started;
        if !matches!(self.subscriptions.get(&id), Some(State::Starting(current)) if *current == number) {
            return;
        }
        match subscription {
            Ok(subscription) => {
                self.end_with(&subscription.call.caller);
                // No event can come before the acknowledgement, and none is lost after it: the frame is sent only
                // once this function has returned.
                self.outbox.put(ServerFrame::start_ack(&id));
                let membership = start.join(subscription, id.clone(), self.outbox.clone());
                self.subscriptions.insert(id, State::Active(membership));
            }
            Err(problems) => {
                self.subscriptions.remove(&id);
                self.outbox.put(ServerFrame::error(Some(&id), &problems));
            }
        }
    }

    fn stop(&mut self, id: &SubscriptionId) {
        match self.subscriptions.remove(id) {
            Some(_) => self.outbox.put(ServerFrame::complete(id)),
            None => self.complain(
                Some(id),
                "UnknownOperationError",
                "There is no subscription with this id on the connection.",
            ),
        }
    }

    /// Without the frame's id, as AppSync answers: <https://github.com/enisdenjo/graphql-ws/issues/602>.
    fn unsupported(&self, what: &str) {
        let message = format!("{what} not supported through the realtime channel");
        self.complain(None, "UnsupportedOperation", &message);
    }

    fn complain(&self, id: Option<&SubscriptionId>, error_type: &str, message: &str) {
        self.outbox.put(ServerFrame::error(id, &[Problem::new(error_type, message)]));
    }

    /// A connection lasts no longer than any token that it was authorized with.
    fn end_with(&mut self, caller: &Caller) {
        if let Some(expires_at_s) = caller.expires_at_s {
            let left = Duration::from_secs(
                expires_at_s.saturating_sub(now_s()).min(self.api.limits.connection.as_secs()),
            );
            let ends_at = self.end.deadline().min(Instant::now() + left);
            self.end.as_mut().reset(ends_at);
        }
    }
}
