//! `Query.listRooms`: the caller's rooms, and those that can be joined.

use chat::rooms::{self, Room, Scope};
use chat::{Error, Page, Store, UserId};
use serde::Deserialize;

use super::Paging;

#[derive(Deserialize)]
pub(super) struct Arguments {
    scope: Option<RoomScope>,
    #[serde(flatten)]
    page: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum RoomScope {
    All,
    Mine,
    Joinable,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    arguments: Arguments,
) -> Result<Page<Room>, Error> {
    let scope = match arguments.scope {
        None | Some(RoomScope::All) => Scope::All,
        Some(RoomScope::Mine) => Scope::Mine,
        Some(RoomScope::Joinable) => Scope::Joinable,
    };
    rooms::list(store, caller, scope, &arguments.page.request()?).await
}
