//! A room of the seed is made, its members come in, and its messages after them.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Filling;
use super::messages::Known;
use super::people::SignedIn;
use crate::seed::client::Refusal;
use crate::seed::{Membership, Room, SeedError};

/// The largest page.
const PAGE: usize = 100;

const ROOMS: &str = "query($limit: Int, $next: String) { \
    listRooms(scope: MINE, limit: $limit, nextToken: $next) { items { id } nextToken } }";

const MEMBERS: &str = "query($room: ID!, $limit: Int, $next: String) { \
    listMembers(roomId: $room, limit: $limit, nextToken: $next) { items { user { id } } nextToken } }";

impl Filling<'_> {
    pub(super) async fn room(&mut self, room: &Room) -> Result<(), SeedError> {
        let refused = |reason: Refusal| {
            self.seed.refused(room.line, format!("room {:?}", room.name), reason.to_string())
        };
        let owner = &self.people[room.owner].token;
        let query = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { \
                     id name visibility ownerId createdAt headSeq } }";
        let input = json!({
            "name": room.name, "visibility": room.visibility, "clientId": room.client_id,
        });
        if !self.rooms.contains_key(&room.owner) {
            let rooms = self.all(owner, ROOMS, &Value::Null, "/id").await.map_err(refused)?;
            self.rooms.insert(room.owner, rooms);
        }
        let made = self.front_end.graphql(owner, query, json!({ "input": input })).await.map_err(refused)?;
        let id = &made["id"];
        let is_new = !self.rooms[&room.owner].contains(id.as_str().unwrap_or_default());
        self.filled.rooms += usize::from(is_new);
        let present = self.all(owner, MEMBERS, id, "/user/id").await.map_err(refused)?;
        let known = match made["headSeq"].as_u64() {
            Some(0) => HashMap::new(),
            _ => self.known(owner, id).await.map_err(refused)?,
        };
        for membership in &room.members {
            if !present.contains(&self.people[membership.person].id) {
                self.member(room, id, membership).await?;
            }
        }
        for message in &room.messages {
            self.message(id, message, known.get(&message.client_id)).await?;
            self.tell();
        }
        Ok(())
    }

    /// What one of a list's items says, of all items on all pages.
    async fn all(
        &self,
        token: &str,
        query: &str,
        room: &Value,
        item: &str,
    ) -> Result<HashSet<String>, Refusal> {
        let mut all = HashSet::new();
        let mut next = Value::Null;
        loop {
            let variables = json!({ "room": room, "limit": PAGE, "next": next });
            let mut page = self.front_end.graphql(token, query, variables).await?;
            let items = page["items"].as_array().into_iter().flatten();
            all.extend(items.filter_map(|found| found.pointer(item)?.as_str().map(str::to_owned)));
            next = page["nextToken"].take();
            if next.is_null() {
                return Ok(all);
            }
        }
    }

    /// A room's messages by client id.
    async fn known(&self, token: &str, room: &Value) -> Result<HashMap<String, Known>, Refusal> {
        let query = "query($room: ID!, $after: Int!, $limit: Int) { \
                     syncMessages(roomId: $room, afterSeq: $after, limit: $limit) { \
                     items { id seq clientId version } headSeq } }";
        let mut known = HashMap::new();
        let mut after = json!(0);
        loop {
            let variables = json!({ "room": room, "after": after, "limit": PAGE });
            let page = self.front_end.graphql(token, query, variables).await?;
            let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
            for item in items {
                let version = item["version"].as_u64().unwrap_or(1);
                if let Some(client_id) = item["clientId"].as_str() {
                    known.insert(client_id.to_owned(), Known { id: item["id"].clone(), version });
                }
            }
            match items.last().map(|item| &item["seq"]) {
                Some(last) if *last != page["headSeq"] => after = last.clone(),
                _ => return Ok(known),
            }
        }
    }

    /// Whoever may come in by themselves does; the others are added by the owner.
    async fn member(&self, room: &Room, id: &Value, membership: &Membership) -> Result<(), SeedError> {
        let Membership { line, person, is_admin } = *membership;
        let SignedIn { id: user, token } = &self.people[person];
        let added = if room.visibility == chat::rooms::Visibility::Public && !is_admin {
            let query = "mutation($room: ID!) { joinRoom(roomId: $room) { roomId } }";
            self.front_end.graphql(token, query, json!({ "room": id })).await
        } else {
            let query = "mutation($input: AddMemberInput!) { addMember(input: $input) { roomId } }";
            let role = if is_admin { "ADMIN" } else { "MEMBER" };
            let input = json!({ "roomId": id, "userId": user, "role": role });
            self.front_end.graphql(&self.people[room.owner].token, query, json!({ "input": input })).await
        };
        added.map(drop).map_err(|refusal| {
            let what = format!("a member of {:?}", room.name);
            self.seed.refused(line, what, refusal.to_string())
        })
    }
}
