//! `Mutation.createUpload`: a member reserves a file and learns how to upload it.

use chat::uploads::{self, NewFile, Upload};
use chat::{Error, Store, UserId};
use serde::Deserialize;

use super::Arguments;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    room_id: String,
    name: String,
    content_type: String,
    size: i64,
}

pub(super) async fn resolve(
    store: &Store,
    caller: UserId,
    Arguments { input }: Arguments<Input>,
) -> Result<Upload, Error> {
    let file = NewFile::new(input.name, input.content_type, input.size)?;
    uploads::create(store, caller, input.room_id.parse()?, file).await
}
