//! `BatchInvoke`: what the items of a list ask of a function reaches it at once.

use std::sync::{Arc, Mutex};

use local_appsync_js::{
    DataSource, DataSourceError, Evaluated, PipelineFunction, Raised, Script, run_pipeline_batch, run_unit,
    run_unit_batch,
};
use serde_json::{Value, json};

type Calls = Arc<Mutex<Vec<Value>>>;

/// A function that remembers its events, in the order of their text, as calls may overtake each other.
fn function(answer: fn(&Value) -> Value) -> (DataSource, Calls) {
    let calls = Calls::default();
    let remembered = Arc::clone(&calls);
    let source = DataSource::Lambda(Arc::new(move |payload: Value| {
        let mut calls = remembered.lock().unwrap();
        calls.push(payload.clone());
        calls.sort_by_key(Value::to_string);
        Box::pin(async move {
            match answer(&payload) {
                Value::String(message) => Err(DataSourceError::Failed {
                    message,
                    error_type: "Lambda:Unhandled".to_owned(),
                    result: Value::Null,
                }),
                answer => Ok(answer),
            }
        })
    }));
    (source, calls)
}

fn doubled(payload: &Value) -> Value {
    match payload {
        Value::Array(items) => items.iter().map(doubled).collect(),
        Value::Object(item) => json!(item["n"].as_i64().unwrap() * 2),
        _ => Value::Null,
    }
}

fn script(request: &str, response: &str) -> Script {
    let code = format!(
        "import {{ util, runtime }} from '@aws-appsync/utils';
        export function request(ctx) {{ {request} }}
        export function response(ctx) {{ {response} }}"
    );
    Script::compile("script.js", &code).unwrap()
}

fn batching() -> Script {
    script(
        "return { operation: 'BatchInvoke', payload: { n: ctx.source } };",
        "return ctx.error ?? ctx.result;",
    )
}

fn of(sources: &[i64]) -> Vec<Value> {
    sources.iter().map(|source| json!({ "source": source })).collect()
}

fn values(evaluated: Vec<Result<Evaluated, Raised>>) -> Vec<Value> {
    evaluated.into_iter().map(|evaluated| evaluated.unwrap().value).collect()
}

#[tokio::test]
async fn several_items_are_one_call_and_each_gets_its_answer() {
    let (source, calls) = function(doubled);
    let evaluated = run_unit_batch(&batching(), &source, of(&[3, 1, 2])).await;
    assert_eq!(values(evaluated), [json!(6), json!(2), json!(4)]);
    assert_eq!(*calls.lock().unwrap(), [json!([{ "n": 3 }, { "n": 1 }, { "n": 2 }])]);
}

#[tokio::test]
async fn one_item_is_a_list_of_one() {
    let (source, calls) = function(doubled);
    let evaluated = run_unit(&batching(), &source, json!({ "source": 4 })).await.unwrap();
    assert_eq!(evaluated.value, 8);
    assert_eq!(*calls.lock().unwrap(), [json!([{ "n": 4 }])]);
}

#[tokio::test]
async fn an_item_may_return_early_fail_or_be_invoked_alone() {
    let (source, calls) = function(doubled);
    let request = "
        if (ctx.source === 1) runtime.earlyReturn('early');
        if (ctx.source === 2) util.error('no', 'Forbidden');
        const operation = ctx.source === 3 ? 'Invoke' : 'BatchInvoke';
        return { operation, payload: { n: ctx.source } };";
    let evaluated =
        run_unit_batch(&script(request, "return ctx.result;"), &source, of(&[1, 2, 3, 4, 5])).await;
    let told: Vec<Value> = evaluated
        .into_iter()
        .map(|outcome| outcome.map_or_else(|raised| json!({ "raised": raised.message }), |it| it.value))
        .collect();
    assert_eq!(told, [json!("early"), json!({ "raised": "no" }), json!(6), json!(8), json!(10)]);
    assert_eq!(*calls.lock().unwrap(), [json!([{ "n": 4 }, { "n": 5 }]), json!({ "n": 3 })]);
}

#[tokio::test]
async fn an_answer_of_the_wrong_length_or_a_failure_is_every_items_error() {
    for (answer, error_type, message) in [
        ((|_| json!([1])) as fn(&Value) -> Value, "Lambda:IllegalArgument", "2 wanted, 1 answers"),
        (|_| json!([1, 2, 3]), "Lambda:IllegalArgument", "2 wanted, 3 answers"),
        (|_| json!({}), "Lambda:IllegalArgument", "2 wanted, no list"),
        (|_| json!("it broke"), "Lambda:Unhandled", "it broke"),
    ] {
        let (source, _) = function(answer);
        for value in values(run_unit_batch(&batching(), &source, of(&[1, 2])).await) {
            assert_eq!(value["type"], error_type, "{value}");
            assert!(value["message"].as_str().unwrap().contains(message), "{value}");
        }
    }
}

#[tokio::test]
async fn errors_of_single_items_are_the_response_handlers_to_tell() {
    let (source, _) =
        function(|_| json!([{ "data": 1 }, { "data": null, "errorMessage": "No", "errorType": "Busy" }]));
    let response = "
        if (ctx.result.errorMessage) util.error(ctx.result.errorMessage, ctx.result.errorType);
        return ctx.result.data;";
    let script = script("return { operation: 'BatchInvoke', payload: ctx.source };", response);
    let evaluated = run_unit_batch(&script, &source, of(&[1, 2])).await;
    assert_eq!(evaluated[0].as_ref().unwrap().value, 1);
    let raised = evaluated[1].as_ref().unwrap_err();
    assert_eq!((raised.message.as_str(), raised.error_type.as_deref()), ("No", Some("Busy")));
}

#[tokio::test]
async fn a_batch_of_events_is_one_call_that_is_not_waited_for() {
    let request = "return { operation: 'BatchInvoke', invocationType: 'Event', payload: ctx.source };";
    let (source, calls) = function(|_| json!("nobody hears this"));
    let evaluated =
        run_unit_batch(&script(request, "return ctx.error ?? ctx.result;"), &source, of(&[1, 2])).await;
    assert_eq!(values(evaluated), [Value::Null, Value::Null]);
    assert_eq!(*calls.lock().unwrap(), [json!([1, 2])]);
}

#[tokio::test]
async fn a_pipelines_function_gets_batches_of_its_own_size() {
    for (max_batch_size, sizes) in [(0, vec![5, 2]), (3, vec![3, 3, 1]), (100, vec![7])] {
        let (source, calls) = function(doubled);
        let request = "return { operation: 'BatchInvoke', payload: { n: ctx.prev.result } };";
        let doubling = PipelineFunction::Scripted {
            script: script(request, "return ctx.result;"),
            source,
            max_batch_size,
        };
        let skipping = PipelineFunction::Scripted {
            script: script(
                "if (ctx.source > 7) runtime.earlyReturn(0, { skipTo: 'END' });
                return { payload: ctx.prev.result };",
                "return ctx.result;",
            ),
            source: DataSource::None,
            max_batch_size: 0,
        };
        let around = script("return ctx.source;", "return [ctx.source, ctx.result];");
        let contexts = of(&[1, 8, 2, 3, 4, 5, 6, 7]);
        let evaluated = run_pipeline_batch(&around, &[skipping, doubling], contexts).await;
        let expected =
            [[1, 2], [8, 0], [2, 4], [3, 6], [4, 8], [5, 10], [6, 12], [7, 14]].map(|pair| json!(pair));
        assert_eq!(values(evaluated), expected);
        let mut called: Vec<usize> =
            calls.lock().unwrap().iter().map(|call| call.as_array().unwrap().len()).collect();
        called.sort_by_key(|size| std::cmp::Reverse(*size));
        assert_eq!(called, sizes);
    }
}
