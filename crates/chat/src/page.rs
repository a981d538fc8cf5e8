//! A page of a list, and the token that continues it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Items in order, and where the next ones begin; `next_token` is `None` on the last page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// At most as many as asked for; there may be fewer, even none, before the last page.
    pub items: Vec<T>,
    /// Opaque. Good for the same list with the same arguments.
    pub next_token: Option<String>,
}

/// Which page is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    limit: Option<u16>,
    token: Option<String>,
}

impl PageRequest {
    /// The most items of a page.
    pub const MAX_LIMIT: u16 = 100;
    /// The items of a page when nobody says how many.
    pub const DEFAULT_LIMIT: u16 = 50;

    /// `limit`: 1 to 100, by default 50. `token`: the `next_token` of the page before.
    pub fn new(limit: Option<i64>, token: Option<String>) -> Result<PageRequest, Error> {
        let limit = limit
            .map(|limit| match u16::try_from(limit) {
                Ok(limit @ 1..=PageRequest::MAX_LIMIT) => Ok(limit),
                _ => {
                    Err(Error::InvalidInput(format!("limit is 1 to {}, not {limit}", PageRequest::MAX_LIMIT)))
                }
            })
            .transpose()?;
        Ok(PageRequest { limit, token })
    }

    pub(crate) fn limit(&self) -> i32 {
        i32::from(self.limit.unwrap_or(PageRequest::DEFAULT_LIMIT))
    }

    /// What is left of the page once `count` items are on it, from the beginning of another list.
    pub(crate) fn after(&self, count: usize) -> Option<PageRequest> {
        let limit = self.limit.unwrap_or(PageRequest::DEFAULT_LIMIT);
        let left = limit.checked_sub(u16::try_from(count).ok()?).filter(|left| *left > 0)?;
        Some(PageRequest { limit: Some(left), token: None })
    }

    /// The place where the page before ended, if the token is one of the list called `list`.
    pub(crate) fn start(&self, list: &str) -> Result<Option<StartKey>, Error> {
        let Some(token) = &self.token else { return Ok(None) };
        let refused = || Error::InvalidInput("nextToken is not one of this list's: start without it".into());
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
        let cursor: Cursor = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        if cursor.list != list {
            return Err(refused());
        }
        Ok(Some(cursor.after.into_iter().map(|(name, value)| (name, AttributeValue::S(value))).collect()))
    }
}

pub(crate) type StartKey = HashMap<String, AttributeValue>;

/// What a token says inside: no secret, only a place in a list that the caller may read anyway.
#[derive(Serialize, Deserialize)]
struct Cursor {
    list: String,
    after: std::collections::BTreeMap<String, String>,
}

/// The token that continues `list` after `key`; all keys of the table are strings.
pub(crate) fn token(list: &str, key: StartKey) -> String {
    let after = key
        .into_iter()
        .filter_map(|(name, value)| match value {
            AttributeValue::S(value) => Some((name, value)),
            _ => None,
        })
        .collect();
    let cursor = Cursor { list: list.to_owned(), after };
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).expect("strings are always JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_1_to_100() {
        for (limit, fits) in [(None, true), (Some(1), true), (Some(100), true)] {
            assert_eq!(PageRequest::new(limit, None).is_ok(), fits);
        }
        for limit in [0, -1, 101, i64::MAX] {
            assert!(PageRequest::new(Some(limit), None).is_err(), "{limit}");
        }
    }

    #[test]
    fn a_token_continues_its_own_list_only() {
        let key = HashMap::from([("pk".to_owned(), AttributeValue::S("a".into()))]);
        let request = |token: &str| PageRequest::new(None, Some(token.into())).unwrap();
        let made = token("members", key.clone());
        assert_eq!(request(&made).start("members").unwrap(), Some(key));
        for wrong in [made.as_str(), "", "!!", "bnVsbA", "e30"] {
            assert!(matches!(request(wrong).start("rooms"), Err(Error::InvalidInput(_))), "{wrong}");
        }
    }
}
