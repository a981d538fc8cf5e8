//! The chat itself: rooms, members, messages, uploads and the feed, over one DynamoDB table and one bucket.
//!
//! A use case is a function, such as [`messages::send`]: it takes the [`Store`], the caller's [`UserId`]
//! and values that are already right (parsed by the door), and answers a value or an [`Error`].
//! This crate knows no door: no GraphQL, HTTP, WebSocket or Lambda event type appears here.
//! The rows and their keys are drawn in `keys`; what each call costs is said where it is defined, in
//! DynamoDB requests and capacity units (RU, WU) for items of up to 1 KB.

pub mod connections;
pub mod members;
pub mod messages;
pub mod posts;
pub mod profiles;
pub mod rooms;
pub mod tickets;
pub mod uploads;

mod content;
mod environment;
mod error;
mod ids;
mod keys;
mod page;
mod store;
mod timestamp;

pub use content::{Content, Text};
pub use environment::{Environment, EnvironmentError};
pub use error::Error;
pub use ids::{AttachmentId, ClientId, MessageId, RoomId, UserId};
pub use page::{Page, PageRequest};
pub use store::Store;
pub use timestamp::Timestamp;
