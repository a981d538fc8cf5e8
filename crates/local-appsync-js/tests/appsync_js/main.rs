//! APPSYNC_JS as a script's author meets it: the product's resolvers, the runtime's functions, limits and refusals.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![allow(clippy::result_large_err, reason = "functions answer what the library takes")]

mod batches;
mod data_source;
mod dynamodb_module;
mod forbidden_syntax;
mod fuzz;
mod limits;
mod pipelines;
mod published;
mod response_headers;
mod room_subscription;
mod subscription_filters;
mod support;
mod todo;
mod utilities;
