//! Unit and pipeline resolvers: what each handler sees, on NONE and Lambda data sources.

use std::sync::Arc;

use local_appsync_js::{
    DataSource, DataSourceError, PipelineFunction, Raised, Script, run_pipeline, run_unit,
};
use serde_json::{Value, json};

fn script(name: &str, request: &str, response: &str) -> Script {
    let code = format!(
        "import {{ util, runtime }} from '@aws-appsync/utils';
        export function request(ctx) {{ {request} }}
        export function response(ctx) {{ {response} }}"
    );
    Script::compile(name, &code).expect(name)
}

fn function(request: &str, response: &str) -> PipelineFunction {
    on(DataSource::None, request, response)
}

fn on(source: DataSource, request: &str, response: &str) -> PipelineFunction {
    PipelineFunction::Scripted { script: script("function.js", request, response), source, max_batch_size: 0 }
}

/// Doubles `n`; has no answer for 13.
fn doubling() -> DataSource {
    DataSource::Lambda(Arc::new(|payload: Value| {
        Box::pin(async move {
            match payload["n"].as_i64() {
                Some(13) => Err(DataSourceError::Failed {
                    message: "unlucky".to_owned(),
                    error_type: "Lambda:Unhandled".to_owned(),
                    result: Value::Null,
                }),
                n => Ok(json!(n.unwrap_or(0) * 2)),
            }
        })
    }))
}

async fn value_of(before: &str, functions: &[PipelineFunction], after: &str) -> Result<Value, Raised> {
    let script = script("pipeline.js", before, after);
    Ok(run_pipeline(&script, functions, json!({ "arguments": { "n": 1 } })).await?.value)
}

#[tokio::test]
async fn a_none_data_source_hands_the_payload_on() {
    let script = script("none.js", "return { payload: { n: ctx.args.n } };", "return ctx.result.n + 1;");
    let evaluated = run_unit(&script, &DataSource::None, json!({ "arguments": { "n": 1 } })).await.unwrap();
    assert_eq!(evaluated.value, 2);
}

#[tokio::test]
async fn a_function_gets_the_payload_and_its_answer_is_the_result() {
    let script =
        script("lambda.js", "return { operation: 'Invoke', payload: ctx.args };", "return ctx.result;");
    let evaluated = run_unit(&script, &doubling(), json!({ "arguments": { "n": 21 } })).await.unwrap();
    assert_eq!(evaluated.value, 42);
}

#[tokio::test]
async fn a_function_that_fails_is_the_response_handlers_to_judge() {
    let request = "return { operation: 'Invoke', payload: { n: 13 } };";
    let hard = script("hard.js", request, "if (ctx.error) util.error(ctx.error.message, ctx.error.type);");
    let error = run_unit(&hard, &doubling(), json!({})).await.unwrap_err();
    assert_eq!((error.message.as_str(), error.error_type.as_deref()), ("unlucky", Some("Lambda:Unhandled")));
    let soft = script("soft.js", request, "return ctx.error.message;");
    assert_eq!(run_unit(&soft, &doubling(), json!({})).await.unwrap().value, "unlucky");
}

#[tokio::test]
async fn an_event_is_not_waited_for() {
    let request = "return { operation: 'Invoke', invocationType: 'Event', payload: { n: 13 } };";
    let script = script("event.js", request, "return ctx.error ?? ctx.result;");
    assert_eq!(run_unit(&script, &doubling(), json!({})).await.unwrap().value, Value::Null);
}

#[tokio::test]
async fn a_request_that_is_none_of_the_data_sources_fails_before_the_response_handler() {
    for (request, message) in [
        ("return {};", "Value for field '$[operation]' not found."),
        ("return { payload: 1 };", "Value for field '$[operation]' not found."),
        (
            "return { operation: 'Call' };",
            "The operation of a request to a Lambda function must be Invoke or BatchInvoke.",
        ),
        (
            "return null;",
            "The request handler must return an object, a request to a Lambda function, not null.",
        ),
    ] {
        let script = script("wrong.js", request, "return 'never';");
        let error = run_unit(&script, &doubling(), json!({})).await.unwrap_err();
        assert_eq!(error.error_type.as_deref(), Some("MappingTemplate"), "{request}");
        assert_eq!(error.message, message);
    }
}

#[tokio::test]
async fn a_pipelines_functions_see_what_the_one_before_answered_and_share_the_stash() {
    let functions = [
        function("ctx.stash.first = true; return { payload: ctx.prev.result + 1 };", "return ctx.result;"),
        function(
            "return { payload: ctx.prev.result * 10 };",
            "ctx.stash.last = ctx.prev.result; return ctx.result;",
        ),
    ];
    let value =
        value_of("return ctx.args.n;", &functions, "return [ctx.prev.result, ctx.result, ctx.stash];").await;
    assert_eq!(value.unwrap(), json!([20, 20, { "first": true, "last": 2 }]));
}

#[tokio::test]
async fn an_error_in_a_function_ends_the_pipeline() {
    let functions = [function("util.error('no', 'Forbidden');", ""), function("util.error('late');", "")];
    let error = value_of("", &functions, "return 'never';").await.unwrap_err();
    assert_eq!(error.message, "no");
}

#[tokio::test]
async fn early_returns_pass_over_what_aws_says_they_do() {
    let add = || function("return { payload: ctx.prev.result + 1 };", "return ctx.result;");
    let next = function("runtime.earlyReturn(10); return {};", "return 'passed over';");
    let end = function("runtime.earlyReturn(20, { skipTo: 'END' }); return {};", "return 'passed over';");
    let after = "return ctx.prev.result;";
    assert_eq!(value_of("return 0;", &[next, add()], after).await.unwrap(), 11);
    assert_eq!(value_of("return 0;", &[end, add()], after).await.unwrap(), 20);
    assert_eq!(value_of("runtime.earlyReturn(30);", &[add()], after).await.unwrap(), 30);
}

#[tokio::test]
async fn a_response_handler_may_return_early_too() {
    let add = || function("return { payload: ctx.prev.result + 1 };", "return ctx.result;");
    let next = function("return { payload: 1 };", "runtime.earlyReturn(10); return 'passed over';");
    let end = function("return { payload: 1 };", "runtime.earlyReturn(20, { skipTo: 'END' });");
    let after = "return [ctx.prev.result, ctx.result];";
    assert_eq!(value_of("", &[next, add()], after).await.unwrap(), json!([11, 11]));
    assert_eq!(value_of("", &[end, add()], after).await.unwrap(), json!([20, 20]));
    let after = "runtime.earlyReturn(ctx.result * 3); return 'passed over';";
    assert_eq!(value_of("return 1;", &[add()], after).await.unwrap(), 6);
}

#[tokio::test]
async fn a_failed_data_source_is_its_functions_to_judge_and_the_pipeline_goes_on() {
    let request = "return { operation: 'Invoke', payload: { n: 13 } };";
    let forgiving = on(doubling(), request, "return ctx.error.message;");
    let next = function("return { payload: [ctx.prev.result, ctx.error ?? null] };", "return ctx.result;");
    assert_eq!(
        value_of("", &[forgiving, next], "return ctx.result;").await.unwrap(),
        json!(["unlucky", null])
    );
    let strict = on(doubling(), request, "util.error(ctx.error.message, ctx.error.type);");
    let error = value_of("", &[strict], "return 'never';").await.unwrap_err();
    assert_eq!(error.error_type.as_deref(), Some("Lambda:Unhandled"));
}

#[tokio::test]
async fn an_error_at_each_step_ends_the_pipeline_and_tells_what_was_appended_before() {
    let raising = "util.appendError('late'); util.error('no', 'Forbidden', { a: 1 }, { b: 2 });";
    let pass = ("return { payload: 1 };", "return 1;");
    for (before, request, response, after, appended) in [
        (raising, pass.0, pass.1, "", &["late"][..]),
        ("util.appendError('early');", raising, pass.1, "", &["early", "late"]),
        ("util.appendError('early');", pass.0, raising, "", &["early", "late"]),
        ("util.appendError('early');", pass.0, pass.1, raising, &["early", "late"]),
    ] {
        let error = value_of(before, &[function(request, response)], after).await.unwrap_err();
        let told: Vec<&str> = error.appended.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(told, appended);
        assert_eq!((error.message.as_str(), error.error_type.as_deref()), ("no", Some("Forbidden")));
        assert_eq!((error.data, error.info), (json!({ "a": 1 }), json!({ "b": 2 })));
    }
}

#[tokio::test]
async fn a_function_without_a_script_gets_the_context_and_its_answer_is_the_result() {
    let direct = |answer: fn(&Value) -> Result<Value, Raised>| PipelineFunction::Direct {
        function: Arc::new(move |contexts: Vec<Value>| {
            Box::pin(async move { contexts.iter().map(answer).collect() })
        }),
        max_batch_size: 0,
    };
    let echo = direct(|context| {
        Ok(json!([context["arguments"]["n"], context["prev"]["result"], context["stash"]["kept"]]))
    });
    let before = "ctx.stash.kept = 7; return 'before';";
    let after = "return [ctx.result, ctx.stash];";
    assert_eq!(value_of(before, &[echo], after).await.unwrap(), json!([[1, "before", 7], { "kept": 7 }]));
    let refusing = direct(|_| {
        let (data, info, appended) = (Value::Null, Value::Null, Vec::new());
        Err(Raised { message: "No".into(), error_type: Some("Busy".into()), data, info, appended })
    });
    let error = value_of("", &[refusing], "return 'never';").await.unwrap_err();
    assert_eq!((error.message.as_str(), error.error_type.as_deref()), ("No", Some("Busy")));
}

#[tokio::test]
async fn errors_appended_on_the_way_are_all_told_in_order() {
    let functions = [function("util.appendError('one'); return {};", "util.appendError('two'); return 1;")];
    let script = script("pipeline.js", "util.appendError('zero');", "util.appendError('three');");
    let evaluated = run_pipeline(&script, &functions, json!({})).await.unwrap();
    let messages: Vec<&str> = evaluated.appended_errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["zero", "one", "two", "three"]);
}
