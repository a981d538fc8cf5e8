//! The SDK client, whose requests go straight to the engine instead of to AWS.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use axum::body::Bytes;

use crate::REGION;
use crate::engine::Engine;
use crate::permission::Permits;

/// A client of `engine`, which it keeps open, of somebody who may do what `permits` says, or everything.
pub(crate) fn of(engine: Arc<Engine>, permits: Option<Permits>) -> aws_sdk_dynamodb::Client {
    let connector = SharedHttpConnector::new(ToEngine { engine, permits });
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new("local", "local", None, None, "local-dynamodb"))
        .endpoint_url("http://dynamodb.localhost")
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// Carries the SDK's requests to the engine.
#[derive(Clone)]
struct ToEngine {
    engine: Arc<Engine>,
    permits: Option<Permits>,
}

impl std::fmt::Debug for ToEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ToEngine")
    }
}

impl HttpConnector for ToEngine {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let to = self.clone();
        HttpConnectorFuture::new(async move { to.carry(request).await })
    }
}

impl ToEngine {
    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
        let request = request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
        let refused = self
            .permits
            .as_ref()
            .and_then(|permits| self.engine.refusal(permits, request.headers(), request.body()));
        let response = match refused {
            Some(refused) => refused,
            None => {
                let sent = self.engine.send(request).await;
                sent.map_err(|e| ConnectorError::io(e.into()))?
            }
        };
        HttpResponse::try_from(response.map(Into::into)).map_err(|e| ConnectorError::other(e.into(), None))
    }
}
