//! Amazon API Gateway on localhost: REST APIs and WebSocket APIs, as unmodified clients and functions know them.
//!
//! The crate knows no Lambda, no Cognito and no template: the host describes an API in a `Definition`, whose parts
//! bear the names of API Gateway's own properties, and brings a [`Backend`], which runs functions, verifies tokens
//! and signatures, and makes the calls that an integration makes to other services.
//!
//! A request to a REST API goes `rest.rs` → `rest/routes.rs` → `rest/authorizers.rs` → `rest/validation.rs` →
//! `rest/integration.rs`; whatever stops it on the way is worded by `rest/gateway_response.rs`. A WebSocket goes
//! `websocket/connect.rs` → `websocket/connection.rs` → `websocket/routes.rs`.
//!
//! Where AWS's documentation is silent, the behaviour follows events and answers that others have recorded from AWS:
//! those of Powertools for AWS Lambda (`tests/events`) and the snapshots of LocalStack's tests.

mod authorization;
mod backend;
mod binary;
mod event;
mod integration;
mod jsonpath;
mod mapping;
mod policy;
pub mod rest;
mod throttle;
mod vtl;
pub mod websocket;

pub use backend::{
    Attempt, Backend, FunctionError, NotReached, OutwardAnswer, OutwardCall, Signatory, SignatureError,
    SignedRequest, Target, TokenError,
};
pub use integration::{
    Integration, IntegrationResponse, IntegrationType, PassthroughBehavior, ResponseContentHandling,
};
pub use throttle::Throttle;

/// Why an API cannot be served as it is defined.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct BuildError {
    /// Where, as `POST /rooms` or `the model Room`.
    pub place: String,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

impl BuildError {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> BuildError {
        BuildError { place: place.into(), problem: problem.into() }
    }
}
