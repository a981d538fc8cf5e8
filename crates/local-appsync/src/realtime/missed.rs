//! What a subscription would miss between its resolver's answer and its place in the registry: invalidations.
//!
//! The resolver may have been asked just before somebody was removed from a room, and answer just after. So the
//! invalidations since the oldest start that is under way are kept, and are applied to each that joins.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

#[derive(Default)]
pub(super) struct Invalidations {
    so_far: u64,
    /// How many starts under way began after so many invalidations.
    under_way: BTreeMap<u64, usize>,
    /// The latest of `so_far`, as many as the oldest start under way needs.
    kept: VecDeque<Value>,
}

impl Invalidations {
    /// A start begins; the answer is to be given to the other two.
    pub(super) fn begin(&mut self) -> u64 {
        *self.under_way.entry(self.so_far).or_default() += 1;
        self.so_far
    }

    /// Those since a start that is under way began.
    pub(super) fn since(&self, begun: u64) -> impl Iterator<Item = &Value> {
        let newer = usize::try_from(self.so_far - begun).unwrap_or(usize::MAX);
        self.kept.iter().skip(self.kept.len().saturating_sub(newer))
    }

    /// The start has joined, or was refused or given up.
    pub(super) fn end(&mut self, begun: u64) {
        if let Some(count) = self.under_way.get_mut(&begun) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&begun);
            }
        }
        match self.under_way.first_key_value() {
            Some((oldest, _)) => {
                let needed = usize::try_from(self.so_far - oldest).unwrap_or(usize::MAX);
                self.kept.drain(..self.kept.len().saturating_sub(needed));
            }
            None => self.kept = VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, invalidation: &Value) {
        self.so_far += 1;
        if !self.under_way.is_empty() {
            self.kept.push_back(invalidation.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_starts_under_way_may_have_missed_is_kept() {
        let mut invalidations = Invalidations::default();
        invalidations.add(&0.into());
        let first = invalidations.begin();
        invalidations.add(&1.into());
        let second = invalidations.begin();
        let third = invalidations.begin();
        invalidations.add(&2.into());
        let since = |it: &Invalidations, begun| it.since(begun).cloned().collect::<Vec<Value>>();
        assert_eq!(since(&invalidations, first), [1, 2]);
        assert_eq!(since(&invalidations, second), [2]);
        invalidations.end(first);
        invalidations.end(second);
        assert_eq!((since(&invalidations, third), invalidations.kept.len()), (vec![2.into()], 1));
        invalidations.end(third);
        assert_eq!((invalidations.kept.len(), invalidations.under_way.len()), (0, 0));
        let fourth = invalidations.begin();
        assert_eq!(since(&invalidations, fourth), Vec::<Value>::new());
    }
}
