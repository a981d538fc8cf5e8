//! Editing and deleting: the message's next version, under the same number.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};

use super::Message;
use super::row::MessageRow;
use crate::keys::Key;
use crate::members::{self, Role};
use crate::profiles::{self, Profile};
use crate::store::item;
use crate::uploads::{self, FileRow};
use crate::{Content, Error, MessageId, Store, Timestamp, UserId};

/// Gives the author's message another content; the same content again changes nothing.
/// Costs 3 requests: 3 RU and 1 a file; 4 WU and 2 a file that comes or goes; 1 RU.
pub async fn update(
    store: &Store,
    caller: UserId,
    id: MessageId,
    content: &Content,
) -> Result<Message, Error> {
    until_settled(|| try_update(store, caller, id, content)).await
}

/// Leaves a tombstone in the place of a message: the author's own, or anyone's for the owner and admins.
/// It gives its files up. Repeating it changes nothing. Costs 3 requests: 3 RU; 4 WU and 2 a file; 1 RU.
pub async fn delete(store: &Store, caller: UserId, id: MessageId) -> Result<Message, Error> {
    until_settled(|| try_delete(store, caller, id)).await
}

/// Others may be changing the same message: whoever is overtaken reads again and decides anew, a few times.
async fn until_settled<A>(attempt: impl Fn() -> A) -> Result<Message, Error>
where
    A: Future<Output = Result<Message, Refused>>,
{
    for _ in 0..4 {
        match attempt().await {
            Err(Refused::Overtaken) => {}
            Err(Refused::For(error)) => return Err(error),
            Ok(message) => return Ok(message),
        }
    }
    Err(Error::Busy)
}

/// Why nothing was changed.
enum Refused {
    /// Somebody else's change came first.
    Overtaken,
    For(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Refused {
        Refused::For(error.into())
    }
}

async fn try_update(
    store: &Store,
    caller: UserId,
    id: MessageId,
    content: &Content,
) -> Result<Message, Refused> {
    let mut keys = keys(id, caller);
    keys.extend(content.attachments.iter().map(|file| Key::file(id.room, *file)));
    let rows = store.get_many(&keys).await?;
    members::require(&rows, id.room, caller)?;
    let before = message(rows.read(&Key::message(id.room, id.seq))?)?;
    if before.sender()? != caller {
        return Err(Error::Forbidden("Only its author edits a message.").into());
    }
    if before.deleted_at_ms.is_some() {
        return Err(Error::Conflict("This message is deleted; send a new one.").into());
    }
    let (kept, fresh): (Vec<_>, Vec<_>) = content
        .attachments
        .iter()
        .copied()
        .partition(|file| before.attachments.iter().any(|old| old.id == file.to_string()));
    let is_kept = |file: &FileRow| kept.iter().any(|id| id.to_string() == file.id);
    let fresh = uploads::claimable(&rows, id.room, caller, &fresh)?;
    let (stays, goes): (Vec<_>, Vec<_>) = before.attachments.iter().cloned().partition(is_kept);
    let mut after = before.clone();
    after.text = content.text.as_ref().map(|text| text.as_str().to_owned());
    after.attachments = stays.into_iter().chain(fresh.iter().cloned()).collect();
    if after.text != before.text || !fresh.is_empty() || !goes.is_empty() {
        after.updated_at_ms = Timestamp::now().as_ms();
        after.version += 1;
        write(store, caller, id, &after, &fresh, &goes).await?;
    }
    Ok(shown(store, id, after).await?)
}

async fn try_delete(store: &Store, caller: UserId, id: MessageId) -> Result<Message, Refused> {
    let rows = store.get_many(&keys(id, caller)).await?;
    let (_, role) = members::require(&rows, id.room, caller)?;
    let before = message(rows.read(&Key::message(id.room, id.seq))?)?;
    if before.sender()? != caller && role < Role::Admin {
        return Err(
            Error::Forbidden("Only its author, or the room's owner and admins, delete a message.").into()
        );
    }
    let mut after = before.clone();
    if before.deleted_at_ms.is_none() {
        let now_ms = Timestamp::now().as_ms();
        after.text = None;
        after.attachments = Vec::new();
        after.updated_at_ms = now_ms;
        after.deleted_at_ms = Some(now_ms);
        after.version += 1;
        write(store, caller, id, &after, &[], &before.attachments).await?;
    }
    Ok(shown(store, id, after).await?)
}

fn keys(id: MessageId, caller: UserId) -> Vec<Key> {
    let mut keys = Vec::from(members::keys(id.room, caller));
    keys.push(Key::message(id.room, id.seq));
    keys
}

fn message(row: Option<MessageRow>) -> Result<MessageRow, Error> {
    row.ok_or(Error::NotFound("There is no such message in this room."))
}

/// Writes the next version if nobody else has; takes the new files and gives up the old ones with it.
async fn write(
    store: &Store,
    caller: UserId,
    id: MessageId,
    after: &MessageRow,
    claimed: &[FileRow],
    dropped: &[FileRow],
) -> Result<(), Refused> {
    let mut items = vec![members::still(store, id.room, caller)?, next_version(store, id, after)?];
    for file in claimed {
        items.push(uploads::claim(store, id.room, file, id.seq)?);
    }
    for file in dropped {
        let delete = Delete::builder()
            .table_name(&store.table)
            .set_key(Some(Key::file(id.room, file.id.parse()?).attributes()))
            .build()
            .map_err(Error::internal)?;
        items.push(TransactWriteItem::builder().delete(delete).build());
    }
    let written = store.dynamodb.transact_write_items().set_transact_items(Some(items)).send().await;
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|e| e.is_transaction_canceled_exception()) => {
            Err(Refused::Overtaken)
        }
        Err(error) => Err(error.into()),
    }
}

/// The whole row anew, unless somebody else's next version is there already.
fn next_version(store: &Store, id: MessageId, after: &MessageRow) -> Result<TransactWriteItem, Error> {
    let before = u64::from(after.version) - 1;
    let put = Put::builder()
        .table_name(&store.table)
        .set_item(Some(item(&Key::message(id.room, id.seq), after)?))
        .condition_expression("#version = :before")
        .expression_attribute_names("#version", "version")
        .expression_attribute_values(":before", AttributeValue::N(before.to_string()))
        .build()
        .map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

async fn shown(store: &Store, id: MessageId, row: MessageRow) -> Result<Message, Error> {
    let sender = row.sender()?;
    let profile = profiles::load(store, [sender]).await?.remove(&sender);
    row.shown(store, id.room, profile.unwrap_or_else(|| Profile::unknown(sender)))
}
