//! `Mutation.deleteMessage`: a tombstone takes the place of a message.

use chat::messages::{self, Message};
use chat::{Error, Store, UserId};
use serde::Deserialize;

use super::{Arguments, message_of};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    room_id: String,
    id: String,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Message, Error> {
    messages::delete(store, caller, message_of(&input.room_id, &input.id)?).await
}
