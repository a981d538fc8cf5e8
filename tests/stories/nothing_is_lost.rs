//! What was acknowledged is there, whatever happens to the server.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tests::{Parlor, Person};

#[tokio::test]
async fn everything_acknowledged_survives_a_kill_and_the_sequence_goes_on() {
    let mut parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let room = ann.create_room("PUBLIC").await;
    ben.join_room(&room).await;
    let first = ann.send_as(&room, "before the crash", json!("mine-1")).await;
    let second = ben.send(&room, "me too").await;

    parlor.kill().await;
    parlor.restart().await;

    // The old tokens, the room, the membership, the messages, the memory of client ids.
    let sync = ben.sync(&room, 0).await;
    assert_eq!(sync, json!({ "items": [first, second], "headSeq": 2 }));
    assert_eq!(ann.send_as(&room, "before the crash", json!("mine-1")).await, first);
    assert_eq!(ben.send(&room, "after it").await["seq"], 3);
    let again = Person::sign_in(&parlor, &ann.email, tests::person::PASSWORD).await;
    assert_eq!(again.expect("the account is still there").id, ann.id);
}

#[tokio::test]
async fn kills_under_load_lose_no_acknowledged_message() {
    const KILLS: usize = 5;
    const SENDERS: usize = 4;
    let mut parlor = Parlor::start().await;
    let ann = Arc::new(Person::join(&parlor, "Ann").await);
    let room = ann.create_room("PRIVATE").await;
    let mut acknowledged: BTreeMap<u64, Value> = BTreeMap::new();
    for round in 0..KILLS {
        let mut senders = tokio::task::JoinSet::new();
        let (sent, mut acks) = tokio::sync::mpsc::unbounded_channel();
        for sender in 0..SENDERS {
            let (ann, room, sent) = (Arc::clone(&ann), room.clone(), sent.clone());
            senders.spawn(async move {
                for n in 0.. {
                    let client_id = format!("{round}-{sender}-{n}");
                    match try_send(&ann, &room, &client_id).await {
                        Some(message) => sent.send(message).expect("the story still listens"),
                        None => return,
                    }
                }
            });
        }
        // Enough to be in the middle of things; the rest are on their way when the kill comes.
        for _ in 0..20 {
            let message = acks.recv().await.expect("senders are sending");
            acknowledged.insert(message["seq"].as_u64().expect("a number"), message);
        }
        parlor.kill().await;
        senders.join_all().await;
        drop(sent);
        while let Some(message) = acks.recv().await {
            acknowledged.insert(message["seq"].as_u64().expect("a number"), message);
        }
        parlor.restart().await;
    }
    let stored = everything(&ann, &room).await;
    let seqs: Vec<u64> = stored.keys().copied().collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "no holes, no repeats");
    assert!(acknowledged.len() >= KILLS * 20);
    for (seq, message) in &acknowledged {
        assert_eq!(
            stored.get(seq).map(|stored| &stored["id"]),
            Some(&message["id"]),
            "message {seq} is lost"
        );
        assert_eq!(stored[seq]["clientId"], message["clientId"]);
    }
    let client_ids: std::collections::BTreeSet<_> =
        stored.values().map(|message| message["clientId"].as_str().unwrap_or_default()).collect();
    assert_eq!(client_ids.len(), stored.len(), "every message was stored once");
}

/// The acknowledged message; `None` once the server is gone.
async fn try_send(person: &Person, room: &str, client_id: &str) -> Option<Value> {
    let query = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id seq clientId } }";
    let input = json!({ "roomId": room, "clientId": client_id, "content": { "text": client_id } });
    let mut answer = person.try_answer(query, json!({ "input": input })).await?;
    answer["data"]["sendMessage"].is_object().then(|| answer["data"]["sendMessage"].take())
}

async fn everything(person: &Person, room: &str) -> BTreeMap<u64, Value> {
    let mut messages = BTreeMap::new();
    loop {
        let after = messages.keys().next_back().copied().unwrap_or(0);
        let sync = person.sync(room, after).await;
        for message in sync["items"].as_array().expect("a list") {
            messages.insert(message["seq"].as_u64().expect("a number"), message.clone());
        }
        if messages.keys().next_back().copied().unwrap_or(0) == sync["headSeq"].as_u64().expect("a number") {
            return messages;
        }
    }
}
