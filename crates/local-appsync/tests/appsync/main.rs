//! The API from outside: HTTP requests and WebSocket frames, as clients send them.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the message")]
#![allow(clippy::result_large_err, reason = "resolvers answer what the library takes")]

mod authorization;
mod bad_input;
mod batches;
mod clock;
mod closing;
mod errors;
mod execution;
mod fuzz;
mod http;
mod lambda_authorizer;
mod limits;
mod oidc;
mod product_schema;
mod publishing;
mod realtime;
mod subscriptions;
mod support;
