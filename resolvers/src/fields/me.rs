//! `Query.me`: the caller's own profile.

use chat::profiles::{self, Profile};
use chat::{Error, Store, UserId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct NoArguments {}

pub(super) async fn resolve(store: &Store, caller: UserId, _: NoArguments) -> Result<Profile, Error> {
    profiles::me(store, caller).await
}
