//! Names of things: parsed at the door, right ever after.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use uuid::Uuid;

use crate::Error;

/// A room's id: a UUID in lower case. No secret: membership, not the id, opens a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId(Uuid);

/// A file's id: a UUID in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttachmentId(Uuid);

/// A user's id: the `sub` of the token, a UUID in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Uuid);

/// A message's id: its room and sequence number, so that finding a message by id costs no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageId {
    /// The room that the message was sent to.
    pub room: RoomId,
    /// 1, 2, 3 … in the room.
    pub seq: u32,
}

/// The sender's own name for a call, 1 to 64 characters: repeating it repeats the answer, not the effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClientId(String);

macro_rules! uuid_id {
    ($id:ident, $what:literal) => {
        impl FromStr for $id {
            type Err = Error;

            fn from_str(text: &str) -> Result<$id, Error> {
                // Only the canonical form: one thing must not have several names.
                match Uuid::try_parse(text) {
                    Ok(uuid) if uuid.to_string() == text => Ok($id(uuid)),
                    _ => Err(Error::InvalidInput(format!(
                        "{} is not the id of a {}: give one that the server handed out",
                        quote(text),
                        $what
                    ))),
                }
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

uuid_id!(RoomId, "room");
uuid_id!(AttachmentId, "file");
uuid_id!(UserId, "user");

impl RoomId {
    pub(crate) fn fresh() -> RoomId {
        RoomId(Uuid::new_v4())
    }

    /// The same user's same client id always names the same room: creating it twice is creating it once.
    pub(crate) fn named(user: UserId, client_id: &ClientId) -> RoomId {
        RoomId(Uuid::new_v5(&user.0, format!("room/{}", client_id.as_str()).as_bytes()))
    }
}

impl AttachmentId {
    pub(crate) fn fresh() -> AttachmentId {
        AttachmentId(Uuid::new_v4())
    }
}

impl ClientId {
    /// The name as the client gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = Error;

    fn from_str(text: &str) -> Result<ClientId, Error> {
        match text.chars().count() {
            1..=64 => Ok(ClientId(text.to_owned())),
            length => Err(Error::InvalidInput(format!("clientId has 1 to 64 characters, not {length}"))),
        }
    }
}

impl FromStr for MessageId {
    type Err = Error;

    fn from_str(text: &str) -> Result<MessageId, Error> {
        let parse = || {
            let (room, seq) = text.split_once(':')?;
            let id = MessageId { room: room.parse().ok()?, seq: seq.parse().ok()? };
            (id.to_string() == text).then_some(id)
        };
        parse().ok_or_else(|| {
            Error::InvalidInput(format!(
                "{} is not the id of a message: give one that the server handed out",
                quote(text)
            ))
        })
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.room, self.seq)
    }
}

impl Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What was given, short enough for an error message.
fn quote(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let room = RoomId::fresh();
        assert_eq!(room.to_string().parse::<RoomId>().unwrap(), room);
        let message = MessageId { room, seq: 7 };
        assert_eq!(message.to_string().parse::<MessageId>().unwrap(), message);
    }

    #[test]
    fn a_thing_has_one_name_only() {
        let room = RoomId::fresh();
        for other in [
            room.to_string().to_uppercase(),
            room.to_string().replace('-', ""),
            format!("{{{room}}}"),
            format!(" {room}"),
            String::new(),
            "ROOM#x".into(),
            "é".repeat(1000),
        ] {
            assert!(matches!(other.parse::<RoomId>(), Err(Error::InvalidInput(_))), "{other}");
        }
        for other in [format!("{room}:07"), format!("{room}:+7"), format!("{room}:-1"), format!("{room}")] {
            assert!(matches!(other.parse::<MessageId>(), Err(Error::InvalidInput(_))), "{other}");
        }
    }

    #[test]
    fn a_client_id_has_1_to_64_characters() {
        for (text, fits) in [("", false), ("a", true), (&"é".repeat(64), true), (&"a".repeat(65), false)] {
            assert_eq!(text.parse::<ClientId>().is_ok(), fits, "{text}");
        }
    }
}
