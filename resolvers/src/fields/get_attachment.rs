//! `Query.getAttachment`: a file's fresh download link.

use chat::uploads::{self, Attachment};
use chat::{Error, Store, UserId};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arguments {
    room_id: String,
    id: String,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    arguments: Arguments,
) -> Result<Attachment, Error> {
    uploads::get(store, caller, arguments.room_id.parse()?, arguments.id.parse()?).await
}
