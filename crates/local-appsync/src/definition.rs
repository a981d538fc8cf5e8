//! What an API is made of: its schema, its modes of authorization and its resolvers.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::lambda_authorizer::LambdaAuthorizer;
use crate::oidc::OidcProvider;
use crate::resolver::Resolver;

/// Everything that the template says of a GraphQL API.
pub struct Definition {
    /// The API's id, for the log.
    pub api_id: String,
    /// The schema as deployed: without the scalars and directives that AppSync predefines.
    pub schema: String,
    /// The mode of fields and types that bear no authorization directive.
    pub default_mode: AuthMode,
    /// The other modes that credentials may have.
    pub additional_modes: Vec<AuthMode>,
    /// The function behind [`AuthMode::Lambda`].
    pub lambda_authorizer: Option<LambdaAuthorizer>,
    /// The providers behind [`AuthMode::Oidc`], told apart by their issuers.
    pub oidc: Vec<OidcProvider>,
    /// The fields that have a resolver; any other field is a property of its parent's value.
    pub resolvers: HashMap<Field, Arc<dyn Resolver>>,
    /// AppSync's quotas, unless a test needs smaller ones.
    pub limits: Limits,
}

impl Definition {
    pub(crate) fn modes(&self) -> Vec<AuthMode> {
        std::iter::once(self.default_mode).chain(self.additional_modes.iter().copied()).collect()
    }
}

/// A field of an object type, such as `Query.me`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field {
    /// The parent type.
    pub type_name: String,
    /// The field's name.
    pub name: String,
}

impl Field {
    /// `Field::new("Query", "me")`
    pub fn new(type_name: impl Into<String>, name: impl Into<String>) -> Field {
        Field { type_name: type_name.into(), name: name.into() }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.type_name, self.name)
    }
}

/// How a caller proves who it is.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMode {
    /// `API_KEY`: the header `x-api-key`.
    ApiKey,
    /// `AMAZON_COGNITO_USER_POOLS`: a token of the user pool in `Authorization`.
    UserPool,
    /// `AWS_IAM`: the request is signed (Signature Version 4).
    Iam,
    /// `OPENID_CONNECT`: a token of that provider in `Authorization`.
    Oidc,
    /// `AWS_LAMBDA`: a token that a function judges, in `Authorization`.
    Lambda,
}

/// The quotas of an API; the default is AppSync's own.
/// <https://docs.aws.amazon.com/general/latest/gr/appsync.html>
#[derive(Debug, Clone)]
pub struct Limits {
    /// The time that one operation may take.
    pub execution: Duration,
    /// The size of a request's body, in bytes.
    pub request_bytes: usize,
    /// The size of an answer's values, in bytes.
    pub response_bytes: usize,
    /// The number of tokens in one document.
    pub query_tokens: usize,
    /// How deep selections may be nested.
    pub query_depth: usize,
    /// How many fields may be selected once fragments are spread.
    pub selected_fields: usize,
    /// How many resolvers one request may call.
    pub resolver_calls: usize,
    /// Whether `__schema` and `__type` may be selected.
    pub introspection: bool,
    /// The time between two `ka` frames.
    pub keep_alive: Duration,
    /// The size of a frame from a client, in bytes.
    pub frame_bytes: usize,
    /// How many subscriptions one WebSocket may hold.
    pub subscriptions_per_connection: usize,
    /// The size of the payload of a `data` frame, in bytes.
    pub subscription_payload_bytes: usize,
    /// How many frames may wait for a client that does not read; one more, and its connection is closed.
    pub waiting_frames: usize,
    /// How many bytes of frames may wait for a client that does not read.
    pub waiting_bytes: usize,
    /// How long a WebSocket may stay open.
    pub connection: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            execution: Duration::from_secs(30),
            request_bytes: 1024 * 1024,
            response_bytes: 5 * 1024 * 1024,
            query_tokens: 15_000,
            query_depth: 75,
            selected_fields: 20_000,
            resolver_calls: 10_000,
            introspection: true,
            keep_alive: Duration::from_secs(30),
            frame_bytes: 256 * 1024,
            subscriptions_per_connection: 200,
            subscription_payload_bytes: 240 * 1024,
            waiting_frames: 1024,
            waiting_bytes: 4 * 1024 * 1024,
            connection: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// Why a [`Definition`] cannot be served; AppSync would refuse to deploy it.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The schema does not parse or contradicts itself.
    #[error("the GraphQL schema is invalid:\n{0}")]
    InvalidSchema(String),
    /// An expression for tokens or clients is none.
    #[error("the authorization has an invalid regular expression: {0}")]
    InvalidExpression(String),
    /// A resolver belongs to a field that the schema does not have.
    #[error("there is a resolver for {0}, but the schema has no such field")]
    UnknownField(Field),
    /// A subscription names a mutation that does not exist or returns another type.
    #[error("{field} cannot be fed by the mutation {mutation}: {reason}")]
    InvalidSubscription {
        /// The subscription field.
        field: Field,
        /// As named in `@aws_subscribe`.
        mutation: String,
        /// What does not fit.
        reason: String,
    },
}
