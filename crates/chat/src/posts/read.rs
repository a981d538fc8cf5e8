//! Reading the feed backwards, month by month, without a scan and without asking for months that have no posts.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Post, PostRow};
use crate::keys::{Key, MONTHS_OF_POSTS, post_partition};
use crate::page::{StartKey, token};
use crate::profiles::{self, Profile};
use crate::store::{Query, Sort};
use crate::{Error, Page, PageRequest, Store};

/// What the list's tokens are called.
const LIST: &str = "posts";

/// The most months that one page looks into: where people post little, a page is short rather than slow.
const MONTHS_A_PAGE: usize = 6;

/// The posts, newest first, for whoever is signed in. Pages may be shorter than asked for.
///
/// Costs 3 requests, and 1 more for every further month that the page reaches into, at most 8: 1 RU for the
/// months, 1 RU per 4 KB of posts, 1 RU a sender.
pub async fn list(store: &Store, page: &PageRequest) -> Result<Page<Post>, Error> {
    let start = page.start(LIST)?;
    let months = months(store, start.as_ref().and_then(month_of)).await?;
    let mut place = start.filter(|key| key.contains_key("sk") && month_of(key) == months.first().cloned());
    let limit = usize::try_from(page.limit()).unwrap_or_default();
    let (mut rows, mut next): (Vec<PostRow>, Option<StartKey>) = (Vec::new(), None);
    for (looked_into, month) in months.iter().enumerate() {
        let left = i32::try_from(limit - rows.len()).unwrap_or_default();
        if left == 0 || looked_into == MONTHS_A_PAGE {
            next = Some(beginning_of(month));
            break;
        }
        let query = Query {
            index: None,
            partition: post_partition(month),
            sort: Sort::All,
            ascending: false,
            limit: left,
            start: place.take(),
        };
        let (items, end) = store.query(query).await?;
        for item in items {
            rows.push(serde_dynamo::from_item(item)?);
        }
        if end.is_some() {
            next = end;
            break;
        }
    }
    let senders = rows.iter().map(PostRow::sender).collect::<Result<Vec<_>, _>>()?;
    let profiles = profiles::load(store, senders.iter().copied()).await?;
    let items = rows
        .into_iter()
        .zip(senders)
        .map(|(row, sender)| {
            row.shown(profiles.get(&sender).cloned().unwrap_or_else(|| Profile::unknown(sender)))
        })
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: next.map(|key| token(LIST, key)) })
}

/// The months that have posts, newest first, from this one on; one more than a page looks into.
async fn months(store: &Store, from: Option<String>) -> Result<Vec<String>, Error> {
    let query = Query {
        index: None,
        partition: MONTHS_OF_POSTS.into(),
        sort: from.map_or(Sort::All, |month| Sort::Between("0".into(), month)),
        ascending: false,
        limit: i32::try_from(MONTHS_A_PAGE + 1).unwrap_or(i32::MAX),
        start: None,
    };
    let (items, _) = store.query(query).await?;
    items.into_iter().map(|item| Ok(serde_dynamo::from_item::<_, Key>(item)?.sk)).collect()
}

/// Before the first post of a month, seen from the newest.
fn beginning_of(month: &str) -> StartKey {
    HashMap::from([("pk".to_owned(), AttributeValue::S(post_partition(month)))])
}

/// The month in which the page before ended. What is not one is greater than none or equal to none: a forged
/// token finds what an honest one would.
fn month_of(key: &StartKey) -> Option<String> {
    let partition = key.get("pk")?.as_s().ok()?;
    partition.strip_prefix("POSTS#").filter(|month| !month.is_empty()).map(str::to_owned)
}
