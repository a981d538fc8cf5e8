//! Token buckets: how many requests a stage takes.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tokio::time::Instant;

/// A stage's limit.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Throttle {
    /// Requests a second, in the long run.
    #[serde(rename = "ThrottlingRateLimit")]
    pub rate: f64,
    /// Requests at once.
    #[serde(rename = "ThrottlingBurstLimit")]
    pub burst: u32,
}

/// Takes every request if there is no limit.
#[derive(Debug)]
pub(crate) struct Bucket {
    throttle: Option<Throttle>,
    state: Mutex<(f64, Instant)>,
}

impl Bucket {
    pub(crate) fn new(throttle: Option<Throttle>) -> Bucket {
        let full = throttle.map_or(0.0, |throttle| f64::from(throttle.burst));
        Bucket { throttle, state: Mutex::new((full, Instant::now())) }
    }

    /// Whether there is room for one more request, which then takes it.
    pub(crate) fn takes_one(&self) -> bool {
        let Some(Throttle { rate, burst }) = self.throttle else { return true };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, since) = *state;
        let now = Instant::now();
        let tokens = (tokens + rate * (now - since).as_secs_f64()).min(f64::from(burst));
        let takes = tokens >= 1.0;
        *state = (if takes { tokens - 1.0 } else { tokens }, now);
        takes
    }
}
