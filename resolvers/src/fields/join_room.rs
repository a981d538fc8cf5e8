//! `Mutation.joinRoom`: the caller becomes a member of a public room.

use chat::members::{self, Member};
use chat::{Error, Store, UserId};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arguments {
    room_id: String,
}

pub(super) async fn resolve(store: &Store, caller: UserId, arguments: Arguments) -> Result<Member, Error> {
    members::join(store, caller, arguments.room_id.parse()?).await
}
