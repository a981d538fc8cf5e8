//! Messages: in each room numbered 1, 2, 3 … without holes or repeats.

mod change;
mod read;
mod row;
mod send;

use serde::Serialize;

use crate::profiles::Profile;
use crate::uploads::Attachment;
use crate::{ClientId, MessageId, RoomId, Timestamp};

pub use change::{delete, update};
pub use read::{Direction, list, sync};
pub use send::send;

/// A message in its current state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// Its room.
    pub room_id: RoomId,
    /// Its place in the room: 1, 2, 3 …
    pub seq: u32,
    /// The sender's own name for it, if one was given.
    pub client_id: Option<ClientId>,
    /// Who sent it, as they are called now.
    pub sender: Profile,
    /// What it says; empty once it is deleted.
    pub content: Shown,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it was last edited or deleted; at first the same as `created_at`.
    pub updated_at: Timestamp,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
    /// 1 when sent, one more with every edit or deletion.
    pub version: u32,
}

/// What a message says, as readers get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The text, if there is one.
    pub text: Option<String>,
    /// The files, each with a link that is valid for a while.
    pub attachments: Vec<Attachment>,
}

/// Everything after a sequence number, as far as it fits a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sync {
    /// Ascending and without holes.
    pub items: Vec<Message>,
    /// The newest message's number: whoever has it has everything.
    pub head_seq: u32,
}
