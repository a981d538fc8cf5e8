//! Whole resolvers: a script's request handler, its data source, its response handler; and pipelines of them.

use std::pin::Pin;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::dynamodb::dynamodb;
use crate::evaluated::{Evaluated, Raised, SkipTo};
use crate::script::Script;

/// Where a resolver's request goes.
#[derive(Clone)]
pub enum DataSource {
    /// Nowhere: the request's `payload` is the result.
    None,
    /// To a table, as [`dynamodb`] does it.
    DynamoDb {
        /// The client that the data source's role would have.
        client: aws_sdk_dynamodb::Client,
        /// The physical name of the table that single-item requests are about.
        table: String,
    },
    /// To a function, which gets the request's `payload`.
    Lambda(LambdaFunction),
}

/// Invokes a Lambda function with a payload.
pub type LambdaFunction =
    Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<Value, DataSourceError>> + Send>> + Send + Sync>;

/// Why a data source gave no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DataSourceError {
    /// The script's request is not one of the data source's: the resolver fails without its response handler.
    #[error("{0}")]
    Request(String),
    /// The data source failed: the response handler decides, and gets this as `ctx.error`.
    #[error("{error_type}: {message}")]
    Failed {
        /// `ctx.error.message`.
        message: String,
        /// `ctx.error.type`: `DynamoDB:ConditionalCheckFailedException`, `Lambda:Unhandled` and so on.
        error_type: String,
        /// `ctx.result`: after a failed condition the item as it is; else null.
        result: Value,
    },
}

/// One function of a pipeline resolver.
#[derive(Clone)]
pub struct PipelineFunction {
    /// Its code.
    pub script: Script,
    /// Its data source.
    pub source: DataSource,
}

/// Runs a unit resolver for one field. `context` is AppSync's, an object, without `result` and `error`.
pub async fn run_unit(script: &Script, source: &DataSource, context: Value) -> Result<Evaluated, Raised> {
    let mut context = object(context)?;
    let requested = script.request(context.clone().into()).await?;
    if requested.returned_early.is_some() {
        return Ok(requested);
    }
    context.insert("stash".to_owned(), requested.stash.clone());
    match source.answer(requested.value.clone()).await {
        Ok(result) => {
            context.insert("result".to_owned(), result);
        }
        Err(DataSourceError::Request(message)) => return Err(Raised::new(message, "MappingTemplate")),
        Err(DataSourceError::Failed { message, error_type, result }) => {
            context.insert("result".to_owned(), result);
            context.insert("error".to_owned(), json!({ "message": message, "type": error_type }));
        }
    }
    Ok(script.response(context.into()).await?.after(requested))
}

/// Runs a pipeline resolver for one field: `script`'s request handler, the functions in turn, each with what
/// the one before answered as `ctx.prev.result`, and `script`'s response handler.
pub async fn run_pipeline(
    script: &Script,
    functions: &[PipelineFunction],
    context: Value,
) -> Result<Evaluated, Raised> {
    let mut context = object(context)?;
    let mut so_far = script.request(context.clone().into()).await?;
    // An early return from here passes over all functions.
    let mut is_over = so_far.returned_early.is_some();
    for PipelineFunction { script, source } in functions {
        if is_over {
            break;
        }
        hand_on(&mut context, &so_far);
        so_far = run_unit(script, source, context.clone().into()).await?.after(so_far);
        is_over = so_far.returned_early == Some(SkipTo::End);
    }
    hand_on(&mut context, &so_far);
    context.insert("result".to_owned(), so_far.value.clone());
    Ok(script.response(context.into()).await?.after(so_far))
}

/// What the next handler sees of the one before.
fn hand_on(context: &mut Map<String, Value>, before: &Evaluated) {
    context.insert("stash".to_owned(), before.stash.clone());
    context.insert("prev".to_owned(), json!({ "result": before.value }));
}

fn object(context: Value) -> Result<Map<String, Value>, Raised> {
    match context {
        Value::Object(context) => Ok(context),
        _ => Err(Raised::new("a resolver's context must be an object", "Internal")),
    }
}

impl DataSource {
    async fn answer(&self, request: Value) -> Result<Value, DataSourceError> {
        match self {
            DataSource::None => Ok(request.get("payload").cloned().unwrap_or(Value::Null)),
            DataSource::DynamoDb { client, table } => dynamodb(client, table, &request).await,
            DataSource::Lambda(function) => invoke(function, request).await,
        }
    }
}

/// A request to a Lambda data source.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Invocation {
    operation: LambdaOperation,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    invocation_type: InvocationType,
}

#[derive(Deserialize)]
enum LambdaOperation {
    Invoke,
}

#[derive(Deserialize, Default)]
enum InvocationType {
    #[default]
    RequestResponse,
    Event,
}

async fn invoke(function: &LambdaFunction, request: Value) -> Result<Value, DataSourceError> {
    let invocation = Invocation::deserialize(request)
        .map_err(|error| DataSourceError::Request(format!("not a request to a Lambda function: {error}")))?;
    let LambdaOperation::Invoke = invocation.operation;
    let answer = function(invocation.payload);
    match invocation.invocation_type {
        InvocationType::RequestResponse => answer.await,
        InvocationType::Event => {
            tokio::spawn(answer);
            Ok(Value::Null)
        }
    }
}
