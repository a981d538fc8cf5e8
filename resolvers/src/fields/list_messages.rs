//! `Query.listMessages`: a room's messages, page by page.

use chat::messages::{self, Direction, Message};
use chat::{Error, Page, Store, UserId};
use serde::Deserialize;

use super::Paging;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arguments {
    room_id: String,
    sort_direction: Option<SortDirection>,
    #[serde(flatten)]
    page: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum SortDirection {
    Asc,
    Desc,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    arguments: Arguments,
) -> Result<Page<Message>, Error> {
    let direction = match arguments.sort_direction {
        Some(SortDirection::Asc) => Direction::Ascending,
        None | Some(SortDirection::Desc) => Direction::Descending,
    };
    messages::list(store, caller, arguments.room_id.parse()?, direction, &arguments.page.request()?).await
}
