//! `Mutation.createRoom`: the caller opens a room and owns it.

use chat::rooms::{self, Room, RoomName, Visibility};
use chat::{ClientId, Error, Store, UserId};
use serde::Deserialize;

use super::Arguments;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    name: String,
    visibility: Visibility,
    client_id: Option<String>,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Room, Error> {
    let client_id: Option<ClientId> = input.client_id.map(|id| id.parse()).transpose()?;
    rooms::create(store, caller, RoomName::new(&input.name)?, input.visibility, client_id.as_ref()).await
}
