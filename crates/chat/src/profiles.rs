//! Who people are to each other: a name and a picture.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use serde::{Deserialize, Serialize};

use crate::keys::{Key, name_index};
use crate::store::item;
use crate::{Error, Store, UserId};

/// What others see of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The user.
    pub id: UserId,
    /// As to be shown. Never empty.
    pub name: String,
    /// A picture, or none.
    pub avatar_url: Option<String>,
}

impl Profile {
    /// Someone without a profile: the account was erased, or no trigger ever ran for it.
    pub(crate) fn unknown(id: UserId) -> Profile {
        Profile { id, name: NAMELESS.into(), avatar_url: None }
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ProfileRow {
    name: String,
    #[serde(rename = "avatarUrl", default, skip_serializing_if = "Option::is_none")]
    avatar_url: Option<String>,
    gsi1pk: String,
    gsi1sk: String,
}

impl ProfileRow {
    pub(crate) fn of(self, id: UserId) -> Profile {
        Profile { id, name: self.name, avatar_url: self.avatar_url }
    }
}

/// The longest name, in characters; longer ones are cut when the profile is made.
pub const MAX_NAME_CHARS: usize = 100;

/// What someone without a name is called.
const NAMELESS: &str = "Unknown";

/// Makes the profile of a newly confirmed user. Repeating it changes nothing. Costs 1 request, 2 WU.
///
/// Both are the user's own words: a name that is only white space becomes another, and an avatar that is not
/// an `https` URL is left out, since one that clients cannot read would void every message beside it.
pub async fn create(store: &Store, id: UserId, name: &str, avatar_url: Option<&str>) -> Result<(), Error> {
    let name: String = name.trim().chars().take(MAX_NAME_CHARS).collect();
    let name = if name.is_empty() { NAMELESS.to_owned() } else { name };
    let avatar_url = avatar_url.filter(|url| is_https(url)).map(str::to_owned);
    let (gsi1pk, gsi1sk) = name_index(&name, id);
    let row = ProfileRow { name, avatar_url, gsi1pk, gsi1sk };
    let written = store
        .dynamodb
        .put_item()
        .table_name(&store.table)
        .set_item(Some(item(&Key::profile(id), &row)?))
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await;
    match written {
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(()),
        other => Ok(other.map(|_| ())?),
    }
}

/// The caller's own profile. Costs 1 request, 1 RU.
///
/// Whoever has none gets one now: the trigger does not run for users that an administrator made, and it may
/// have failed. Without a profile nobody could add them to a room.
pub async fn me(store: &Store, caller: UserId) -> Result<Profile, Error> {
    let key = Key::profile(caller);
    let row: Option<ProfileRow> = store.get_many(std::slice::from_ref(&key)).await?.read(&key)?;
    match row {
        Some(row) => Ok(row.of(caller)),
        None => {
            create(store, caller, NAMELESS, None).await?;
            Ok(Profile::unknown(caller))
        }
    }
}

/// An absolute `https` URL without white space, of at most 2,048 bytes, as AppSync's AWSURL takes it.
fn is_https(url: &str) -> bool {
    url.len() <= 2048
        && url.starts_with("https://")
        && url.parse::<http::Uri>().is_ok_and(|uri| uri.host().is_some())
}

/// The profiles of these users, each read once. Costs 1 request per 100 users, 1 RU a user.
pub(crate) async fn load(
    store: &Store,
    users: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Profile>, Error> {
    let users: HashSet<UserId> = users.into_iter().collect();
    let keys: Vec<Key> = users.iter().copied().map(Key::profile).collect();
    let rows = store.get_many(&keys).await?;
    users
        .into_iter()
        .map(|user| {
            let row: Option<ProfileRow> = rows.read(&Key::profile(user))?;
            Ok((user, row.map_or_else(|| Profile::unknown(user), |row| row.of(user))))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avatar_is_an_https_url() {
        for (url, fits) in [
            ("https://example.com/a.png?x=1", true),
            ("http://example.com/a.png", false),
            ("javascript:alert(1)", false),
            ("not a url", false),
            ("https://", false),
            ("https://a b/c", false),
            (&format!("https://example.com/{}", "x".repeat(2048)), false),
        ] {
            assert_eq!(is_https(url), fits, "{url}");
        }
    }
}
