//! APPSYNC_JS as a script's author meets it: the product's resolvers, the runtime's functions, limits and refusals.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod data_source;
mod dynamodb_module;
mod forbidden_syntax;
mod fuzz;
mod limits;
mod pipelines;
mod room_subscription;
mod subscription_filters;
mod support;
mod todo;
mod utilities;
