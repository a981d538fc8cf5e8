//! How a message lies in the table, and what readers see of it.

use serde::{Deserialize, Serialize};

use super::{Message, Shown};
use crate::profiles::Profile;
use crate::uploads::FileRow;
use crate::{Error, MessageId, RoomId, Store, Timestamp, UserId};

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageRow {
    pub(super) seq: u32,
    pub(super) sender_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) attachments: Vec<FileRow>,
    pub(super) created_at_ms: u64,
    pub(super) updated_at_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deleted_at_ms: Option<u64>,
    pub(super) version: u32,
}

impl MessageRow {
    pub(super) fn sender(&self) -> Result<UserId, Error> {
        self.sender_id.parse()
    }

    pub(super) fn shown(self, store: &Store, room_id: RoomId, sender: Profile) -> Result<Message, Error> {
        let attachments = self
            .attachments
            .iter()
            .map(|file| file.shown(&store.uploads, room_id))
            .collect::<Result<_, _>>()?;
        Ok(Message {
            id: MessageId { room: room_id, seq: self.seq },
            room_id,
            seq: self.seq,
            client_id: self.client_id.map(|id| id.parse()).transpose()?,
            sender,
            content: Shown { text: self.text, attachments },
            created_at: Timestamp::from_ms(self.created_at_ms),
            updated_at: Timestamp::from_ms(self.updated_at_ms),
            deleted_at: self.deleted_at_ms.map(Timestamp::from_ms),
            version: self.version,
        })
    }
}

/// Which message a client id became.
#[derive(Serialize, Deserialize)]
pub(super) struct SentRow {
    pub(super) seq: u32,
}
