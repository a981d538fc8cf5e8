//! Stopping, as those who are connected see it: nothing that was acknowledged is missing, and everybody is told.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::{BoxFuture, join_all};
use futures::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Live, PATIENCE, Parlor, Person};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async, connect_async};

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

/// What one socket of the feed got until the server closed it.
#[derive(Default)]
struct Feed {
    /// The ids of its own posts that were acknowledged.
    acknowledged: BTreeSet<String>,
    /// The ids of those of others.
    heard: BTreeSet<String>,
    close_code: Option<u16>,
}

/// Listens, and posts again as soon as the last post was acknowledged, if it posts at all.
async fn feed<S>(mut socket: WebSocketStream<S>, posts: bool, first: mpsc::UnboundedSender<()>) -> Feed
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let post = || Message::from(json!({ "action": "sendpost", "text": "Still here" }).to_string());
    let mut feed = Feed::default();
    if posts {
        socket.send(post()).await.expect("the socket is open");
    }
    while let Some(Ok(message)) = socket.next().await {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(frame) => {
                feed.close_code = frame.map(|frame| u16::from(frame.code));
                continue;
            }
            other => panic!("{other:?}"),
        };
        let frame: Value = serde_json::from_str(&text).expect("JSON");
        let id = || frame["post"]["id"].as_str().expect("an id").to_owned();
        match frame["type"].as_str() {
            Some("post") => _ = feed.heard.insert(id()),
            Some("sent") => {
                feed.acknowledged.insert(id());
                // Nobody may be there to hear of it any more, nor of the post.
                _ = first.send(());
                _ = socket.send(post()).await;
            }
            _ => panic!("{frame}"),
        }
    }
    feed
}

#[tokio::test]
async fn the_feeds_sockets_hear_every_acknowledged_post_and_goodbye() {
    let mut parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let ticket = async || {
        let (status, ticket) = gateway::rest(&parlor, Method::POST, "/tickets", Some(&ann.id_token)).await;
        assert_eq!(status, 201, "{ticket}");
        ticket["url"].as_str().expect("the socket's address").to_owned()
    };
    let (acknowledged, mut acknowledgements) = mpsc::unbounded_channel();
    let mut sockets: Vec<BoxFuture<_>> = Vec::new();
    for number in 0..6 {
        let (socket, _) = connect_async(ticket().await).await.expect("a ticket opens the socket");
        sockets.push(Box::pin(feed(socket, number < 2, acknowledged.clone())));
    }
    for _ in 0..2 {
        let stream = tls::connect(&parlor, "localhost").await.expect("a handshake");
        let (socket, _) = client_async(ticket().await, stream).await.expect("a ticket opens the socket");
        sockets.push(Box::pin(feed(socket, false, acknowledged.clone())));
    }
    let feeds = tokio::spawn(join_all(sockets));
    for _ in 0..10 {
        acknowledgements.recv().await.expect("posts are acknowledged");
    }
    parlor.interrupt().await;

    let feeds = tokio::time::timeout(PATIENCE, feeds).await.expect("the server is gone").expect("no panic");
    let acknowledged: BTreeSet<_> = feeds.iter().flat_map(|feed| &feed.acknowledged).collect();
    for (number, feed) in feeds.iter().enumerate() {
        let known: BTreeSet<_> = feed.heard.union(&feed.acknowledged).collect();
        let missing: Vec<_> = acknowledged.difference(&known).collect();
        assert!(missing.is_empty(), "of {} posts the socket {number} misses {missing:?}", acknowledged.len());
        assert_eq!(feed.close_code, Some(GOING_AWAY), "the socket {number}");
    }
}
