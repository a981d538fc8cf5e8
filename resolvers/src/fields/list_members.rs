//! `Query.listMembers`: who is in a room.

use chat::members::{self, Member};
use chat::{Error, Page, Store, UserId};
use serde::Deserialize;

use super::Paging;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arguments {
    room_id: String,
    #[serde(flatten)]
    page: Paging,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    arguments: Arguments,
) -> Result<Page<Member>, Error> {
    members::list(store, caller, arguments.room_id.parse()?, &arguments.page.request()?).await
}
