//! AWS AppSync on localhost: GraphQL over HTTP and its realtime WebSocket, as unmodified AWS clients speak them.
//!
//! The crate knows no Cognito, no DynamoDB and no Lambda: the host brings an [`Authenticator`], which says who a
//! caller is, and a [`Resolver`] for each field that has one in the template. Sources of the wire protocol
//! stand beside the code that speaks it.
//!
//! A request goes `http.rs` → `document.rs` (parse, validate) → `execution.rs` (field by field) and, for a mutation,
//! on to `realtime/subscriptions.rs`, which hands its result to those who subscribed.

#![allow(clippy::result_large_err, reason = "an error that resolvers raise is as rare as it is large")]

mod authorization;
mod caller;
mod credentials;
mod definition;
mod document;
mod error;
mod execution;
mod http;
mod lambda_authorizer;
mod object;
mod oidc;
mod realtime;
mod resolver;
mod response;
mod scalars;
mod schema;

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

pub use caller::{Authenticator, Caller, Permission, Refused};
pub use credentials::{Credentials, SignedRequest};
pub use definition::{AuthMode, BuildError, Definition, Field, Limits};
pub use lambda_authorizer::{Authorize, LambdaAuthorizer};
pub use oidc::{OidcProvider, ProviderKeys};
pub use resolver::{Context, Extensions, Info, Raised, Request, Resolved, Resolver, answers_of_batch};

pub use realtime::{OnStart, Subscribed, SubscriptionStart};

use lambda_authorizer::Gatekeeper;
use oidc::Verifier;
use realtime::Subscriptions;
use schema::Schema;

/// A GraphQL API that is ready to serve.
pub struct Api {
    id: String,
    schema: Schema,
    modes: Vec<AuthMode>,
    authenticator: Arc<dyn Authenticator>,
    lambda_authorizer: Option<Gatekeeper>,
    oidc: Vec<Verifier>,
    subscriptions: Subscriptions,
    limits: Limits,
    closing: watch::Sender<bool>,
    on_start: OnceLock<OnStart>,
}

impl Api {
    /// Checks the schema and its resolvers as AppSync would when they are deployed.
    pub fn new(
        mut definition: Definition,
        authenticator: Arc<dyn Authenticator>,
    ) -> Result<Arc<Api>, BuildError> {
        let modes = definition.modes();
        let limits = definition.limits.clone();
        let lambda_authorizer = definition.lambda_authorizer.take();
        let lambda_authorizer =
            lambda_authorizer.map(|it| Gatekeeper::new(it, &definition.api_id)).transpose()?;
        let oidc = std::mem::take(&mut definition.oidc);
        let oidc = oidc.into_iter().map(Verifier::new).collect::<Result<_, _>>()?;
        Ok(Arc::new(Api {
            id: definition.api_id.clone(),
            schema: Schema::compile(definition)?,
            modes,
            authenticator,
            lambda_authorizer,
            oidc,
            subscriptions: Subscriptions::default(),
            limits,
            closing: watch::Sender::new(false),
            on_start: OnceLock::new(),
        }))
    }

    /// `POST /graphql`, and WebSocket upgrades on `GET /graphql/realtime` and `GET /graphql`, with AppSync's CORS.
    ///
    /// Serve it on sockets without Nagle's algorithm (`set_nodelay`), or small events wait for up to 40 ms.
    /// With the router's connection information (`ConnectInfo<SocketAddr>`) resolvers see the caller's address,
    /// without it 127.0.0.1.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        http::router(self.clone())
    }

    /// Has somebody told of each subscription that begins, or is refused. The first who asks is told.
    pub fn tell_starts(&self, on_start: OnStart) {
        _ = self.on_start.set(on_start);
    }

    /// What this API says that is likely a mistake or has no effect, one sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.schema.warnings
    }

    /// Ends every WebSocket with code 1001, after the events that wait for it, and refuses new ones; HTTP requests are
    /// still answered. Done once every client has heard it, and does not listen to those who stopped reading for more
    /// than three seconds.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        self.closing.closed().await;
    }
}
