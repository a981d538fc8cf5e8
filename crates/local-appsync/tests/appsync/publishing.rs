//! What subscribers get of a mutation: the fields that it selected, in order, each subscriber alone with its troubles.

use local_appsync::Raised;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::support::{Client, Fixture, Server, fixture};

const SCHEMA: &str = "
    type Query { a: String }
    type Mutation { send(room: ID, seq: Int, text: String, fails: Boolean, nothing: Boolean): Message edit: Message }
    type Message { id: ID! room: ID seq: Int text: String sender: Sender secret: String @aws_cognito_user_pools(cognito_groups: [\"admins\"]) }
    type Sender { name: String! shout: String }
    type Subscription {
        onMessage(room: ID, seq: Int): Message @aws_subscribe(mutations: [\"send\", \"edit\"])
        onEdit: Message @aws_subscribe(mutations: [\"edit\"])
    }
";

fn api() -> Fixture {
    fixture(SCHEMA)
        .resolve("Mutation.send", |context| {
            let mut message = context.arguments;
            if message.contains_key("fails") {
                return Err(Raised::new("Conflict", "no"));
            }
            if message.contains_key("nothing") {
                return Ok(Value::Null);
            }
            message.insert("id".to_owned(), json!("m1"));
            message.insert("sender".to_owned(), json!({"name": "Ada"}));
            message.insert("secret".to_owned(), json!("s"));
            Ok(Value::Object(message))
        })
        .value("Mutation.edit", json!({"id": "m1", "room": "a", "seq": 9}))
        .resolve("Sender.shout", |context| Ok(json!(context.source["name"].as_str().unwrap().to_uppercase())))
}

async fn subscribed(api: &Server, query: &str, variables: Value) -> Client {
    let mut client = api.client().await;
    client.subscribe("1", query, variables).await;
    client
}

#[tokio::test]
async fn a_subscriber_gets_its_selection_of_what_the_mutation_selected() {
    let api = api().build();
    let query = "subscription { m: onMessage { __typename number: seq text sender { name shout } ...F } } fragment F on Message { room }";
    let mut client = subscribed(&api, query, json!({})).await;
    api.query("mutation { send(room: \"a\", seq: 1, text: \"hi\") { id seq room sender { name shout } } }")
        .await;
    assert_eq!(
        client.event("1").await,
        json!({"data": {"m": {
            "__typename": "Message", "number": 1, "text": null, "sender": {"name": "Ada", "shout": "ADA"}, "room": "a",
        }}})
    );
}

#[tokio::test]
async fn a_field_with_an_alias_reaches_subscribers_under_the_alias_alone() {
    let api = api().build();
    let query = "subscription ($r: ID) { onMessage(room: $r) { __typename seq room text } }";
    let mut client = subscribed(&api, query, json!({"r": "hi"})).await;
    api.query(
        "mutation { m: send(room: \"a\", seq: 1, text: \"hi\") { n: seq room: text __typename: seq } }",
    )
    .await;
    assert_eq!(
        client.event("1").await,
        json!({"data": {"onMessage": {"__typename": "Message", "seq": null, "room": "hi", "text": null}}})
    );
}

#[tokio::test]
async fn a_non_null_field_that_the_mutation_did_not_select_voids_the_event_with_an_error() {
    let api = api().build();
    let mut client = subscribed(&api, "subscription { onMessage { id seq } }", json!({})).await;
    api.query("mutation { send(seq: 1) { seq } }").await;
    assert_eq!(
        client.event("1").await,
        json!({"data": {"onMessage": null}, "errors": [{
            "path": ["onMessage", "id"], "locations": null,
            "message": "Cannot return null for non-nullable type: 'ID' within parent 'Message' (/onMessage/id)",
        }]})
    );
}

#[tokio::test]
async fn arguments_filter_by_what_the_mutation_selected() {
    let api = api().build();
    let address = api.listen().await;
    let mut clients = Vec::new();
    for (query, variables) in [
        ("subscription { onMessage { seq } }", json!({})),
        ("subscription { onMessage(room: \"a\") { seq } }", json!({})),
        ("subscription ($r: ID) { onMessage(room: $r) { seq } }", json!({})),
        ("subscription ($r: ID) { onMessage(room: $r) { seq } }", json!({"r": "b"})),
        ("subscription ($r: ID) { onMessage(room: $r) { seq } }", json!({"r": null})),
        ("subscription { onMessage(room: \"a\", seq: 2) { seq } }", json!({})),
    ] {
        let mut client = Client::connect(address, "alice").await;
        client.subscribe("1", query, variables).await;
        clients.push(client);
    }
    for mutation in [
        "mutation { send(room: \"a\", seq: 1) { id room seq } }",
        "mutation { send(room: \"a\", seq: 2) { id room seq } }",
        "mutation { send(room: \"b\", seq: 3) { id room seq } }",
        // Not selected counts as null, whatever was stored.
        "mutation { send(room: \"a\", seq: 4) { id seq } }",
        "mutation { edit { id room seq } }",
    ] {
        assert_eq!(api.query(mutation).await["errors"], Value::Null);
    }
    for (client, expected) in
        clients.iter_mut().zip([&[1, 2, 3, 4, 9][..], &[1, 2, 9], &[1, 2, 3, 4, 9], &[3], &[4], &[2]])
    {
        for seq in expected {
            assert_eq!(client.event("1").await, json!({"data": {"onMessage": {"seq": seq}}}));
        }
        // Nothing else was on its way.
        client.send(json!({"id": "1", "type": "stop"})).await;
        assert_eq!(client.next().await, json!({"id": "1", "type": "complete"}));
    }
}

#[tokio::test]
async fn only_mutations_that_have_a_value_are_published_and_only_where_they_are_named() {
    let api = api().build();
    let mut client = api.client().await;
    client.subscribe("all", "subscription { onMessage { seq } }", json!({})).await;
    client.subscribe("edits", "subscription { onEdit { seq } }", json!({})).await;
    api.query("mutation { a: send(fails: true) { id seq } b: send(nothing: true) { id seq } c: send(seq: 5) { id seq } d: edit { id seq } }").await;
    assert_eq!(client.event("all").await["data"]["onMessage"]["seq"], 5);
    let mut last = [client.next().await, client.next().await];
    last.sort_by_key(|frame| frame["id"].to_string());
    assert_eq!(last[0]["payload"], json!({"data": {"onMessage": {"seq": 9}}}));
    assert_eq!(last[1]["payload"], json!({"data": {"onEdit": {"seq": 9}}}));
}

#[tokio::test]
async fn a_stopped_subscription_gets_nothing_more() {
    let api = api().build();
    let mut client = api.client().await;
    client.subscribe("1", "subscription { onMessage { seq } }", json!({})).await;
    client.subscribe("2", "subscription { onMessage { seq } }", json!({})).await;
    client.send(json!({"id": "1", "type": "stop"})).await;
    assert_eq!(client.next().await["type"], "complete");
    api.query("mutation { send(seq: 1) { id seq } }").await;
    assert_eq!(client.event("2").await["data"]["onMessage"]["seq"], 1);
    client.send(json!({"id": "2", "type": "stop"})).await;
    assert_eq!(client.next().await, json!({"id": "2", "type": "complete"}));
}

#[tokio::test]
async fn fields_closed_to_the_subscriber_are_withheld_though_the_sender_may_see_them() {
    let api = api().build();
    let query = "subscription { onMessage { seq secret } }";
    let mut client = subscribed(&api, query, json!({})).await;
    client.start_as("bob", "2", query, json!({})).await;
    assert_eq!(client.next().await["type"], "start_ack");
    api.query_as("bob", "mutation { send(seq: 1) { id seq secret } }", json!({})).await;
    let mut frames = [client.next().await, client.next().await];
    frames.sort_by_key(|frame| frame["id"].to_string());
    assert_eq!(frames[0]["payload"]["data"]["onMessage"], json!({"seq": 1, "secret": null}));
    assert_eq!(frames[0]["payload"]["errors"][0]["errorType"], "Unauthorized");
    assert_eq!(frames[1]["payload"], json!({"data": {"onMessage": {"seq": 1, "secret": "s"}}}));
}

#[tokio::test]
async fn an_event_over_240_kilobytes_arrives_as_an_error() {
    let api = api().build();
    let mut client = subscribed(&api, "subscription { onMessage { text } }", json!({})).await;
    let query = "mutation ($text: String) { send(text: $text) { id text } }";
    api.query_with(query, json!({"text": "x".repeat(240 * 1024)})).await;
    let event = client.event("1").await;
    assert_eq!(event["data"], json!({"onMessage": null}));
    assert_eq!(event["errors"][0]["errorType"], "PayloadSizeExceeded");
    api.query_with(query, json!({"text": "x".repeat(200 * 1024)})).await;
    assert_eq!(client.event("1").await["data"]["onMessage"]["text"].as_str().unwrap().len(), 200 * 1024);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_sees_the_events_in_the_same_order() {
    let api = api().build();
    let address = api.listen().await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = Client::connect(address, "alice").await;
        client.subscribe("1", "subscription { onMessage { seq } }", json!({})).await;
        clients.push(client);
    }
    let senders = (0..4).map(|sender| {
        let api = api.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                api.query_with(
                    "mutation ($n: Int) { send(seq: $n) { id seq } }",
                    json!({"n": sender * 50 + n}),
                )
                .await;
            }
        })
    });
    futures::future::join_all(senders.collect::<Vec<_>>()).await.into_iter().for_each(Result::unwrap);
    let mut orders = Vec::new();
    for client in &mut clients {
        let mut order = Vec::new();
        for _ in 0..200 {
            order.push(client.event("1").await["data"]["onMessage"]["seq"].as_i64().unwrap());
        }
        orders.push(order);
    }
    assert!(orders.iter().all(|order| *order == orders[0]));
    for sender in 0..4 {
        let of_sender: Vec<i64> = orders[0].iter().copied().filter(|n| n / 50 == sender).collect();
        assert!(of_sender.is_sorted(), "{of_sender:?}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed_and_the_others_get_everything() {
    let api = api().limits(|limits| limits.waiting_frames = 16).build();
    let address = api.listen().await;
    let query = "subscription { onMessage { seq text } }";
    let mut slow = Client::connect(address, "alice").await;
    slow.subscribe("1", query, json!({})).await;
    let mut fast = Client::connect(address, "bob").await;
    fast.subscribe("1", query, json!({})).await;
    let text = "x".repeat(100_000);
    // More than the buffers of both sockets hold.
    for seq in 0..200 {
        let variables = json!({"seq": seq, "text": text});
        api.query_with(
            "mutation ($seq: Int, $text: String) { send(seq: $seq, text: $text) { id seq text } }",
            variables,
        )
        .await;
        assert_eq!(fast.event("1").await["data"]["onMessage"]["seq"], seq);
    }
    // What was sent before it ended arrives without a hole.
    let mut next = 0;
    use futures::StreamExt;
    let end = loop {
        match slow.0.next().await {
            Some(Ok(tokio_tungstenite::tungstenite::Message::Text(text))) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(frame["payload"]["data"]["onMessage"]["seq"], next);
                next += 1;
            }
            other => break other,
        }
    };
    assert!((1..200).contains(&next), "{next}");
    match end {
        Some(Ok(tokio_tungstenite::tungstenite::Message::Close(Some(frame)))) => {
            assert_eq!(frame.code, CloseCode::Again)
        }
        // If it could not even take the close frame, the connection just ends.
        Some(Err(_)) | None => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_vanishes_leaves_the_others_alone() {
    let api = api().build();
    let address = api.listen().await;
    let mut stays = Client::connect(address, "alice").await;
    let mut vanishes = Client::connect(address, "bob").await;
    for client in [&mut stays, &mut vanishes] {
        client.subscribe("1", "subscription { onMessage { seq } }", json!({})).await;
    }
    drop(vanishes);
    for seq in 0..10 {
        api.query_with("mutation ($n: Int) { send(seq: $n) { id seq } }", json!({"n": seq})).await;
        assert_eq!(stays.event("1").await["data"]["onMessage"]["seq"], seq);
    }
}

#[tokio::test]
async fn a_mutation_is_published_though_its_client_goes_away() {
    let (let_go, go) = tokio::sync::watch::channel(false);
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let api = api().resolve_async("Mutation.edit", move |_| {
        let (mut go, begun) = (go.clone(), begun.clone());
        async move {
            begun.send(()).await.unwrap();
            go.wait_for(|go| *go).await.unwrap();
            Ok(json!({"id": "m1", "seq": 9}).into())
        }
    });
    let api = api.build();
    let mut client = subscribed(&api, "subscription { onEdit { seq } }", json!({})).await;
    let request = {
        let api = api.clone();
        tokio::spawn(async move { api.query("mutation { edit { id seq } }").await })
    };
    has_begun.recv().await.unwrap();
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    let_go.send(true).unwrap();
    assert_eq!(client.event("1").await["data"]["onEdit"]["seq"], 9);
}
