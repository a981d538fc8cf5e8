//! What answers a field, and what it is told: AppSync's Context.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::join_all;
use serde::Serialize;
use serde_json::{Map, Value};

/// Answers a field. A direct Lambda resolver sends the [`Context`] as the event and takes the answer as the value.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Called once for each selection of the field and each parent object; for a field of Subscription once, when a
    /// client subscribes.
    async fn resolve(&self, context: Context) -> Result<Resolved, Raised>;

    /// `MaxBatchSize` of the template: how many contexts [`Resolver::resolve_batch`] gets at most. With 0 or 1 it is
    /// never called.
    fn max_batch_size(&self) -> usize {
        0
    }

    /// Answers what the items of a list ask, in their order: as many answers as there are contexts.
    async fn resolve_batch(&self, contexts: Vec<Context>) -> Vec<Result<Resolved, Raised>> {
        join_all(contexts.into_iter().map(|context| self.resolve(context))).await
    }
}

/// Takes a function's answer to a batch of `count` contexts apart: for each `{"data", "errorMessage", "errorType"}`
/// or null.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/tutorial-lambda-resolvers-js.html#advanced-use-case-batching-js>
pub fn answers_of_batch(answer: Value, count: usize) -> Vec<Result<Resolved, Raised>> {
    let answers = match answer {
        Value::Array(answers) if answers.len() == count => answers,
        other => {
            let got =
                other.as_array().map_or("no list".to_owned(), |answers| format!("{} answers", answers.len()));
            let message = format!(
                "A function with MaxBatchSize must answer a list as long as its event: {count} wanted, {got}."
            );
            return (0..count).map(|_| Err(Raised::new("Lambda:IllegalArgument", message.clone()))).collect();
        }
    };
    let answer = |mut answer: Value| match answer["errorMessage"].as_str().map(str::to_owned) {
        None => Ok(Resolved::from(answer["data"].take())),
        Some(message) => Err(Raised {
            message,
            error_type: answer["errorType"].as_str().map(str::to_owned),
            data: answer["data"].take(),
            info: Value::Null,
        }),
    };
    let item = |value: Value| match value {
        Value::Null => Ok(Resolved::default()),
        Value::Object(_) => answer(value),
        _ => Err(Raised::new(
            "Lambda:IllegalArgument",
            "Each answer of a function with MaxBatchSize must be an object with data, or null.",
        )),
    };
    answers.into_iter().map(item).collect()
}

/// Everything that AppSync tells a resolver; serialized, it is the event of a direct Lambda resolver.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html>
#[derive(Debug, Clone, Serialize)]
pub struct Context {
    /// The field's arguments, coerced; those neither given nor defaulted are absent.
    pub arguments: Map<String, Value>,
    /// Who calls; null with an API key.
    pub identity: Value,
    /// The parent object; null for fields of Query, Mutation and Subscription.
    pub source: Value,
    /// The request that the field came in.
    pub request: Request,
    /// The result of the pipeline's previous function; null outside of pipelines.
    pub prev: Value,
    /// What was asked for.
    pub info: Info,
    /// What the functions of one pipeline hand on; an empty object here.
    pub stash: Map<String, Value>,
}

/// The HTTP side of a [`Context`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Names in lower case; a repeated header is an array; cookies are left out.
    pub headers: Map<String, Value>,
    /// The custom domain, if the request came to one.
    pub domain_name: Option<String>,
}

/// The GraphQL side of a [`Context`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// The selected fields below this one by their response names, `author/name`, with fragments spread.
    pub selection_set_list: Vec<String>,
    /// The selection set as GraphQL; empty for a leaf.
    #[serde(rename = "selectionSetGraphQL")]
    pub selection_set_graphql: String,
    /// The type that the field belongs to.
    pub parent_type_name: String,
    /// The field.
    pub field_name: String,
    /// The variables as the client sent them.
    pub variables: Map<String, Value>,
}

/// A resolver's answer.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// The field's value. For a subscription: null, which accepts it.
    pub value: Value,
    /// Side effects on subscriptions; only APPSYNC_JS has any.
    pub extensions: Extensions,
    /// Errors beside the value (`util.appendError`).
    pub errors: Vec<Raised>,
    /// Headers for the answer over HTTP (`util.http.addResponseHeader`), by names in lower case. Of two with one name
    /// the later one counts, and all of an operation may have 4 KB.
    pub response_headers: BTreeMap<String, String>,
}

impl From<Value> for Resolved {
    fn from(value: Value) -> Resolved {
        Resolved { value, ..Resolved::default() }
    }
}

/// What resolver code asked for through `extensions`.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/extensions-js.html>
#[derive(Debug, Clone, Default)]
pub struct Extensions {
    /// `setSubscriptionFilter`: `{"filterGroup": [{"filters": [{"fieldName", "operator", "value"}]}]}`; it takes the
    /// place of the filter by arguments.
    pub subscription_filter: Option<Value>,
    /// `setSubscriptionInvalidationFilter`, of the same shape.
    pub invalidation_filter: Option<Value>,
    /// `invalidateSubscriptions`: `{"subscriptionField", "payload"}` each.
    pub invalidations: Vec<Value>,
}

/// An error that a resolver raised; it becomes an entry of the answer's `errors`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Raised {
    /// For the person who reads the answer.
    pub message: String,
    /// For the program that reads it, such as `Forbidden`.
    pub error_type: Option<String>,
    /// The entry's `data`.
    pub data: Value,
    /// The entry's `errorInfo`.
    pub info: Value,
}

impl Raised {
    /// An error without data or info.
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Raised {
        Raised {
            message: message.into(),
            error_type: Some(error_type.into()),
            data: Value::Null,
            info: Value::Null,
        }
    }
}
