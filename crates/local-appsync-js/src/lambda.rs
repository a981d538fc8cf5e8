//! Requests to a Lambda data source: `Invoke`, and `BatchInvoke`, which calls the function once for several items.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-lambda-js.html>

use std::pin::Pin;
use std::sync::Arc;

use futures::future::{join, join_all};
use serde::Deserialize;
use serde_json::Value;

use crate::faulty_request::faulty;
use crate::resolver::DataSourceError;

/// Invokes a Lambda function with a payload.
pub type LambdaFunction =
    Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<Value, DataSourceError>> + Send>> + Send + Sync>;

type Answer = Result<Value, DataSourceError>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Invocation {
    operation: Operation,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    invocation_type: InvocationType,
}

#[derive(Deserialize, PartialEq)]
enum Operation {
    Invoke,
    BatchInvoke,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
enum InvocationType {
    #[default]
    RequestResponse,
    Event,
}

/// Answers each request in its place. Those that are `BatchInvoke` reach the function as one list of payloads, for
/// which it answers a list of the same length.
pub(crate) async fn invoke_all(function: &LambdaFunction, requests: Vec<Value>) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = Vec::new();
    let mut single = Vec::new();
    let mut batches = [InvocationType::RequestResponse, InvocationType::Event].map(|kind| (kind, Vec::new()));
    for (place, request) in requests.into_iter().enumerate() {
        answers.push(None);
        match Invocation::deserialize(&request) {
            Err(error) => answers[place] = Some(Err(faulty("a Lambda function", &request, &error))),
            Ok(Invocation { operation: Operation::Invoke, payload, invocation_type }) => {
                single.push(async move { (place, call(function, payload, invocation_type).await) });
            }
            Ok(Invocation { operation: Operation::BatchInvoke, payload, invocation_type }) => {
                let of_type = batches.iter_mut().find(|(kind, _)| *kind == invocation_type);
                of_type.expect("there are two types").1.push((place, payload));
            }
        }
    }
    let batched = batches.into_iter().filter(|(_, batch)| !batch.is_empty()).map(async |(kind, batch)| {
        let (places, payloads): (Vec<usize>, Vec<Value>) = batch.into_iter().unzip();
        let answered = call(function, payloads.into(), kind).await;
        let answers = apart(answered, places.len(), kind);
        places.into_iter().zip(answers).collect::<Vec<_>>()
    });
    let (single, batched) = join(join_all(single), join_all(batched)).await;
    for (place, answer) in single.into_iter().chain(batched.into_iter().flatten()) {
        answers[place] = Some(answer);
    }
    answers.into_iter().map(|answer| answer.expect("each request is answered")).collect()
}

async fn call(function: &LambdaFunction, payload: Value, invocation_type: InvocationType) -> Answer {
    let answer = function(payload);
    match invocation_type {
        InvocationType::RequestResponse => answer.await,
        InvocationType::Event => {
            tokio::spawn(async move {
                if let Err(error) = answer.await {
                    tracing::warn!(%error, "a function that was called as an event failed");
                }
            });
            Ok(Value::Null)
        }
    }
}

/// One answer for each of `count` payloads; a call that fails fails them all.
fn apart(answered: Answer, count: usize, invocation_type: InvocationType) -> Vec<Answer> {
    let got = match answered {
        Ok(Value::Array(answers)) if answers.len() == count => return answers.into_iter().map(Ok).collect(),
        Ok(_) if invocation_type == InvocationType::Event => return vec![Ok(Value::Null); count],
        Ok(Value::Array(answers)) => format!("{} answers", answers.len()),
        Ok(_) => "no list".to_owned(),
        Err(error) => return vec![Err(error); count],
    };
    let message = format!(
        "A function that is called by BatchInvoke must answer a list as long as its event: {count} wanted, {got}."
    );
    let error_type = "Lambda:IllegalArgument".to_owned();
    vec![Err(DataSourceError::Failed { message, error_type, result: Value::Null }); count]
}
