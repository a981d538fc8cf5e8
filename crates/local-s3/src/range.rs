//! Ranges that `s3s` (0.14.1) refuses and nobody else does: what is no range of bytes is ignored, and a number may be
//! larger than any object (RFC 9110, section 14.2).
//!
//! Only a request that was admitted as it came is asked again so, without the signature, which was for the original.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderValue, Method, Uri, header, request};
use s3s::dto::Range;

use crate::access;
use crate::access::parameters::is_of_signature;

/// Told by the gate that a request may go on.
#[derive(Clone, Default)]
pub(crate) struct Admitted(Arc<AtomicBool>);

impl Admitted {
    pub(crate) fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The request with a range that can be read, or none, if it is a reader's and has another.
pub(crate) fn amended(parts: &request::Parts) -> Option<request::Parts> {
    let range = parts.headers.get(header::RANGE)?;
    let is_read = range.to_str().is_ok_and(|range| Range::parse(range).is_ok());
    if is_read || ![Method::GET, Method::HEAD].contains(&parts.method) {
        return None;
    }
    let range = range.to_str().ok().and_then(readable);
    let mut parts = parts.clone();
    parts.uri = unsigned(&parts.uri)?;
    parts.headers.remove(header::AUTHORIZATION);
    parts.headers.remove(header::RANGE);
    if let Some(range) = range {
        parts.headers.insert(header::RANGE, HeaderValue::from_str(&range).ok()?);
    }
    Some(parts)
}

/// A range of bytes in numbers that are not too large.
fn readable(range: &str) -> Option<String> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        // Too many digits are a large number.
        is_number.then(|| digits.parse().unwrap_or(u64::MAX).min(i64::MAX.unsigned_abs()))
    };
    match (number(first), number(last)) {
        (None, Some(length)) if first.is_empty() => Some(format!("bytes=-{length}")),
        (Some(first), None) if last.is_empty() => Some(format!("bytes={first}-")),
        (Some(first), Some(last)) if first <= last => Some(format!("bytes={first}-{last}")),
        _ => None,
    }
}

/// An address without what signs it.
fn unsigned(uri: &Uri) -> Option<Uri> {
    let query = uri.query().unwrap_or_default();
    let kept = query
        .split('&')
        .filter(|pair| access::parameters(pair).iter().all(|(name, _)| !is_of_signature(name)));
    let kept = kept.collect::<Vec<_>>().join("&");
    format!("{}?{kept}", uri.path()).parse().ok()
}
