//! Parlor's cloud on one machine: the template of `infra`, served by one process behind AWS's own protocols.
//!
//! The template is the configuration: a table, resolver or function added to `infra` is served at the next
//! start. What cannot be served is named at start and on the page at `/`.

mod account;
mod apigateway;
mod appsync;
mod cognito;
mod data_folder;
mod functions;
mod iam;
mod inside;
mod live;
mod network;
mod oidc;
mod pages;
mod patience;
mod port;
mod requests;
mod reset;
mod seed;
mod server;
mod stack;
mod storage;
mod terminal;
mod tls;
mod visitors;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

pub use network::Network;
pub use reset::reset;
pub use seed::{Filled, Seed, SeedError};
pub use server::Server;
pub use terminal::{note, say};
pub use watch::{Handover, Watch, WatchError};

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1 and ::1; 0 takes a free one.
    pub port: u16,
    /// The folder with everything in it; made if absent.
    pub data: PathBuf,
    /// Values for the template's parameters, by name.
    pub parameters: BTreeMap<String, String>,
    /// The network to rehearse on.
    pub network: Network,
}

/// Why it did not start, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error(
        "port {0} is in use, perhaps by another Parlor: stop it, or take another with --port (0 takes a free one)"
    )]
    PortInUse(u16),
    /// The address cannot be listened on for another reason.
    #[error("cannot listen on port {port}: {cause}")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the operating system said.
        cause: io::Error,
    },
    /// Another instance has the data folder.
    #[error("{} is in use by another Parlor (process {owner}): stop it, or take another folder with --data", path.display())]
    FolderInUse {
        /// The folder.
        path: PathBuf,
        /// The process that has it.
        owner: String,
    },
    /// The data folder cannot be made or opened.
    #[error("cannot use the data folder {}: {cause}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A newer program made the data folder.
    #[error(
        "{} is of version {found}, and this program knows versions up to {known}: update Parlor, or take another folder with --data",
        path.display()
    )]
    FolderIsNewer {
        /// The folder.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that can be read.
        known: u32,
    },
    /// What is to be filled has something else in it.
    #[error(
        "{} is not empty and was not made by Parlor; it is left as it is: name another folder with --data, a new one or an empty one",
        .0.display()
    )]
    FolderOfOthers(PathBuf),
    /// What is to be reset was not made by Parlor.
    #[error("{} was not made by Parlor and is left as it is: name its data folder with --data", .0.display())]
    NotADataFolder(PathBuf),
    /// Nobody said that everything may be deleted.
    #[error("nothing in {0} was deleted: say yes at the terminal, or add --yes")]
    NotReset(String),
    /// The template asks for something that the laptop does not have.
    #[error("{0}")]
    Template(String),
    /// A service could not open its data.
    #[error("{0} did not start: {1}")]
    Service(&'static str, String),
}

impl From<infra::MissingOutput> for StartError {
    fn from(error: infra::MissingOutput) -> StartError {
        StartError::Template(error.to_string())
    }
}

impl From<stack::StackError> for StartError {
    fn from(error: stack::StackError) -> StartError {
        StartError::Template(error.to_string())
    }
}
