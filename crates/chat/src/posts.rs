//! The feed: posts of whoever is signed in, for whoever is signed in, newest first.

mod read;
mod write;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::profiles::Profile;
use crate::{ClientId, Error, Timestamp, UserId};

pub use read::list;
pub use write::write;

/// A post, as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// The post. Clients that hear of one twice merge by it.
    pub id: PostId,
    /// The sender's own name for it, if one was given.
    pub client_id: Option<ClientId>,
    /// Who wrote it, as they are called now.
    pub sender: Profile,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A post's id: its time and a random part, so that finding a post by id costs no index. Text order is time order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostId {
    at: Timestamp,
    random: Uuid,
}

impl PostId {
    fn fresh(at: Timestamp) -> PostId {
        PostId { at, random: Uuid::new_v4() }
    }

    pub(crate) fn month(self) -> String {
        self.at.month()
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}:{}", self.at.as_ms(), self.random)
    }
}

impl FromStr for PostId {
    type Err = Error;

    fn from_str(text: &str) -> Result<PostId, Error> {
        let parse = || {
            let (at, random) = text.split_once(':')?;
            let id = PostId { at: Timestamp::from_ms(at.parse().ok()?), random: random.parse().ok()? };
            (id.to_string() == text).then_some(id)
        };
        parse().ok_or_else(|| Error::InvalidInput("this is not the id of a post".into()))
    }
}

impl Serialize for PostId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How a post lies in the table; its sort key is its id.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostRow {
    #[serde(rename = "sk")]
    id: String,
    sender_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    text: String,
}

impl PostRow {
    fn sender(&self) -> Result<UserId, Error> {
        self.sender_id.parse()
    }

    fn shown(self, sender: Profile) -> Result<Post, Error> {
        let id: PostId = self.id.parse()?;
        Ok(Post {
            id,
            client_id: self.client_id.map(|id| id.parse()).transpose()?,
            sender,
            text: self.text,
            created_at: id.at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_sorts_by_time() {
        let early = PostId::fresh(Timestamp::from_ms(999_999_999_999));
        let late = PostId::fresh(Timestamp::from_ms(1_700_000_000_000));
        assert_eq!(late.to_string().parse::<PostId>().unwrap(), late);
        assert!(early.to_string() < late.to_string());
        assert_eq!((early.month().as_str(), late.month().as_str()), ("2001-09", "2023-11"));
        for wrong in ["", ":", "1:x", "1700000000000", &late.to_string()[1..]] {
            assert!(wrong.parse::<PostId>().is_err(), "{wrong}");
        }
    }
}
