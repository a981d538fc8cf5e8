//! The keys of the one table: every kind of row, in one place. ARCHITECTURE.md draws them as a table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::connections::ConnectionId;
use crate::posts::PostId;
use crate::tickets::Ticket;
use crate::{AttachmentId, ClientId, RoomId, UserId};

/// The index whose entries are sparse and hold keys only.
pub(crate) const GSI1: &str = "gsi1";

/// A row's primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn profile(user: UserId) -> Key {
        Key { pk: user_partition(user), sk: "PROFILE".into() }
    }

    /// The room in the user's own list; its other half is [`Key::member`].
    pub(crate) fn inbox(user: UserId, room: RoomId) -> Key {
        Key { pk: user_partition(user), sk: format!("{INBOX_PREFIX}{room}") }
    }

    pub(crate) fn room(room: RoomId) -> Key {
        Key { pk: room_partition(room), sk: "ROOM".into() }
    }

    pub(crate) fn member(room: RoomId, user: UserId) -> Key {
        Key { pk: room_partition(room), sk: format!("{MEMBER_PREFIX}{user}") }
    }

    pub(crate) fn message(room: RoomId, seq: u32) -> Key {
        Key { pk: room_partition(room), sk: message_sort_key(seq) }
    }

    /// Remembers which message a client id became.
    pub(crate) fn sent(room: RoomId, user: UserId, client_id: &ClientId) -> Key {
        Key { pk: room_partition(room), sk: format!("SENT#{user}#{}", client_id.as_str()) }
    }

    pub(crate) fn file(room: RoomId, file: AttachmentId) -> Key {
        Key { pk: room_partition(room), sk: format!("FILE#{file}") }
    }

    pub(crate) fn connection(user: UserId, connection: &ConnectionId) -> Key {
        Key { pk: user_partition(user), sk: format!("{CONNECTION_PREFIX}{connection}") }
    }

    pub(crate) fn ticket(ticket: &Ticket) -> Key {
        let key = format!("TICKET#{}", ticket.as_str());
        Key { pk: key.clone(), sk: key }
    }

    /// Says that there are posts of this month, such as `2026-11`.
    pub(crate) fn month_of_posts(month: &str) -> Key {
        Key { pk: MONTHS_OF_POSTS.into(), sk: month.into() }
    }

    pub(crate) fn post(id: PostId) -> Key {
        Key { pk: post_partition(&id.month()), sk: id.to_string() }
    }

    /// Remembers which post a client id became.
    pub(crate) fn posted(user: UserId, client_id: &ClientId) -> Key {
        Key { pk: user_partition(user), sk: format!("POSTED#{}", client_id.as_str()) }
    }

    /// As the SDK takes it.
    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

pub(crate) const INBOX_PREFIX: &str = "ROOM#";
pub(crate) const MEMBER_PREFIX: &str = "MEMBER#";
pub(crate) const CONNECTION_PREFIX: &str = "CONNECTION#";

/// The months that have posts.
pub(crate) const MONTHS_OF_POSTS: &str = "POSTS";

/// Open connections lie in so many parts of the index: in one, a second's worth of new and ended connections
/// (500 each, API Gateway's quota) would be all that a partition takes.
pub(crate) const CONNECTION_PARTS: u32 = 4;

pub(crate) fn connections_part(part: u32) -> String {
    format!("CONNECTIONS#{part}")
}

/// A month's posts, oldest first.
pub(crate) fn post_partition(month: &str) -> String {
    format!("POSTS#{month}")
}

/// Public rooms, newest last.
pub(crate) const PUBLIC_ROOMS: &str = "ROOMS#PUBLIC";

pub(crate) fn user_partition(user: UserId) -> String {
    format!("USER#{user}")
}

pub(crate) fn room_partition(room: RoomId) -> String {
    format!("ROOM#{room}")
}

/// Ten digits hold every GraphQL `Int`, so that text order is number order.
pub(crate) fn message_sort_key(seq: u32) -> String {
    format!("MSG#{seq:010}")
}

/// Sorts by time, then by room.
pub(crate) fn public_room_sort_key(created_at_ms: u64, room: RoomId) -> String {
    format!("{created_at_ms:013}#{room}")
}

/// People by name: the partition is the first letter, the order is alphabetical.
pub(crate) fn name_index(name: &str, user: UserId) -> (String, String) {
    let lower = name.to_lowercase();
    let initial = lower.chars().next().unwrap_or('?');
    (format!("NAME#{initial}"), format!("{lower}#{user}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_sort_by_sequence_number() {
        let mut keys: Vec<_> = [u32::MAX, 10, 9, 1, 100].map(message_sort_key).into();
        keys.sort();
        assert_eq!(keys, [1, 9, 10, 100, u32::MAX].map(message_sort_key));
    }
}
