//! `Query.syncMessages`: everything after the last message that a client has seen.

use chat::messages::{self, Sync};
use chat::{Error, PageRequest, Store, UserId};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arguments {
    room_id: String,
    after_seq: i64,
    limit: Option<i64>,
}

pub(super) async fn resolve(store: &Store, caller: UserId, arguments: Arguments) -> Result<Sync, Error> {
    let after_seq = u32::try_from(arguments.after_seq).map_err(|_| {
        Error::InvalidInput("afterSeq is 0 (from the beginning) or the seq of a message you have".into())
    })?;
    let page = PageRequest::new(arguments.limit, None)?;
    messages::sync(store, caller, arguments.room_id.parse()?, after_seq, &page).await
}
