//! What a connection may cost before anybody knows whose it is.

use std::time::Duration;

/// Tests may narrow them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections at once; WebSockets are among them.
    pub(crate) connections: usize,
    /// How long a connection may take to say what it speaks, to shake hands in TLS, and for each request's head,
    /// which includes the time between two requests.
    pub(crate) head: Duration,
    /// The longest head of a request, in bytes. (It may have 100 headers: more would make every request slower.)
    pub(crate) head_bytes: usize,
}

/// As many as API Gateway has of one WebSocket API here.
const CONNECTIONS: usize = 10_000;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // The rest is for what is kept on disk.
            connections: CONNECTIONS.min(open_files() / 4 * 3),
            // Browsers open connections ahead of need, and say nothing for a while.
            head: Duration::from_secs(60),
            // Tokens travel in the subprotocols of WebSockets, and signatures in URLs.
            head_bytes: 64 * 1024,
        }
    }
}

/// How many files and connections this process may have open, after asking for as many as are of use.
fn open_files() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = (CONNECTIONS / 3 * 4 + 4) as u64;
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = limit.maximum.map_or(wanted, |most| most.min(wanted));
        let asked = rustix::process::Rlimit { current: Some(raised), ..limit };
        match setrlimit(Resource::Nofile, asked) {
            Ok(()) => limit.current = Some(raised),
            Err(error) => tracing::debug!(%error, "the limit of open files stays"),
        }
    }
    limit.current.map_or(usize::MAX, |current| usize::try_from(current).unwrap_or(usize::MAX))
}
