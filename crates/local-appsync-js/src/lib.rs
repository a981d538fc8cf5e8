//! AppSync's JavaScript resolvers (runtime APPSYNC_JS 1.0.0) on localhost, on NONE, DynamoDB and Lambda data sources.
//!
//! A [`Script`] is one resolver's or function's code; [`run_unit`] and [`run_pipeline`] run whole resolvers. This
//! crate knows nothing of GraphQL: contexts go in and values come out as JSON, in the shapes of AppSync's
//! [context reference](https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html).
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use local_appsync_js::{DataSource, Script, run_unit};
//! use serde_json::json;
//!
//! let code = "
//!     export function request(ctx) { return { payload: `Hello, ${ctx.args.name}` }; }
//!     export function response(ctx) { return ctx.result; }";
//! let script = Script::compile("hello.js", code).unwrap();
//! let evaluated = run_unit(&script, &DataSource::None, json!({"arguments": {"name": "Ada"}})).await.unwrap();
//! assert_eq!(evaluated.value, "Hello, Ada");
//! # });
//! ```

#![allow(
    clippy::result_large_err,
    reason = "an error is as rare as it is large, and reads better without a box"
)]

mod dynamodb;
mod engine;
mod evaluated;
mod faulty_request;
mod forbidden;
mod lambda;
mod natives;
mod pipeline;
mod resolver;
mod script;
mod tokens;

pub use dynamodb::dynamodb;
pub use evaluated::{Evaluated, Raised, SkipTo};
pub use lambda::LambdaFunction;
pub use pipeline::{DirectFunction, PipelineFunction, run_pipeline, run_pipeline_batch};
pub use resolver::{DataSource, DataSourceError, run_unit, run_unit_batch};
pub use script::{CompileError, Limits, Problem, Script};
