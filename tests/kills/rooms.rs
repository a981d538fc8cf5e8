//! Somebody who makes one room after the other, each under a client id.

use serde_json::{Value, json};

use crate::door::{Door, Gone, again};

const CREATE: &str = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id name ownerId } }";

#[derive(Default)]
pub(crate) struct Founder {
    is_open: bool,
    pub(crate) acknowledged: Vec<Value>,
}

impl Founder {
    /// The next room; after a kill the same one again.
    pub(crate) async fn step(&mut self, door: &Door) -> Result<(), Gone> {
        if self.is_open {
            again();
        }
        self.is_open = true;
        let room = create(door, self.acknowledged.len()).await?;
        self.is_open = false;
        self.acknowledged.push(room);
        Ok(())
    }

    /// Made again, the last one is answered as it was.
    pub(crate) async fn check_newest(&self, door: &Door) {
        if let Some(newest) = self.acknowledged.last() {
            assert_eq!(&create(door, self.acknowledged.len() - 1).await.unwrap(), newest);
        }
    }

    /// Each room is there, and there once: with the load's own room, nothing else is in the list.
    pub(crate) async fn check(&self, door: &Door) {
        let query = "query($next: String) {
            listRooms(scope: MINE, limit: 100, nextToken: $next) { items { id } nextToken } }";
        let (mut mine, mut next) = (Vec::new(), Value::Null);
        loop {
            let mut page = door.graphql(query, json!({ "next": next })).await.unwrap()["listRooms"].take();
            mine.extend(page["items"].as_array_mut().unwrap().drain(..).map(|mut room| room["id"].take()));
            next = page["nextToken"].take();
            if next.is_null() {
                break;
            }
        }
        for room in &self.acknowledged {
            assert_eq!(mine.iter().filter(|id| **id == room["id"]).count(), 1, "{room}");
        }
        assert_eq!(mine.len(), self.acknowledged.len() + 1);
    }
}

async fn create(door: &Door, number: usize) -> Result<Value, Gone> {
    let client_id = format!("room-{number}");
    let input = json!({ "name": client_id, "visibility": "PUBLIC", "clientId": client_id });
    Ok(door.graphql(CREATE, json!({ "input": input })).await?["createRoom"].take())
}
