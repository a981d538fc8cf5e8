//! The rules of the chat, over an embedded DynamoDB with the table that the template describes.

#![allow(clippy::unwrap_used)]

mod feed;
mod mapping;
mod membership;
mod messages;
mod rooms;
mod sockets;
mod support;
