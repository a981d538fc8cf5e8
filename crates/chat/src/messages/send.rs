//! Sending: the next sequence number, the message and the memory of its client id, all or nothing.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use serde::Deserialize;

use super::Message;
use super::row::{MessageRow, SentRow};
use crate::keys::Key;
use crate::profiles::{Profile, ProfileRow};
use crate::store::Rows;
use crate::uploads;
use crate::{ClientId, Content, Error, RoomId, Store, Timestamp, UserId, members};

/// Stores a message of a member and answers it; repeated with the same client id, it answers the stored one.
///
/// Costs 2 requests: a read (3 RU; 4 with a client id; 1 a file), then a transaction (6 WU; 8 with a client id; 2 a
/// file). Each other sender who takes the same number first costs one more transaction.
pub async fn send(
    store: &Store,
    caller: UserId,
    room: RoomId,
    client_id: Option<&ClientId>,
    content: &Content,
) -> Result<Message, Error> {
    let sent_key = client_id.map(|client_id| Key::sent(room, caller, client_id));
    let started = Instant::now();
    let _turn = store.turn(room).await?;
    let rows = read(store, caller, room, sent_key.as_ref(), content).await?;
    let (found, _) = members::require(&rows, room, caller)?;
    let sender = match rows.read::<ProfileRow>(&Key::profile(caller))? {
        Some(row) => row.of(caller),
        None => Profile::unknown(caller),
    };
    if let Some(key) = &sent_key
        && let Some(sent) = rows.read::<SentRow>(key)?
    {
        return stored(store, room, sent.seq, sender).await;
    }
    let now = Timestamp::now();
    let mut message = MessageRow {
        seq: found.head_seq + 1,
        sender_id: caller.to_string(),
        client_id: client_id.map(|id| id.as_str().to_owned()),
        text: content.text.as_ref().map(|text| text.as_str().to_owned()),
        attachments: uploads::claimable(&rows, room, caller, &content.attachments)?,
        created_at_ms: now.as_ms(),
        updated_at_ms: now.as_ms(),
        deleted_at_ms: None,
        version: 1,
    };
    let mut pause = Duration::from_millis(5);
    let mut is_head_news = false;
    loop {
        match write(store, caller, room, sent_key.as_ref(), &message).await? {
            Written::Done => return message.shown(store, room, sender),
            Written::SentBefore { seq } => return stored(store, room, seq, sender).await,
            Written::HeadIs { seq } => {
                message.seq = seq + 1;
                is_head_news = !is_head_news;
            }
            Written::Contended => is_head_news = false,
        }
        // Others may be sending to the same room.
        if started.elapsed() > store.patience {
            return Err(Error::Busy);
        }
        // What was learned just now is worth a try at once. Whoever pauses first comes back with an old number
        // and only learns again, so after a pause there are two tries, and the pauses spread the senders out.
        if !is_head_news {
            tokio::time::sleep(pause.mul_f64(fastrand::f64())).await;
            pause = (pause * 2).min(Duration::from_millis(640));
        }
    }
}

async fn read(
    store: &Store,
    caller: UserId,
    room: RoomId,
    sent: Option<&Key>,
    content: &Content,
) -> Result<Rows, Error> {
    let mut keys = Vec::from(members::keys(room, caller));
    keys.push(Key::profile(caller));
    keys.extend(sent.cloned());
    keys.extend(content.attachments.iter().map(|file| Key::file(room, *file)));
    store.get_many(&keys).await
}

/// The message that an earlier call with the same client id stored.
async fn stored(store: &Store, room: RoomId, seq: u32, sender: Profile) -> Result<Message, Error> {
    let key = Key::message(room, seq);
    let row: Option<MessageRow> = store.get_many(std::slice::from_ref(&key)).await?.read(&key)?;
    row.ok_or(Error::NotFound("This clientId was used for a message that has expired."))?
        .shown(store, room, sender)
}

/// How an attempt to write ended.
enum Written {
    Done,
    /// The client id has become this message in the meantime.
    SentBefore {
        seq: u32,
    },
    /// Somebody else took the number.
    HeadIs {
        seq: u32,
    },
    /// Another transaction holds one of the rows.
    Contended,
}

async fn write(
    store: &Store,
    caller: UserId,
    room: RoomId,
    sent: Option<&Key>,
    message: &MessageRow,
) -> Result<Written, Error> {
    // The order matters to `why_cancelled`: DynamoDB gives its reasons in the same order.
    let mut items = vec![take_number(store, room, message.seq)?, members::still(store, room, caller)?];
    if let Some(key) = sent {
        items.push(store.insert(key, &SentRow { seq: message.seq })?);
    }
    items.push(store.insert(&Key::message(room, message.seq), message)?);
    for file in &message.attachments {
        items.push(uploads::claim(store, room, file, message.seq)?);
    }
    let written = store.dynamodb.transact_write_items().set_transact_items(Some(items)).send().await;
    let Err(error) = written else {
        return Ok(Written::Done);
    };
    match error.as_service_error() {
        Some(TransactionCanceledException(cancelled)) => {
            why_cancelled(cancelled.cancellation_reasons(), sent.is_some(), message.attachments.len())
        }
        _ => Err(error.into()),
    }
}

fn why_cancelled(
    reasons: &[CancellationReason],
    has_client_id: bool,
    files: usize,
) -> Result<Written, Error> {
    let failed = |at: usize| reasons.get(at).filter(|reason| reason.code() == Some("ConditionalCheckFailed"));
    if failed(1).is_some() {
        return Err(Error::Forbidden("You are no longer a member of this room."));
    }
    if has_client_id && let Some(row) = failed(2).and_then(|reason| reason.item.clone()) {
        let sent: SentRow = serde_dynamo::from_item(row)?;
        return Ok(Written::SentBefore { seq: sent.seq });
    }
    let first_file = reasons.len().saturating_sub(files);
    if (first_file..reasons.len()).any(|at| failed(at).is_some()) {
        return Err(uploads::already_used());
    }
    if let Some(row) = failed(0).and_then(|reason| reason.item.clone()) {
        let head: Head = serde_dynamo::from_item(row)?;
        return Ok(Written::HeadIs { seq: head.head_seq });
    }
    let is_contention = |reason: &CancellationReason| {
        matches!(
            reason.code(),
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
        )
    };
    if reasons.iter().any(is_contention) {
        return Ok(Written::Contended);
    }
    Err(Error::internal(format!("a send was cancelled for an unknown reason: {reasons:?}")))
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "headSeq")]
    head_seq: u32,
}

fn take_number(store: &Store, room: RoomId, seq: u32) -> Result<TransactWriteItem, Error> {
    let update = Update::builder()
        .table_name(&store.table)
        .set_key(Some(Key::room(room).attributes()))
        .update_expression("SET headSeq = :next")
        .condition_expression("headSeq = :head")
        .expression_attribute_values(":next", AttributeValue::N(seq.to_string()))
        .expression_attribute_values(":head", AttributeValue::N((seq - 1).to_string()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().update(update).build())
}
