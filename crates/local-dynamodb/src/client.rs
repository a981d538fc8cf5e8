//! The SDK client, whose requests go straight to the engine instead of to AWS.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use axum::body::Body;

use crate::REGION;
use crate::engine::Engine;

/// A client of `engine`, which it keeps open.
pub(crate) fn of(engine: Arc<Engine>) -> aws_sdk_dynamodb::Client {
    let connector = SharedHttpConnector::new(ToEngine(engine));
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
#[derive(Debug)]
struct ToEngine(Arc<Engine>);

impl HttpConnector for ToEngine {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move { carry(&engine, request).await })
    }
}

async fn carry(engine: &Engine, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
    let request = request.map(|body| Body::from(body.bytes().unwrap_or_default().to_vec()));
    let response = engine.send(request).await.map_err(|e| ConnectorError::io(e.into()))?;
    HttpResponse::try_from(response.map(Into::into)).map_err(|e| ConnectorError::other(e.into(), None))
}
