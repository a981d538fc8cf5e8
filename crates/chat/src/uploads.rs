//! Files: reserved by a member, uploaded and downloaded by presigned requests, held by one message.
//!
//! The row of a file that no message takes within a day expires; that of a deleted message goes with it. Without
//! a row nobody gets a link. The object itself stays in the bucket for now: the stream's function, when there
//! is one, deletes it when the row goes.

mod bucket;

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};

use crate::keys::Key;
use crate::store::{Rows, item};
use crate::{AttachmentId, Error, RoomId, Store, Timestamp, UserId, members};

pub use bucket::Bucket;

/// The largest file, in bytes.
pub const MAX_SIZE_BYTES: u32 = 25 * 1024 * 1024;

/// A file reserved but not sent is forgotten after this time.
const UNSENT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A file of a room, as members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The file.
    pub id: AttachmentId,
    /// As it was called on the sender's machine.
    pub name: String,
    /// As in HTTP: `image/png`.
    pub content_type: String,
    /// In bytes.
    pub size: u32,
    /// A presigned GET, valid for [`Bucket::LINK_LIFE`].
    pub url: String,
}

/// The request that uploads a reserved file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upload {
    /// Named in a message once the upload is done.
    pub attachment: Attachment,
    /// `PUT`.
    pub method: &'static str,
    /// Presigned, valid for [`Bucket::LINK_LIFE`].
    pub url: String,
    /// To be sent with exactly these values. An answer of 412 says that the file is there already.
    pub headers: Vec<Header>,
}

/// An HTTP header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// A file to reserve, within its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    name: String,
    content_type: String,
    size: u32,
}

impl NewFile {
    /// `name`: 1 to 255 characters without control characters. `content_type`: `type/subtype`, as in HTTP.
    /// `size`: 1 to [`MAX_SIZE_BYTES`].
    pub fn new(name: String, content_type: String, size: i64) -> Result<NewFile, Error> {
        if !(1..=255).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(Error::InvalidInput("name has 1 to 255 characters, none of them a control".into()));
        }
        let is_token = |part: &str| {
            (1..=127).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        if !content_type.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub)) {
            return Err(Error::InvalidInput("contentType is a type and a subtype, such as image/png".into()));
        }
        match u32::try_from(size) {
            Ok(size @ 1..=MAX_SIZE_BYTES) => Ok(NewFile { name, content_type, size }),
            _ => {
                Err(Error::InvalidInput(format!("size is 1 to {MAX_SIZE_BYTES} bytes (25 MiB), not {size}")))
            }
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileRow {
    pub(crate) id: String,
    name: String,
    content_type: String,
    size: u32,
}

/// A file as it lies under its own key: whose it is, and which message has it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReservedRow {
    #[serde(flatten)]
    file: FileRow,
    sender_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
    /// In seconds since 1970, as the table's time to live wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
}

impl FileRow {
    pub(crate) fn shown(&self, bucket: &Bucket, room: RoomId) -> Result<Attachment, Error> {
        let id: AttachmentId = self.id.parse()?;
        Ok(Attachment {
            id,
            name: self.name.clone(),
            content_type: self.content_type.clone(),
            size: self.size,
            url: bucket.download(&object_key(room, id), &self.name, &self.content_type)?,
        })
    }
}

/// Reserves a file in the room and answers the request that uploads it. Members only.
/// Costs 2 requests, 2 RU, 1 WU.
pub async fn create(store: &Store, caller: UserId, room: RoomId, file: NewFile) -> Result<Upload, Error> {
    members::check(store, caller, room).await?;
    let id = AttachmentId::fresh();
    let NewFile { name, content_type, size } = file;
    let row = ReservedRow {
        file: FileRow { id: id.to_string(), name, content_type: content_type.clone(), size },
        sender_id: caller.to_string(),
        seq: None,
        expires_at: Some(Timestamp::now().plus(UNSENT_FOR).as_ms() / 1000),
    };
    store
        .dynamodb
        .put_item()
        .table_name(&store.table)
        .set_item(Some(item(&Key::file(room, id), &row)?))
        .send()
        .await?;
    let headers = vec![
        Header { name: "content-type", value: content_type },
        Header { name: "content-length", value: size.to_string() },
        // Once only: what others have seen is not replaced behind their backs.
        Header { name: "if-none-match", value: "*".into() },
    ];
    Ok(Upload {
        attachment: row.file.shown(&store.uploads, room)?,
        method: "PUT",
        url: store.uploads.upload(&object_key(room, id), &headers)?,
        headers,
    })
}

/// A file of the room with a fresh link. Members only. Costs 1 request, 3 RU.
pub async fn get(store: &Store, caller: UserId, room: RoomId, id: AttachmentId) -> Result<Attachment, Error> {
    let key = Key::file(room, id);
    let mut keys = Vec::from(members::keys(room, caller));
    keys.push(key.clone());
    let rows = store.get_many(&keys).await?;
    members::require(&rows, room, caller)?;
    let row: Option<ReservedRow> = rows.read(&key)?;
    row.ok_or(Error::NotFound("There is no such file in this room; it may have been deleted."))?
        .file
        .shown(&store.uploads, room)
}

/// The files that the caller has reserved in the room and no message has taken.
pub(crate) fn claimable(
    rows: &Rows,
    room: RoomId,
    caller: UserId,
    ids: &[AttachmentId],
) -> Result<Vec<FileRow>, Error> {
    ids.iter()
        .map(|id| {
            let row: Option<ReservedRow> = rows.read(&Key::file(room, *id))?;
            match row {
                Some(row) if row.sender_id == caller.to_string() && row.seq.is_none() => Ok(row.file),
                Some(row) if row.sender_id == caller.to_string() => Err(already_used()),
                _ => Err(Error::InvalidInput(
                    "attachmentIds names a file that you have not reserved in this room: call createUpload, \
                     upload, then send"
                        .into(),
                )),
            }
        })
        .collect()
}

pub(crate) fn already_used() -> Error {
    Error::InvalidInput("attachmentIds names a file that another message has: call createUpload again".into())
}

/// Gives the file to the message, unless another has it.
pub(crate) fn claim(
    store: &Store,
    room: RoomId,
    file: &FileRow,
    seq: u32,
) -> Result<TransactWriteItem, Error> {
    let update = Update::builder()
        .table_name(&store.table)
        .set_key(Some(Key::file(room, file.id.parse()?).attributes()))
        .update_expression("SET seq = :seq REMOVE expiresAt")
        .condition_expression("attribute_exists(pk) AND attribute_not_exists(seq)")
        .expression_attribute_values(":seq", AttributeValue::N(seq.to_string()))
        .build()
        .map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// Neither the name nor the type is in the key: both are the sender's words.
fn object_key(room: RoomId, id: AttachmentId) -> String {
    format!("rooms/{room}/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_has_a_name_a_type_and_a_size() {
        for (name, content_type, size, fits) in [
            ("a.png", "image/png", 1, true),
            ("ä b.svg", "image/svg+xml", i64::from(MAX_SIZE_BYTES), true),
            ("", "image/png", 1, false),
            ("a\nb", "image/png", 1, false),
            ("a", "image", 1, false),
            ("a", "image/png\r\nx: y", 1, false),
            ("a", "text/html; charset=utf-8", 1, false),
            ("a", "image/png", 0, false),
            ("a", "image/png", -1, false),
            ("a", "image/png", i64::from(MAX_SIZE_BYTES) + 1, false),
        ] {
            let made = NewFile::new(name.into(), content_type.into(), size);
            assert_eq!(made.is_ok(), fits, "{name:?} {content_type:?} {size}");
        }
    }
}
