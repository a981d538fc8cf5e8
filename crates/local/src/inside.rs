//! From a function to a service of this process, in HTTP, but without a network: there as long as the server is, also
//! when its port has closed.

use std::sync::{Arc, OnceLock, Weak};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request, Response};
use tower::ServiceExt as _;

/// Beyond any answer that a function asks for this way.
const LARGEST_ANSWER_BYTES: usize = 1024 * 1024;

/// Leads to the router, which is made after the functions; weakly, as it holds them.
#[derive(Clone, Default)]
pub(crate) struct Inside(Arc<OnceLock<Weak<Router>>>);

/// Why a request finds nobody: the server has not started yet, or has ended.
#[derive(Debug, thiserror::Error)]
#[error("the server is not there")]
struct NotThere;

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inside")
    }
}

impl Inside {
    /// From now on requests go to `router`; the first one counts.
    pub(crate) fn lead_to(&self, router: &Arc<Router>) {
        self.0.get_or_init(|| Arc::downgrade(router));
    }

    /// For clients of the SDK.
    pub(crate) fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let mut request: Request<Body> =
            request.map(|body| Body::from(body.bytes().unwrap_or_default().to_vec()));
        // The signature covers it, but the SDK leaves it to the network's client to write it.
        let host = request.uri().authority().map(|host| HeaderValue::from_str(host.as_str()));
        if let Some(host) = host {
            let host = host.map_err(|error| ConnectorError::user(error.into()))?;
            request.headers_mut().entry(HOST).or_insert(host);
        }
        let router = self.0.get().and_then(Weak::upgrade);
        let router = router.ok_or_else(|| ConnectorError::io(NotThere.into()))?;
        let answer = Router::clone(&router).oneshot(request).await.unwrap_or_else(|never| match never {});
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, LARGEST_ANSWER_BYTES).await;
        let body = body.map_err(|error| ConnectorError::other(error.into(), None))?;
        HttpResponse::try_from(Response::from_parts(head, body.into()))
            .map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpConnector for Inside {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inside = self.clone();
        HttpConnectorFuture::new(async move { inside.carry(request).await })
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use axum::routing::post;

    use super::*;

    fn request() -> HttpRequest {
        let request = Request::post("http://localhost:4000/a%3D?b=c").header("x-d", "e");
        HttpRequest::try_from(request.body("f".into()).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_request_arrives_as_it_would_over_a_network_as_long_as_there_is_a_server() {
        let inside = Inside::default();
        assert!(inside.carry(request()).await.is_err(), "the server has not started");

        let router = Arc::new(Router::new().route(
            "/{path}",
            post(|request: Request| async move {
                let (head, body) = request.into_parts();
                let header = |name: &str| head.headers[name].to_str().unwrap_or_default().to_owned();
                let target = head.uri.path_and_query().unwrap().to_string();
                let body = String::from_utf8(to_bytes(body, 10).await.unwrap().to_vec()).unwrap();
                [target, header("host"), header("x-d"), body].join(" ")
            }),
        ));
        inside.lead_to(&router);
        let answer = inside.carry(request()).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        assert_eq!(answer.body().bytes(), Some(b"/a%3D?b=c localhost:4000 e f".as_slice()));

        drop(router);
        assert!(inside.carry(request()).await.is_err(), "the server is gone");
    }
}
