//! The end of the server: everybody hears of it, after what they are still to hear, and nobody keeps it waiting.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::clock::{Network, connect, connect_silent};
use super::support::{Client, Fixture, Server, fixture};

const ON_SAY: &str = "subscription { onSay }";

/// In bytes. Ten of them are more than the network holds.
const EVENT: usize = 30 * 1024;

fn api() -> Fixture {
    let schema = "
        type Query { a: String }
        type Mutation { say: String }
        type Subscription { onSay: String @aws_subscribe(mutations: [\"say\"]) }
    ";
    fixture(schema).value("Mutation.say", json!("x".repeat(EVENT)))
}

async fn subscribed(api: &Server) -> Client<Network> {
    let mut client = connect(api, "alice").await;
    client.subscribe("1", ON_SAY, json!({})).await;
    client
}

/// Its events until the server says goodbye.
async fn hears_all(mut client: Client<Network>, events: usize) {
    for _ in 0..events {
        assert_eq!(client.event("1").await["data"]["onSay"].as_str().map(str::len), Some(EVENT));
    }
    let end = client.closed().await;
    assert_eq!((end.code, end.reason.as_str()), (CloseCode::Away, "The server is shutting down"));
}

#[tokio::test(start_paused = true)]
async fn whoever_reads_hears_every_event_and_goodbye_and_takes_no_time() {
    let api = api().build();
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(subscribed(&api).await);
    }
    for _ in 0..10 {
        api.query("mutation { say }").await;
    }
    let begun = Instant::now();
    let (_, _) =
        tokio::join!(api.0.close(), join_all(clients.into_iter().map(|client| hears_all(client, 10))));
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn whoever_reads_nothing_is_waited_for_three_seconds_and_keeps_nothing_from_the_others() {
    let api = api().build();
    let (slow, client) = (subscribed(&api).await, subscribed(&api).await);
    for _ in 0..10 {
        api.query("mutation { say }").await;
    }
    let begun = Instant::now();
    let heard = async {
        hears_all(client, 10).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
    };
    tokio::join!(api.0.close(), heard);
    assert_eq!(begun.elapsed().as_secs(), 3);
    drop(slow);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_told_and_does_not_answer_is_waited_for_a_second() {
    let api = api().build();
    let client = subscribed(&api).await;
    let begun = Instant::now();
    api.0.close().await;
    assert_eq!(begun.elapsed().as_secs(), 1);
    // It was told nevertheless.
    hears_all(client, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_has_not_heard_of_it_yet_is_told_at_once() {
    let api = api().build();
    let mut stranger = connect_silent(&api, "mallory").await;
    let begun = Instant::now();
    let told = async move {
        assert_eq!(stranger.next().await["type"], "connection_error");
        assert_eq!(stranger.closed().await.code, CloseCode::Policy);
    };
    tokio::join!(api.0.close(), told);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_gone_already_is_not_waited_for() {
    let api = api().build();
    drop(subscribed(&api).await);
    let begun = Instant::now();
    api.0.close().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}
