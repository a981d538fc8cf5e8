//! A client for the stories: it starts Parlor as a person would, and speaks only HTTP and WebSocket to it.

pub mod key;
pub mod live;
pub mod parlor;
pub mod person;
pub mod srp;

pub use key::Key;
pub use live::Live;
pub use parlor::Parlor;
pub use person::Person;

use std::time::Duration;

/// How long anything may take before a story calls it broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Every field of a message, so that subscribers get all of them.
pub const MESSAGE: &str = "id roomId seq clientId sender { id name avatarUrl } \
    content { text attachments { id name contentType size url } } createdAt updatedAt deletedAt version";
