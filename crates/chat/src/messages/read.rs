//! Reading a room's messages: page by page, or everything after a sequence number.

use std::collections::HashMap;

use super::row::MessageRow;
use super::{Message, Sync};
use crate::keys::{message_sort_key, room_partition};
use crate::profiles::{self, Profile};
use crate::store::{Query, Sort};
use crate::{Error, Page, PageRequest, RoomId, Store, UserId, members};

/// In which order a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Ascending,
    /// Newest first.
    Descending,
}

/// The room's messages by sequence number. Members only. Costs 2 requests in parallel and 1 after them:
/// 2 RU, 1 RU per 4 KB of messages, 1 RU a sender.
pub async fn list(
    store: &Store,
    caller: UserId,
    room: RoomId,
    direction: Direction,
    page: &PageRequest,
) -> Result<Page<Message>, Error> {
    let list = match direction {
        Direction::Ascending => format!("messages/asc/{room}"),
        Direction::Descending => format!("messages/desc/{room}"),
    };
    let ascending = direction == Direction::Ascending;
    let messages = store.page(&list, page, room_partition(room), Sort::StartsWith("MSG#"), ascending);
    let (_, (rows, next_token)) = tokio::try_join!(members::check(store, caller, room), messages)?;
    Ok(Page { items: show(store, room, rows).await?, next_token })
}

/// Everything after `after_seq`, ascending, at most `page`'s limit at a time. Members only. Whoever calls
/// again until its last number is `head_seq` has missed nothing. Costs what [`list`] costs.
pub async fn sync(
    store: &Store,
    caller: UserId,
    room: RoomId,
    after_seq: u32,
    page: &PageRequest,
) -> Result<Sync, Error> {
    let keys = members::keys(room, caller);
    let after = store.query(Query {
        index: None,
        partition: room_partition(room),
        sort: Sort::Between(message_sort_key(after_seq.saturating_add(1)), message_sort_key(u32::MAX)),
        ascending: true,
        limit: page.limit(),
        start: None,
    });
    let (rows, (items, _)) = tokio::try_join!(store.get_many(&keys), after)?;
    let (room_now, _) = members::require(&rows, room, caller)?;
    let rows = items.into_iter().map(serde_dynamo::from_item).collect::<Result<_, _>>()?;
    let items = show(store, room, rows).await?;
    // A message may have come between the two reads: what was handed out exists.
    let head_seq = items.last().map_or(0, |last| last.seq).max(room_now.head_seq);
    Ok(Sync { items, head_seq })
}

async fn show(store: &Store, room: RoomId, rows: Vec<MessageRow>) -> Result<Vec<Message>, Error> {
    let senders = rows.iter().map(MessageRow::sender).collect::<Result<Vec<_>, _>>()?;
    let profiles: HashMap<UserId, Profile> = profiles::load(store, senders.iter().copied()).await?;
    rows.into_iter()
        .zip(senders)
        .map(|(row, sender)| {
            let profile = profiles.get(&sender).cloned().unwrap_or_else(|| Profile::unknown(sender));
            row.shown(store, room, profile)
        })
        .collect()
}
