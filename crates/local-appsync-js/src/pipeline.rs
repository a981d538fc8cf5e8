//! Pipeline resolvers: a request handler, functions one after the other, a response handler.

use std::pin::Pin;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Map, Value, json};

use crate::evaluated::{Evaluated, Raised, SkipTo};
use crate::resolver::{DataSource, object, run_unit_batch};
use crate::script::Script;

/// One function of a pipeline resolver.
#[derive(Clone)]
pub enum PipelineFunction {
    /// A script on its data source.
    Scripted {
        /// Its code.
        script: Script,
        /// Its data source.
        source: DataSource,
        /// `MaxBatchSize` of the template: how many items of a list one `BatchInvoke` is about at most. 0 means
        /// what [`DataSource::batch_size`] says.
        max_batch_size: usize,
    },
    /// A Lambda function without a script: the context, with `prev` and `stash`, is its event.
    Direct {
        /// Called with several contexts only if `max_batch_size` says so.
        function: DirectFunction,
        /// `MaxBatchSize` of the template: how many contexts it gets at most. With 0 or 1 it gets one.
        max_batch_size: usize,
    },
}

/// Answers contexts in their order, as many answers as there are contexts.
pub type DirectFunction =
    Arc<dyn Fn(Vec<Value>) -> Pin<Box<dyn Future<Output = Vec<Result<Value, Raised>>> + Send>> + Send + Sync>;

/// Runs a pipeline resolver for one field: `script`'s request handler, the functions in turn, each with what
/// the one before answered as `ctx.prev.result`, and `script`'s response handler.
pub async fn run_pipeline(
    script: &Script,
    functions: &[PipelineFunction],
    context: Value,
) -> Result<Evaluated, Raised> {
    run_pipeline_batch(script, functions, vec![context]).await.pop().expect("one for each context")
}

/// Runs a pipeline resolver for the items of a list, function by function, so that a function that takes batches
/// gets them. The answers are in the order of the contexts; an item that fails stops no other.
pub async fn run_pipeline_batch(
    script: &Script,
    functions: &[PipelineFunction],
    contexts: Vec<Value>,
) -> Vec<Result<Evaluated, Raised>> {
    let mut runs: Vec<Result<Run, Raised>> =
        join_all(contexts.into_iter().map(|context| Run::begin(script, context))).await;
    for function in functions {
        let mut going: Vec<&mut Result<Run, Raised>> =
            runs.iter_mut().filter(|run| run.as_ref().is_ok_and(|run| !run.is_over)).collect();
        let contexts = going.iter_mut().filter_map(|run| Some(run.as_mut().ok()?.hand_on())).collect();
        for (run, outcome) in going.into_iter().zip(function.run(contexts).await) {
            let before = std::mem::replace(run, Err(Raised::new("the function gave no answer", "Internal")));
            *run = before.and_then(|run| run.after(outcome));
        }
    }
    join_all(runs.into_iter().map(async |run| run?.end(script).await)).await
}

/// What one item's pipeline has come to.
struct Run {
    context: Map<String, Value>,
    so_far: Evaluated,
    /// Nothing but the response handler is left.
    is_over: bool,
}

impl Run {
    async fn begin(script: &Script, context: Value) -> Result<Run, Raised> {
        let context = object(context)?;
        let so_far = script.request(context.clone().into()).await?;
        // An early return from here passes over all functions.
        let is_over = so_far.returned_early.is_some();
        Ok(Run { context, so_far, is_over })
    }

    /// The context of the next handler: what the one before left.
    fn hand_on(&mut self) -> Value {
        self.context.insert("stash".to_owned(), self.so_far.stash.clone());
        self.context.insert("prev".to_owned(), json!({ "result": self.so_far.value }));
        Value::Object(self.context.clone())
    }

    fn after(self, outcome: Result<Evaluated, Raised>) -> Result<Run, Raised> {
        match outcome {
            Ok(evaluated) => {
                let is_over = evaluated.returned_early == Some(SkipTo::End);
                Ok(Run { so_far: evaluated.after(self.so_far), is_over, ..self })
            }
            Err(raised) => Err(raised.after(&self.so_far)),
        }
    }

    async fn end(mut self, script: &Script) -> Result<Evaluated, Raised> {
        self.hand_on();
        self.context.insert("result".to_owned(), self.so_far.value.clone());
        match script.response(self.context.into()).await {
            Ok(evaluated) => Ok(evaluated.after(self.so_far)),
            Err(raised) => Err(raised.after(&self.so_far)),
        }
    }
}

impl PipelineFunction {
    async fn run(&self, contexts: Vec<Value>) -> Vec<Result<Evaluated, Raised>> {
        match self {
            PipelineFunction::Scripted { script, source, max_batch_size } => {
                let size = source.batch_size(*max_batch_size);
                let batches = chunks(contexts, size);
                let done = join_all(batches.map(|batch| run_unit_batch(script, source, batch))).await;
                done.into_iter().flatten().collect()
            }
            PipelineFunction::Direct { function, max_batch_size } => {
                let batches = chunks(contexts, *max_batch_size);
                let done = join_all(batches.map(|batch| call(function, batch))).await;
                done.into_iter().flatten().collect()
            }
        }
    }
}

async fn call(function: &DirectFunction, mut contexts: Vec<Value>) -> Vec<Result<Evaluated, Raised>> {
    let stashes: Vec<Value> = contexts.iter().map(|context| context["stash"].clone()).collect();
    for context in contexts.iter_mut().filter_map(Value::as_object_mut) {
        // Of scripts alone.
        context.remove("env");
    }
    let answers = function(contexts).await.into_iter();
    let evaluated = |(answer, stash): (Result<Value, Raised>, Value)| Ok(Evaluated::of(answer?, stash));
    answers.zip(stashes).map(evaluated).collect()
}

/// Each of at most `size`, or of one.
fn chunks(contexts: Vec<Value>, size: usize) -> impl Iterator<Item = Vec<Value>> {
    let size = size.max(1);
    let mut contexts = contexts.into_iter().peekable();
    std::iter::from_fn(move || {
        contexts.peek()?;
        Some(contexts.by_ref().take(size).collect())
    })
}
