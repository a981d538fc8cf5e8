//! `Mutation.removeMember`: a member leaves, or is sent away.

use chat::members::{self, Member};
use chat::{Error, Store, UserId};
use serde::Deserialize;

use super::Arguments;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    room_id: String,
    user_id: String,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Member, Error> {
    members::remove(store, caller, input.room_id.parse()?, input.user_id.parse()?).await
}
