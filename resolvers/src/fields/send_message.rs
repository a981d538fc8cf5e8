//! `Mutation.sendMessage`: a member says something in a room.

use chat::messages::{self, Message};
use chat::{ClientId, Error, Store, UserId};
use serde::Deserialize;

use super::{Arguments, ContentInput};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    room_id: String,
    client_id: Option<String>,
    content: ContentInput,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Message, Error> {
    let client_id: Option<ClientId> = input.client_id.map(|id| id.parse()).transpose()?;
    let content = input.content.content()?;
    messages::send(store, caller, input.room_id.parse()?, client_id.as_ref(), &content).await
}
