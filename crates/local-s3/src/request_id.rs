//! The ids by which AWS's support finds a request, and by which SDKs tell one answer from another.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html>

use axum::http::{HeaderMap, HeaderValue};

/// What one answer is known by.
pub(crate) struct RequestId {
    /// 16 letters and digits, as `x-amz-request-id` and in errors.
    pub(crate) request: String,
    /// As `x-amz-id-2`, and in errors the id of the host.
    pub(crate) host: String,
}

impl RequestId {
    pub(crate) fn new() -> RequestId {
        let drawn = || uuid::Uuid::new_v4().simple().to_string();
        RequestId { request: drawn()[..16].to_uppercase(), host: drawn() + &drawn() }
    }

    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        for (name, id) in [("x-amz-request-id", &self.request), ("x-amz-id-2", &self.host)] {
            headers.insert(name, HeaderValue::from_str(id).expect("letters and digits make a header"));
        }
    }
}
