//! What a host may tell of subscriptions: each start, and what came of it, in ids and names.

use std::sync::Arc;
use std::time::Duration;

use super::frames::Problem;

/// A `start` frame that was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionStart {
    /// The field of `Subscription`; none if the frame could not be read so far.
    pub field: Option<String>,
    /// The token's `sub`; none with an API key, or where nobody was identified.
    pub user: Option<String>,
    /// Why it was refused, as `Forbidden`; none if the client has subscribed.
    pub error_type: Option<String>,
    /// Until the answer.
    pub took: Duration,
}

/// Told of each start, once it is answered.
pub type OnStart = Arc<dyn Fn(SubscriptionStart) + Send + Sync>;

impl SubscriptionStart {
    pub(super) fn refused(&mut self, problems: &[Problem]) {
        self.error_type = problems.first().map(|problem| problem.error_type().unwrap_or("Error").to_owned());
    }
}
