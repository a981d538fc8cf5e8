//! `Subscription.onMessage`: asked once, when somebody subscribes; members only.

use chat::{Error, Store, UserId, members};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arguments {
    room_id: String,
}

/// Answers null: AppSync would check anything else against the selection set, and refuse.
pub(super) async fn resolve(store: &Store, caller: UserId, arguments: Arguments) -> Result<(), Error> {
    members::check(store, caller, arguments.room_id.parse()?).await?;
    Ok(())
}
