//! Resolvers at work: contexts of `local-appsync` to functions and scripts, and what they answer back.

#![allow(clippy::result_large_err, reason = "an error is as rare as it is large")]

use std::sync::Arc;

use async_trait::async_trait;
use local_appsync::{Context, Extensions, Raised, Resolved, Resolver, answers_of_batch};
use local_appsync_js::{
    DataSource, DirectFunction, Evaluated, PipelineFunction, Script, run_pipeline, run_pipeline_batch,
    run_unit, run_unit_batch,
};
use serde_json::{Map, Value};

use crate::functions::Function;

type Answer = Result<Resolved, Raised>;

/// A direct Lambda resolver: the Context object in, the field's value out.
pub(super) struct Direct {
    pub(super) function: Function,
    pub(super) max_batch_size: usize,
}

/// An APPSYNC_JS unit resolver.
pub(super) struct Unit {
    pub(super) script: Script,
    pub(super) source: DataSource,
    pub(super) max_batch_size: usize,
    pub(super) environment: Arc<Map<String, Value>>,
}

/// An APPSYNC_JS pipeline resolver.
pub(super) struct Pipeline {
    pub(super) script: Script,
    pub(super) functions: Vec<PipelineFunction>,
    pub(super) max_batch_size: usize,
    pub(super) environment: Arc<Map<String, Value>>,
}

#[async_trait]
impl Resolver for Direct {
    async fn resolve(&self, context: Context) -> Answer {
        one(&self.function, plain(&context)).await
    }

    fn max_batch_size(&self) -> usize {
        self.max_batch_size
    }

    async fn resolve_batch(&self, contexts: Vec<Context>) -> Vec<Answer> {
        several(&self.function, contexts.iter().map(plain).collect()).await
    }
}

#[async_trait]
impl Resolver for Unit {
    async fn resolve(&self, context: Context) -> Answer {
        let context = with_environment(&context, &self.environment);
        of_script(run_unit(&self.script, &self.source, context).await)
    }

    fn max_batch_size(&self) -> usize {
        self.max_batch_size
    }

    async fn resolve_batch(&self, contexts: Vec<Context>) -> Vec<Answer> {
        let contexts = contexts.iter().map(|context| with_environment(context, &self.environment)).collect();
        run_unit_batch(&self.script, &self.source, contexts).await.into_iter().map(of_script).collect()
    }
}

#[async_trait]
impl Resolver for Pipeline {
    async fn resolve(&self, context: Context) -> Answer {
        let context = with_environment(&context, &self.environment);
        of_script(run_pipeline(&self.script, &self.functions, context).await)
    }

    fn max_batch_size(&self) -> usize {
        self.max_batch_size
    }

    async fn resolve_batch(&self, contexts: Vec<Context>) -> Vec<Answer> {
        let contexts = contexts.iter().map(|context| with_environment(context, &self.environment)).collect();
        run_pipeline_batch(&self.script, &self.functions, contexts).await.into_iter().map(of_script).collect()
    }
}

/// A function of a pipeline that has no script.
pub(super) fn direct_function(function: Function, max_batch_size: usize) -> DirectFunction {
    Arc::new(move |mut events| {
        let function = function.clone();
        Box::pin(async move {
            let answers = match (max_batch_size, events.pop()) {
                (0 | 1, Some(event)) => vec![one(&function, event).await],
                (_, last) => {
                    events.extend(last);
                    several(&function, events).await
                }
            };
            let answer = |answer: Answer| answer.map(|it| it.value).map_err(to_script);
            answers.into_iter().map(answer).collect()
        })
    })
}

/// A context in, its value out.
async fn one(function: &Function, event: Value) -> Answer {
    match function.invoke(event).await {
        Ok(value) => Ok(Resolved::from(value)),
        Err(error) => Err(Raised::new(error.error_type, error.error_message)),
    }
}

/// All contexts in; a call that fails fails them all.
async fn several(function: &Function, events: Vec<Value>) -> Vec<Answer> {
    let count = events.len();
    match function.invoke(events.into()).await {
        Ok(answer) => answers_of_batch(answer, count),
        Err(error) => vec![Err(Raised::new(error.error_type, error.error_message)); count],
    }
}

fn plain(context: &Context) -> Value {
    serde_json::to_value(context).expect("a context is JSON")
}

/// As scripts see it.
fn with_environment(context: &Context, environment: &Map<String, Value>) -> Value {
    let mut context = plain(context);
    context["env"] = Value::Object(environment.clone());
    context
}

fn of_script(evaluated: Result<Evaluated, local_appsync_js::Raised>) -> Answer {
    match evaluated {
        Ok(evaluated) => Ok(Resolved {
            value: evaluated.value,
            extensions: Extensions {
                subscription_filter: evaluated.subscription_filter,
                invalidation_filter: evaluated.subscription_invalidation_filter,
                invalidations: evaluated.invalidations,
            },
            errors: evaluated.appended_errors.into_iter().map(raised).collect(),
            response_headers: evaluated.response_headers,
        }),
        Err(error) if error.appended.is_empty() => Err(raised(error)),
        Err(mut error) => {
            let mut errors: Vec<Raised> =
                std::mem::take(&mut error.appended).into_iter().map(raised).collect();
            errors.push(raised(error));
            Ok(Resolved { errors, ..Resolved::default() })
        }
    }
}

fn raised(error: local_appsync_js::Raised) -> Raised {
    let local_appsync_js::Raised { message, error_type, data, info, .. } = error;
    Raised { message, error_type, data, info }
}

fn to_script(error: Raised) -> local_appsync_js::Raised {
    let Raised { message, error_type, data, info } = error;
    local_appsync_js::Raised { message, error_type, data, info, appended: Vec::new() }
}
