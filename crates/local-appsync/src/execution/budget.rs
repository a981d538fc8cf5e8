//! What one request may use up; beyond it, execution stops and the request fails as a whole.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::definition::Limits;
use crate::resolver::Raised;

pub(super) struct Budget {
    resolver_calls: usize,
    response_bytes: usize,
    calls_made: AtomicUsize,
    bytes_collected: AtomicUsize,
    exceeded: OnceLock<Raised>,
}

/// The budget is used up.
pub(super) struct Exceeded;

impl Budget {
    pub(super) fn new(limits: &Limits) -> Budget {
        Budget {
            resolver_calls: limits.resolver_calls,
            response_bytes: limits.response_bytes,
            calls_made: AtomicUsize::new(0),
            bytes_collected: AtomicUsize::new(0),
            exceeded: OnceLock::new(),
        }
    }

    pub(super) fn spend_resolver_call(&self) -> Result<(), Exceeded> {
        let made = self.calls_made.fetch_add(1, Ordering::Relaxed);
        self.check(made < self.resolver_calls, || {
            format!("The request calls more than {} resolvers. Ask for less at once.", self.resolver_calls)
        })
    }

    pub(super) fn spend_bytes(&self, bytes: usize) -> Result<(), Exceeded> {
        let collected = self.bytes_collected.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.check(collected <= self.response_bytes, || {
            format!("The answer is larger than {} bytes. Ask for less at once.", self.response_bytes)
        })
    }

    pub(super) fn exceeded(&self) -> Option<Raised> {
        self.exceeded.get().cloned()
    }

    fn check(&self, is_within: bool, message: impl FnOnce() -> String) -> Result<(), Exceeded> {
        if is_within && self.exceeded.get().is_none() {
            return Ok(());
        }
        self.exceeded.get_or_init(|| Raised::new("LimitExceeded", message()));
        Err(Exceeded)
    }
}
