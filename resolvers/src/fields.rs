//! Which file answers which field.

mod add_member;
mod create_room;
mod create_upload;
mod delete_message;
mod get_attachment;
mod get_room;
mod join_room;
mod list_members;
mod list_messages;
mod list_rooms;
mod me;
mod on_message;
mod remove_member;
mod send_message;
mod sync_messages;
mod update_message;

use chat::{Error, MessageId, PageRequest, RoomId, Store};
use serde::Deserialize;
use serde_json::Value;

use crate::{Event, Failure};

macro_rules! fields {
    ($($field:literal => $module:ident,)*) => {
        /// Every field that this function answers, as `Mutation.sendMessage`.
        pub const FIELDS: &[&str] = &[$($field),*];

        /// Hands the event to the field's own file: arguments in, answer out.
        pub(crate) async fn resolve(store: &Store, event: Event) -> Result<Value, Failure> {
            match event.field().as_str() {
                $($field => {
                    let caller = event.caller()?;
                    event.without_aliases()?;
                    let answer = $module::resolve(store, caller, event.arguments()?).await?;
                    serde_json::to_value(answer).map_err(|error| Failure::internal(error.to_string()))
                })*
                unknown => Err(Failure::internal(format!("no resolver answers {unknown}"))),
            }
        }
    };
}

fields! {
    "Query.me" => me,
    "Query.getRoom" => get_room,
    "Query.listRooms" => list_rooms,
    "Query.listMembers" => list_members,
    "Query.listMessages" => list_messages,
    "Query.syncMessages" => sync_messages,
    "Query.getAttachment" => get_attachment,
    "Mutation.createRoom" => create_room,
    "Mutation.joinRoom" => join_room,
    "Mutation.addMember" => add_member,
    "Mutation.removeMember" => remove_member,
    "Mutation.sendMessage" => send_message,
    "Mutation.updateMessage" => update_message,
    "Mutation.deleteMessage" => delete_message,
    "Mutation.createUpload" => create_upload,
    "Subscription.onMessage" => on_message,
}

/// `limit` and `nextToken`, as every list has them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paging {
    limit: Option<i64>,
    next_token: Option<String>,
}

impl Paging {
    fn request(self) -> Result<PageRequest, Error> {
        PageRequest::new(self.limit, self.next_token)
    }
}

/// `ContentInput`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContentInput {
    text: Option<String>,
    attachment_ids: Option<Vec<String>>,
}

impl ContentInput {
    fn content(self) -> Result<chat::Content, Error> {
        let text = self.text.map(chat::Text::new).transpose()?;
        let attachments =
            self.attachment_ids.unwrap_or_default().iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
        chat::Content::new(text, attachments)
    }
}

/// The wrapper of every mutation's `input`.
#[derive(Deserialize)]
struct Arguments<T> {
    input: T,
}

/// The message that `id` names, if it is one of the room.
fn message_of(room_id: &str, id: &str) -> Result<MessageId, Error> {
    let room: RoomId = room_id.parse()?;
    let id: MessageId = id.parse()?;
    if id.room == room { Ok(id) } else { Err(Error::NotFound("There is no such message in this room.")) }
}
