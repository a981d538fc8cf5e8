//! `Query.getRoom`: one room.

use chat::rooms::{self, Room};
use chat::{Error, Store, UserId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Arguments {
    id: String,
}

pub(super) async fn resolve(store: &Store, caller: UserId, arguments: Arguments) -> Result<Room, Error> {
    rooms::get(store, caller, arguments.id.parse()?).await
}
