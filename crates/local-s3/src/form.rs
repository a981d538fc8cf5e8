//! The fields of an uploaded form, seen as they pass by: `s3s` (0.14.1) lets no one ask for one.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, header, request};
use futures::TryStreamExt;

/// What is kept of a form, in bytes; AWS takes at most 20 KB before the file.
const MOST_BYTES: usize = 32 * 1024;

/// Whether a request brings a form with a file.
pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    method == Method::POST
        && kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// The beginning of a form's body.
#[derive(Clone, Default)]
pub(crate) struct Head(Arc<Mutex<Vec<u8>>>);

impl Head {
    /// If this is a form, its body is watched from now on.
    pub(crate) fn watch(parts: &mut request::Parts, body: Body) -> Body {
        if !is_form(&parts.method, &parts.headers) {
            return body;
        }
        let head = Head::default();
        parts.extensions.insert(head.clone());
        Body::from_stream(body.into_data_stream().inspect_ok(move |bytes| head.see(bytes)))
    }

    fn see(&self, bytes: &Bytes) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_BYTES - seen.len();
        seen.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The text of a field. Only good to see whether somebody knows a secret: another reader of the form might
    /// find another field of that name.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&seen);
        let parts = text.split("\r\n\r\n").zip(text.split("\r\n\r\n").skip(1));
        let (_, value) = parts.into_iter().find(|(before, _)| {
            let headers = before.rsplit("\r\n--").next().unwrap_or_default().to_ascii_lowercase();
            headers.contains(&format!("; name=\"{name}\""))
        })?;
        value.split_once("\r\n").map(|(value, _)| value.to_owned())
    }
}
