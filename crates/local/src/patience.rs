//! How long a request's body may pause: whoever says that more is coming, and sends nothing, does not stay for ever.

use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use tower_http::timeout::TimeoutBody;

/// Longer than any hiccup of a network that a browser would sit through.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The request, whose body fails once nothing has come for [`LONGEST_PAUSE`].
///
/// A body that is known to be empty stays as it is: the clock would hide that, and S3 wants a length otherwise.
pub(crate) fn limited(request: Request) -> Request {
    request.map(|body| match body.is_end_stream() {
        true => body,
        false => Body::new(TimeoutBody::new(LONGEST_PAUSE, body)),
    })
}

#[cfg(test)]
mod tests {
    use axum::body::{Bytes, to_bytes};
    use futures::stream;

    use super::*;

    /// A body that sends each byte after a pause.
    async fn read(pauses: &'static [u64]) -> Result<Bytes, axum::Error> {
        let bytes = stream::unfold(pauses, |pauses| async move {
            let (pause, rest) = pauses.split_first()?;
            tokio::time::sleep(Duration::from_secs(*pause)).await;
            Some((Ok::<_, std::io::Error>("x"), rest))
        });
        let request = limited(Request::new(Body::from_stream(bytes)));
        to_bytes(request.into_body(), 1024).await
    }

    #[test]
    fn an_empty_body_is_still_known_to_be_empty() {
        assert!(limited(Request::new(Body::empty())).into_body().is_end_stream());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_is_read_to_its_end_and_one_that_stops_is_given_up() {
        assert_eq!(read(&[1, 29, 29, 29]).await.unwrap(), "xxxx");
        assert!(read(&[1, 31]).await.is_err());
        assert!(read(&[1, 1_000_000]).await.is_err());
    }
}
