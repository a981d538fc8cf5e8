//! Writing a post: the server's id and time, once per client id.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::{
    self, TransactionCanceledException,
};
use serde::{Deserialize, Serialize};

use super::{Post, PostId, PostRow};
use crate::keys::Key;
use crate::profiles::{Profile, ProfileRow};
use crate::store::item;
use crate::{ClientId, Error, Store, Text, Timestamp, UserId};

/// A repeat answers the stored post for this long.
const REMEMBERED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Which post a client id became.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostedRow {
    post: String,
    /// In seconds since 1970, as the table's time to live wants it.
    expires_at: u64,
}

/// Stores a post and answers it; repeated with the same client id within a week, it answers the stored one.
///
/// Costs 2 requests: 2 RU (3 with a client id), then 1 WU per KB (with a client id twice that, and 2).
/// The first post of a month costs a third request, 1 WU.
pub async fn write(
    store: &Store,
    caller: UserId,
    client_id: Option<&ClientId>,
    text: &Text,
) -> Result<Post, Error> {
    let now = Timestamp::now();
    let id = PostId::fresh(now);
    let month = Key::month_of_posts(&id.month());
    let memory = client_id.map(|client_id| Key::posted(caller, client_id));
    let mut keys = vec![Key::profile(caller), month.clone()];
    keys.extend(memory.clone());
    let rows = store.get_many(&keys).await?;
    let sender = match rows.read::<ProfileRow>(&Key::profile(caller))? {
        Some(row) => row.of(caller),
        None => Profile::unknown(caller),
    };
    if let Some(memory) = &memory
        && let Some(posted) = rows.read::<PostedRow>(memory)?
    {
        return stored(store, &posted, sender).await;
    }
    // Before the post: in a month that the list does not know of, nobody would find it.
    if rows.read::<Key>(&month)?.is_none() {
        store.dynamodb.put_item().table_name(&store.table).set_item(Some(month.attributes())).send().await?;
    }
    let row = PostRow {
        id: id.to_string(),
        sender_id: caller.to_string(),
        client_id: client_id.map(|id| id.as_str().to_owned()),
        text: text.as_str().to_owned(),
    };
    let Some(memory) = memory else {
        let item = item(&Key::post(id), &row)?;
        store.dynamodb.put_item().table_name(&store.table).set_item(Some(item)).send().await?;
        return row.shown(sender);
    };
    let posted = PostedRow { post: id.to_string(), expires_at: now.plus(REMEMBERED_FOR).as_s() };
    match remembered(store, &memory, &posted, &Key::post(id), &row).await? {
        None => row.shown(sender),
        Some(before) => stored(store, &before, sender).await,
    }
}

/// Writes the post and the memory of its client id, all or nothing; or answers what the client id has become in
/// the meantime.
async fn remembered(
    store: &Store,
    memory: &Key,
    posted: &PostedRow,
    post: &Key,
    row: &PostRow,
) -> Result<Option<PostedRow>, Error> {
    // The order matters to `why_cancelled`: DynamoDB gives its reasons in the same order.
    let items = vec![store.insert(memory, posted)?, store.insert(post, row)?];
    // The same call is under way elsewhere: once that one is through, this one sees what became of it.
    for pause_ms in [20, 80, 320, 640] {
        let written =
            store.dynamodb.transact_write_items().set_transact_items(Some(items.clone())).send().await;
        let Err(error) = written else { return Ok(None) };
        if let Some(before) = why_cancelled(error)? {
            return Ok(Some(before));
        }
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
    Err(Error::Busy)
}

/// The memory that was there already, or nothing if it is only contended.
fn why_cancelled(error: SdkError<TransactWriteItemsError>) -> Result<Option<PostedRow>, Error> {
    let Some(TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Err(error.into());
    };
    let reason = cancelled.cancellation_reasons().first();
    let before = reason.filter(|reason| reason.code() == Some("ConditionalCheckFailed"));
    Ok(before.and_then(|reason| reason.item.clone()).map(serde_dynamo::from_item).transpose()?)
}

/// The post that an earlier call with the same client id stored.
async fn stored(store: &Store, posted: &PostedRow, sender: Profile) -> Result<Post, Error> {
    let key = Key::post(posted.post.parse()?);
    let row: Option<PostRow> = store.get_many(std::slice::from_ref(&key)).await?.read(&key)?;
    row.ok_or(Error::NotFound("This clientId was used for a post that is gone."))?.shown(sender)
}
