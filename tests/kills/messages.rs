//! Somebody who sends one message after the other, each under a client id, until it is acknowledged.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::Person;

use crate::door::{Door, Gone, again};

pub(crate) const SEND: &str = "mutation($input: SendMessageInput!) {
    sendMessage(input: $input) { id roomId seq clientId content { text attachments { id url } } } }";

pub(crate) struct Sender {
    name: usize,
    room: String,
    is_open: bool,
    pub(crate) acknowledged: Vec<Value>,
}

impl Sender {
    pub(crate) fn new(name: usize, room: &str) -> Sender {
        Sender { name, room: room.to_owned(), is_open: false, acknowledged: Vec::new() }
    }

    /// The next message; after a kill the same one again.
    pub(crate) async fn step(&mut self, door: &Door) -> Result<(), Gone> {
        if self.is_open {
            again();
        }
        self.is_open = true;
        let message = self.send(door, self.acknowledged.len()).await?;
        self.is_open = false;
        self.acknowledged.push(message);
        Ok(())
    }

    /// Sent again, the last one is answered as it was.
    pub(crate) async fn check_newest(&self, door: &Door) {
        if let Some(newest) = self.acknowledged.last() {
            let answered = self.send(door, self.acknowledged.len() - 1).await.unwrap();
            assert_eq!(&answered, newest);
        }
    }

    async fn send(&self, door: &Door, number: usize) -> Result<Value, Gone> {
        let client_id = format!("{}-{number}", self.name);
        let input = json!({ "roomId": self.room, "clientId": client_id, "content": { "text": client_id } });
        Ok(door.graphql(SEND, json!({ "input": input })).await?["sendMessage"].take())
    }
}

/// Sequence numbers have no holes, client ids no repeats, and every acknowledged message is where it was.
pub(crate) async fn check(person: &Person, room: &str, acknowledged: impl Iterator<Item = &Value>) {
    let mut stored: BTreeMap<u64, Value> = BTreeMap::new();
    loop {
        let after = stored.keys().next_back().copied().unwrap_or(0);
        let mut sync = person.sync(room, after).await;
        for message in sync["items"].as_array_mut().unwrap() {
            stored.insert(message["seq"].as_u64().unwrap(), message.take());
        }
        if stored.keys().next_back().copied().unwrap_or(0) == sync["headSeq"].as_u64().unwrap() {
            break;
        }
    }
    assert!(stored.keys().copied().eq(1..=stored.len() as u64), "a hole: {:?}", stored.keys());
    let mut client_ids: Vec<&str> =
        stored.values().map(|message| message["clientId"].as_str().unwrap()).collect();
    client_ids.sort_unstable();
    let messages = client_ids.len();
    client_ids.dedup();
    assert_eq!(client_ids.len(), messages, "a message was stored twice");
    let mut count = 0;
    for message in acknowledged {
        let found = &stored[&message["seq"].as_u64().unwrap()];
        for field in ["id", "clientId"] {
            assert_eq!(found[field], message[field], "{message} became {found}");
        }
        assert_eq!(found["content"]["text"], message["content"]["text"]);
        count += 1;
    }
    assert_eq!(count, messages, "everything was acknowledged in the end, and nothing else is there");
}
