//! `Mutation.addMember`: an admin lets somebody in, or gives a member another role.

use chat::members::{self, Member, Role};
use chat::{Error, Store, UserId};
use serde::Deserialize;

use super::Arguments;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    room_id: String,
    user_id: String,
    role: Option<Role>,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Member, Error> {
    let role = input.role.unwrap_or(Role::Member);
    members::add(store, caller, input.room_id.parse()?, input.user_id.parse()?, role).await
}
