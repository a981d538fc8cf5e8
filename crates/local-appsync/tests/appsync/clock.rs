//! The realtime protocol by the clock. The clock stands still until everybody waits, and the network is in memory, so
//! that nothing here takes time or depends on it.

use std::future::pending;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::support::{Client, Fixture, Server, fixture};

const ON_SAY: &str = "subscription { onSay }";
const HOUR: Duration = Duration::from_secs(60 * 60);

fn api() -> Fixture {
    saying("hi")
}

fn saying(text: &str) -> Fixture {
    let schema = "
        type Query { a: String }
        type Mutation { say: String }
        type Subscription { onSay: String @aws_subscribe(mutations: [\"say\"]) }
    ";
    fixture(schema).value("Mutation.say", json!(text))
}

/// A connection in memory, as its client has it.
pub(crate) type Network = DuplexStream;

/// Accepts what is sent to it.
struct InMemory(mpsc::Receiver<DuplexStream>);

impl axum::serve::Listener for InMemory {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Acknowledged.
pub(crate) async fn connect(api: &Server, token: &str) -> Client<Network> {
    let mut client = connect_silent(api, token).await;
    client.send(json!({"type": "connection_init"})).await;
    assert_eq!(client.next().await["type"], "connection_ack");
    assert_eq!(client.next().await, json!({"type": "ka"}));
    client
}

/// Without a frame sent.
pub(crate) async fn connect_silent(api: &Server, token: &str) -> Client<Network> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let (sender, receiver) = mpsc::channel(1);
    sender.send(far).await.unwrap();
    let router = api.0.router();
    tokio::spawn(async move { axum::serve(InMemory(receiver), router).await });
    let mut request = "ws://localhost/graphql/realtime".into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
    request.headers_mut().insert("authorization", token.parse().unwrap());
    Client(client_async(request, near).await.unwrap().0)
}

/// A token of Alice's that is good for an hour.
fn for_an_hour() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!("alice@{}", (now + HOUR).as_secs())
}

/// The end of [`for_an_hour`], whose clock is the real one and counts whole seconds.
async fn ends_after_an_hour(client: &mut Client<Network>, begun: Instant) {
    let end = client.closed().await;
    assert_eq!((end.code, end.reason.as_str()), (CloseCode::Policy, "The authorization has expired"));
    assert!(begun.elapsed() <= HOUR + Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(begun.elapsed() >= HOUR / 2, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_keep_alive_comes_every_thirty_seconds() {
    let mut client = connect(&api().build(), "alice").await;
    for _ in 0..5 {
        let before = Instant::now();
        assert_eq!(client.next().await, json!({"type": "ka"}));
        assert_eq!(before.elapsed().as_secs(), 30);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_with_the_token_that_opened_it() {
    let begun = Instant::now();
    let mut client = connect(&api().build(), &for_an_hour()).await;
    ends_after_an_hour(&mut client, begun).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_with_the_token_of_any_of_its_subscriptions() {
    let begun = Instant::now();
    let mut client = connect(&api().build(), "alice").await;
    client.start_as(&for_an_hour(), "1", ON_SAY, json!({})).await;
    assert_eq!(client.next().await["type"], "start_ack");
    ends_after_an_hour(&mut client, begun).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_reads_nothing_any_more_ends_with_their_token_as_well() {
    let api = saying(&"x".repeat(100 * 1024)).build();
    let mut client = connect(&api, &for_an_hour()).await;
    client.start_as("alice", "1", ON_SAY, json!({})).await;
    assert_eq!(client.next().await["type"], "start_ack");
    // More than the network holds.
    api.query("mutation { say }").await;
    tokio::time::sleep(HOUR / 2).await;
    assert_eq!(api.0.subscriptions().len(), 1);
    tokio::time::sleep(HOUR).await;
    assert_eq!(api.0.subscriptions().len(), 0);
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_after_a_day() {
    let mut client = connect(&api().build(), "alice").await;
    let begun = Instant::now();
    client.closed().await;
    assert_eq!(begun.elapsed().as_secs(), 24 * HOUR.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_start_whose_resolver_does_not_answer_fails_after_thirty_seconds() {
    let api = api().resolve_async("Subscription.onSay", |_| pending()).build();
    let mut client = connect(&api, "alice").await;
    let begun = Instant::now();
    client.start_as("alice", "1", ON_SAY, json!({})).await;
    let frame: Value = loop {
        let frame = client.next().await;
        if frame["type"] != "ka" {
            break frame;
        }
    };
    assert_eq!(begun.elapsed().as_secs(), 30);
    let errors = json!([{"errorType": "ExecutionTimeout", "message": "Execution timed out."}]);
    assert_eq!(frame, json!({"id": "1", "type": "error", "payload": {"errors": errors}}));
}
