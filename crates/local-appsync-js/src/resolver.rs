//! Unit resolvers: a script's request handler, its data source, its response handler.

use futures::future::join_all;
use serde_json::{Map, Value, json};

use crate::dynamodb::dynamodb;
use crate::evaluated::{Evaluated, Raised};
use crate::lambda::{LambdaFunction, invoke_all};
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

/// Runs a unit resolver for one field. `context` is AppSync's, an object, without `result` and `error`.
pub async fn run_unit(script: &Script, source: &DataSource, context: Value) -> Result<Evaluated, Raised> {
    run_unit_batch(script, source, vec![context]).await.pop().expect("one for each context")
}

/// Runs a unit resolver for the items of a list. Requests that are `BatchInvoke` go to the function together, so
/// give at most [`DataSource::batch_size`] contexts. The answers are in their order; an item that fails stops no
/// other.
pub async fn run_unit_batch(
    script: &Script,
    source: &DataSource,
    contexts: Vec<Value>,
) -> Vec<Result<Evaluated, Raised>> {
    let asked = join_all(contexts.into_iter().map(|context| ask(script, context))).await;
    let is_open = |asked: &&Result<Asked, Raised>| asked.as_ref().is_ok_and(Asked::is_open);
    let requests = asked.iter().filter(is_open).flatten().map(|asked| asked.requested.value.clone());
    let mut answers = source.answer_all(requests.collect()).await.into_iter();
    let ended = asked.into_iter().map(|asked| {
        let answer = asked.as_ref().is_ok_and(Asked::is_open).then(|| answers.next()).flatten();
        async move {
            let asked = asked?;
            match answer {
                Some(answer) => asked.respond(script, answer).await,
                None => Ok(asked.requested),
            }
        }
    });
    join_all(ended).await
}

/// A request handler's outcome.
struct Asked {
    context: Map<String, Value>,
    requested: Evaluated,
}

async fn ask(script: &Script, context: Value) -> Result<Asked, Raised> {
    let context = object(context)?;
    let requested = script.request(context.clone().into()).await?;
    Ok(Asked { context, requested })
}

impl Asked {
    /// Whether there is something for the data source.
    fn is_open(&self) -> bool {
        self.requested.returned_early.is_none()
    }

    async fn respond(
        self,
        script: &Script,
        answer: Result<Value, DataSourceError>,
    ) -> Result<Evaluated, Raised> {
        let Asked { mut context, requested } = self;
        context.insert("stash".to_owned(), requested.stash.clone());
        match answer {
            Ok(result) => {
                context.insert("result".to_owned(), result);
            }
            Err(DataSourceError::Request(message)) => {
                return Err(Raised::new(message, "MappingTemplate").after(&requested));
            }
            Err(DataSourceError::Failed { message, error_type, result }) => {
                context.insert("result".to_owned(), result);
                context.insert("error".to_owned(), json!({ "message": message, "type": error_type }));
            }
        }
        match script.response(context.into()).await {
            Ok(responded) => Ok(responded.after(requested)),
            Err(raised) => Err(raised.after(&requested)),
        }
    }
}

pub(crate) fn object(context: Value) -> Result<Map<String, Value>, Raised> {
    match context {
        Value::Object(context) => Ok(context),
        _ => Err(Raised::new("a resolver's context must be an object", "Internal")),
    }
}

impl DataSource {
    /// How many items of a list it answers together, when the template's `MaxBatchSize` is `configured`; 0 if it
    /// answers each alone. For a function it is 5 unless the template says otherwise, as it was before that could be
    /// configured.
    /// <https://aws.amazon.com/blogs/mobile/introducing-configurable-batching-size-for-aws-appsync-lambda-resolvers/>
    pub fn batch_size(&self, configured: usize) -> usize {
        match self {
            DataSource::Lambda(_) if configured == 0 => 5,
            DataSource::Lambda(_) => configured,
            DataSource::None | DataSource::DynamoDb { .. } => 0,
        }
    }

    async fn answer_all(&self, requests: Vec<Value>) -> Vec<Result<Value, DataSourceError>> {
        match self {
            DataSource::None => {
                let payload = |request: Value| Ok(request.get("payload").cloned().unwrap_or(Value::Null));
                requests.into_iter().map(payload).collect()
            }
            DataSource::DynamoDb { client, table } => {
                join_all(requests.iter().map(|request| dynamodb(client, table, request))).await
            }
            DataSource::Lambda(function) => invoke_all(function, requests).await,
        }
    }
}
