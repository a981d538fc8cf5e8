//! The buckets there are: those of the template, and those that somebody made since.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::Bucket;

/// Which buckets there are.
pub(crate) struct Buckets {
    of_template: Vec<Bucket>,
    reserved_names: Vec<String>,
    /// By name, when they were made, in milliseconds since 1970. Changed only by who has the index to themselves, so
    /// that what is written there is written to a bucket that there is.
    made: RwLock<BTreeMap<String, u64>>,
}

impl Buckets {
    pub(crate) fn new(
        of_template: Vec<Bucket>,
        reserved_names: Vec<String>,
        made: BTreeMap<String, u64>,
    ) -> Buckets {
        Buckets { of_template, reserved_names, made: RwLock::new(made) }
    }

    pub(crate) fn of_template(&self) -> &[Bucket] {
        &self.of_template
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.is_of_template(name) || self.was_made(name)
    }

    pub(crate) fn is_of_template(&self, name: &str) -> bool {
        self.of_template.iter().any(|bucket| bucket.name == name)
    }

    /// Whether no bucket can be made with this name.
    pub(crate) fn is_reserved(&self, name: &str) -> bool {
        self.reserved_names.iter().any(|reserved| reserved == name)
    }

    pub(crate) fn was_made(&self, name: &str) -> bool {
        self.made.read().unwrap_or_else(PoisonError::into_inner).contains_key(name)
    }

    /// Those that were made, by name, with when that was.
    pub(crate) fn made(&self) -> BTreeMap<String, u64> {
        self.made.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn add(&self, name: &str, made_at_ms: u64) {
        self.made.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), made_at_ms);
    }

    pub(crate) fn remove(&self, name: &str) {
        self.made.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl std::fmt::Debug for Buckets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.of_template).entries(self.made().keys()).finish()
    }
}
