//! A seed: people, rooms and messages that a file describes, so that a stack begins as a lived-in chat.
//!
//! They come in by the front door, as the file's own people would: sign-up, code, sign-in, mutations. So every
//! rule holds for them, and ids, times and sequence numbers are the product's.

mod client;
mod file;
mod fill;

use std::path::{Path, PathBuf};

pub(crate) use client::FrontEnd;
pub use fill::Filled;
pub(crate) use fill::fill;

/// What a seed file says, found to be consistent in itself.
#[derive(Debug, Clone)]
pub struct Seed {
    path: PathBuf,
    people: Vec<Person>,
    rooms: Vec<Room>,
}

/// Somebody with an account.
#[derive(Debug, Clone)]
struct Person {
    line: usize,
    email: String,
    password: String,
    /// Cognito's attributes, `email` among them.
    attributes: Vec<(String, String)>,
    groups: Vec<String>,
}

#[derive(Debug, Clone)]
struct Room {
    line: usize,
    /// The same at every run: by it the product knows the room.
    client_id: String,
    name: String,
    visibility: chat::rooms::Visibility,
    owner: Who,
    members: Vec<Membership>,
    messages: Vec<Message>,
}

/// A person, by their place among the seed's people.
type Who = usize;

#[derive(Debug, Clone)]
struct Membership {
    line: usize,
    person: Who,
    is_admin: bool,
}

#[derive(Debug, Clone)]
struct Message {
    line: usize,
    /// The same at every run: by it the product knows the message.
    client_id: String,
    from: Who,
    text: Option<String>,
    files: Vec<File>,
    /// What the author changes the text to.
    edited: Option<String>,
    is_deleted: bool,
}

#[derive(Debug, Clone)]
struct File {
    path: PathBuf,
    name: String,
    content_type: &'static str,
}

/// Why a seed cannot be used, with file and line, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file cannot be read.
    #[error("cannot read the seed {}: {cause}", path.display())]
    Unreadable {
        /// The seed, or a file that it names.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// It says what cannot be; one line for each fault.
    #[error("{0}")]
    Faulty(String),
    /// The stack refused something, although the file was in order. What came before is there.
    #[error("{}:{line}: {what}: {reason}", path.display())]
    Refused {
        /// The seed.
        path: PathBuf,
        /// Where in it, from 1.
        line: usize,
        /// What was tried.
        what: String,
        /// What the stack answered.
        reason: String,
    },
}

impl Seed {
    /// Reads a seed and everything in it that can be known to be wrong before it is used.
    pub fn read(path: &Path) -> Result<Seed, SeedError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| SeedError::Unreadable { path: path.to_owned(), cause })?;
        file::parse(path, &text)
    }

    fn refused(&self, line: usize, what: impl Into<String>, reason: impl Into<String>) -> SeedError {
        SeedError::Refused { path: self.path.clone(), line, what: what.into(), reason: reason.into() }
    }
}
