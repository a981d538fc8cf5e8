//! Stopping, as those who are connected see it: nothing that was acknowledged is missing, and everybody is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::{BoxFuture, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Live, PATIENCE, Parlor, Person};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::{gateway, tls};

/// The close code of <https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1> for a server that goes down.
const GOING_AWAY: u16 = 1001;

/// The numbers of the messages that come until the server closes the connection, and its close code.
async fn heard<S: AsyncRead + AsyncWrite + Unpin>(mut live: Live<S>) -> (BTreeSet<u64>, Option<u16>) {
    let frames = live.until_closed().await;
    let number = |frame: &Value| frame["payload"]["data"]["onMessage"]["seq"].as_u64();
    (frames.iter().filter_map(number).collect(), live.close_code())
}

/// The numbers of the messages that were acknowledged before the server was gone.
async fn sends_until_the_end(person: Arc<Person>, room: String) -> BTreeSet<u64> {
    let query = "mutation($input: SendMessageInput!) { sendMessage(input: $input) {
        id roomId seq sender { id name } content { text } createdAt updatedAt version } }";
    let input = json!({ "roomId": room, "content": { "text": "Still here" } });
    let mut acknowledged = BTreeSet::new();
    while let Some(answer) = person.try_answer(query, json!({ "input": input })).await {
        let number = answer["data"]["sendMessage"]["seq"].as_u64();
        acknowledged.insert(number.unwrap_or_else(|| panic!("{answer}")));
    }
    acknowledged
}

#[tokio::test]
async fn whoever_listens_hears_all_that_was_acknowledged_and_goodbye() {
    everybody_hears_all(Parlor::start().await, 30, 10).await;
}

#[tokio::test]
async fn on_a_slow_network_they_hear_it_as_well() {
    everybody_hears_all(Parlor::start_with(&["--latency", "50..150"]).await, 4, 2).await;
}

/// So many of them in plain text, so many in TLS, while messages are sent.
async fn everybody_hears_all(mut parlor: Parlor, plain: usize, secure: usize) {
    let ann = Arc::new(Person::join(&parlor, "Ann").await);
    let room = ann.create_room("PUBLIC").await;
    let mut screens: Vec<BoxFuture<_>> = Vec::new();
    for _ in 0..plain {
        let mut live = ann.go_live().await;
        live.listen(&room).await;
        screens.push(Box::pin(heard(live)));
    }
    let config = tls::config(&parlor, "localhost").await;
    for _ in 0..secure {
        let stream = tls::connect(&parlor, "localhost").await.expect("a handshake");
        let mut live = Live::connect_over(stream, &config, &ann.access_token).await;
        live.listen(&room).await;
        screens.push(Box::pin(heard(live)));
    }
    // Somebody who does not read keeps nothing from the others.
    let mut asleep = ann.go_live().await;
    asleep.listen(&room).await;

    let screens = tokio::spawn(join_all(screens));
    let senders: Vec<_> =
        (0..3).map(|_| tokio::spawn(sends_until_the_end(Arc::clone(&ann), room.clone()))).collect();
    for _ in 0..5 {
        asleep.message().await;
    }
    parlor.interrupt().await;

    let mut acknowledged = BTreeSet::new();
    for sender in senders {
        acknowledged.extend(sender.await.expect("every message was acknowledged, or nothing"));
    }
    for (number, (heard, code)) in screens.await.expect("every frame was whole").into_iter().enumerate() {
        let missing: Vec<_> = acknowledged.difference(&heard).collect();
        assert!(missing.is_empty(), "the screen {number} misses {missing:?}");
        assert_eq!(code, Some(GOING_AWAY), "the screen {number}");
    }
    assert_eq!(heard(asleep).await.1, Some(GOING_AWAY), "it finds out once it reads again");
}

#[tokio::test]
async fn the_feeds_sockets_are_told_as_well() {
    let mut parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        let (status, ticket) = gateway::rest(&parlor, Method::POST, "/tickets", Some(&ann.id_token)).await;
        assert_eq!(status, 201, "{ticket}");
        let url = ticket["url"].as_str().expect("the socket's address");
        sockets.push(connect_async(url).await.expect("a ticket opens the socket").0);
    }
    let told = sockets.into_iter().map(|mut socket| async move {
        let mut code = None;
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(frame) = message {
                code = frame.map(|frame| u16::from(frame.code));
            }
        }
        code
    });
    let told = tokio::spawn(join_all(told));
    parlor.interrupt().await;
    let told = tokio::time::timeout(PATIENCE, told).await.expect("the server is gone").expect("no panic");
    assert_eq!(told, [Some(GOING_AWAY); 5]);
}
