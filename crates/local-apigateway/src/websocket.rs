//! WebSocket APIs (version 2): connections, routes, and `@connections` for what the backend sends.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html>

mod connect;
mod connection;
mod definition;
mod event;
mod management;
mod outbox;
mod registry;
mod routes;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get};
use tokio::sync::watch;
use tokio::time::timeout;

pub use definition::{AuthorizationType, Authorizer, Definition, Limits, Route, Stage};

use crate::integration::Prepared;
use crate::throttle::Bucket;
use crate::{Backend, BuildError};
use connection::LAST_WORDS;
use registry::Registry;

/// A WebSocket API that is ready to serve.
pub struct WebSocketApi {
    definition: Definition,
    integrations: BTreeMap<String, Prepared>,
    stages: BTreeMap<String, Bucket>,
    registry: Registry,
    /// True once it is to end: messages are taken no more. Whoever has some to answer holds a receiver.
    closing: watch::Sender<bool>,
    /// True once they were answered: connections end. Each holds a receiver until then.
    parting: watch::Sender<bool>,
    backend: Arc<dyn Backend>,
}

impl WebSocketApi {
    /// Checks the definition as API Gateway would when it is deployed.
    pub fn new(definition: Definition, backend: Arc<dyn Backend>) -> Result<Arc<WebSocketApi>, BuildError> {
        let integrations = definition.integrations.iter().map(|(id, integration)| {
            Ok((id.clone(), Prepared::new(integration, &format!("the integration {id}"))?))
        });
        let integrations = integrations.collect::<Result<BTreeMap<_, _>, BuildError>>()?;
        for route in &definition.routes {
            let failed =
                |problem: &str| Err(BuildError::new(format!("the route {}", route.route_key), problem));
            if route.target.as_deref().is_some_and(|id| !integrations.contains_key(id)) {
                return failed("its target names none of the API's integrations");
            }
            let authorizer = route.authorizer_id.as_ref().and_then(|id| definition.authorizers.get(id));
            match (route.authorization_type, authorizer) {
                (AuthorizationType::None, _) => {}
                _ if route.route_key != "$connect" => return failed("only $connect can have an authorizer"),
                (AuthorizationType::Custom, None) => return failed("its authorizer is not among the API's"),
                (AuthorizationType::Custom, Some(authorizer))
                    if crate::integration::uri_function(&authorizer.authorizer_uri).is_none() =>
                {
                    return failed("its authorizer's AuthorizerUri is no function's");
                }
                _ => {}
            }
        }
        let stages = definition.stages.iter().map(|stage| (stage.name.clone(), Bucket::new(stage.throttle)));
        Ok(Arc::new(WebSocketApi {
            stages: stages.collect(),
            integrations,
            registry: Registry::default(),
            closing: watch::Sender::new(false),
            parting: watch::Sender::new(false),
            backend,
            definition,
        }))
    }

    /// `/_apis/{apiId}/{stage}` for WebSockets and `/_apis/{apiId}/{stage}/@connections/{connectionId}` for the
    /// backend, where API Gateway has `wss://{apiId}.execute-api.{region}.amazonaws.com/{stage}`.
    ///
    /// Serve it on sockets without Nagle's algorithm (`set_nodelay`), or small messages wait for up to 40 ms.
    pub fn router(self: &Arc<Self>) -> Router {
        let prefix = format!("/_apis/{}/{{stage}}", self.definition.api_id);
        Router::new()
            .route(&prefix, get(connect::upgrade))
            .route(&format!("{prefix}/"), get(connect::upgrade))
            .route(&format!("{prefix}/@connections/{{connection}}"), any(management::handle))
            .with_state(Arc::clone(self))
    }

    /// How many clients are connected.
    pub fn connections(&self) -> usize {
        self.registry.len()
    }

    /// Refuses new connections and messages, waits a second for those that are being answered, and ends every
    /// connection with code 1001, after what is on its way to its client. Done once every client has heard it and
    /// `$disconnect` was called for it, and does not wait for those who stopped reading for more than three seconds.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        // What one client says, others hear by `@connections`: nobody leaves before all is answered.
        if timeout(LAST_WORDS, self.closing.closed()).await.is_err() {
            tracing::warn!("some messages to a WebSocket API were not answered in time");
        }
        self.parting.send_replace(true);
        self.parting.closed().await;
    }
}
