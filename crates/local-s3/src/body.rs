//! A request's body that can be read to its end after it has been answered.
//!
//! A refusal often comes before the body has been read. If the connection were then closed, the sender would see
//! a broken connection instead of the reason (browsers do), so what is left is read and thrown away.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use futures::StreamExt;
use http_body::{Frame, SizeHint};

/// How long the rest of a refused body may take.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// One of two handles on the same body.
#[derive(Clone)]
pub(crate) struct SharedBody(Arc<Mutex<Body>>);

impl SharedBody {
    pub(crate) fn new(body: Body) -> SharedBody {
        SharedBody(Arc::new(Mutex::new(body)))
    }

    /// Reads what nobody has read, up to `limit_bytes`; beyond that the connection may as well break.
    pub(crate) async fn drain(self, limit_bytes: u64) {
        let read = async {
            let mut left = limit_bytes;
            let mut rest = Body::new(self).into_data_stream();
            while let Some(Ok(bytes)) = rest.next().await {
                match left.checked_sub(bytes.len() as u64) {
                    Some(remaining) => left = remaining,
                    None => return,
                }
            }
        };
        // A sender that is too slow gets the answer now.
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, read).await;
    }

    fn with<T>(&self, look: impl FnOnce(Pin<&mut Body>) -> T) -> T {
        look(Pin::new(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl HttpBody for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|body| body.poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}
