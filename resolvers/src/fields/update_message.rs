//! `Mutation.updateMessage`: an author gives a message another content.

use chat::messages::{self, Message};
use chat::{Error, Store, UserId};
use serde::Deserialize;

use super::{Arguments, ContentInput, message_of};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    room_id: String,
    id: String,
    content: ContentInput,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Message, Error> {
    let id = message_of(&input.room_id, &input.id)?;
    messages::update(store, caller, id, &input.content.content()?).await
}
