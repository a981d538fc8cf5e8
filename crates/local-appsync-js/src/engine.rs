//! One evaluation in QuickJS: a new heap, AppSync's modules, the script, one handler, and the heap is gone.

use std::collections::BTreeMap;
use std::time::Instant;

use rquickjs::context::intrinsic::{Date, Eval, Json, MapSet, Promise, RegExp, RegExpCompiler};
use rquickjs::{
    CaughtError, Context, Ctx, Error, Exception, Function, Module, Runtime, Value as JsValue, module,
};
use serde::Deserialize;
use serde_json::Value;

use crate::evaluated::{Evaluated, Raised, SkipTo};
use crate::natives;
use crate::script::{Limits, Problem};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Handler {
    Request,
    Response,
}

/// The modules that scripts are built on, each after those that it imports.
const MODULES: [(&str, &str); 8] = [
    ("parlor/native", include_str!("runtime/native.js")),
    ("parlor/evaluation", include_str!("runtime/evaluation.js")),
    ("parlor/http", include_str!("runtime/http.js")),
    ("parlor/values", include_str!("runtime/values.js")),
    ("parlor/time", include_str!("runtime/time.js")),
    ("parlor/expressions", include_str!("runtime/expressions.js")),
    ("parlor/subscription-filters", include_str!("runtime/subscription-filters.js")),
    ("@aws-appsync/utils", include_str!("runtime/utils.js")),
];
/// Only for the scripts that import it: reading modules is what an evaluation spends its time on.
const DYNAMODB: (&str, &str) = ("@aws-appsync/utils/dynamodb", include_str!("runtime/dynamodb.js"));
const HOST: (&str, &str) = ("parlor/host", include_str!("runtime/host.js"));

/// The engine's parts that the modules above need; most of them are taken away from scripts.
type Parts = (Date, Eval, Json, MapSet, Promise, RegExp, RegExpCompiler);

type Started<'js> = Module<'js, module::Evaluated>;

/// What `evaluate` in `runtime/host.js` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    #[serde(default)]
    value: Value,
    raised: Option<Raised>,
    stash: Value,
    early_return: Option<SkipTo>,
    appended_errors: Vec<Raised>,
    subscription_filter: Option<Value>,
    subscription_invalidation_filter: Option<Value>,
    invalidations: Vec<Value>,
    response_headers: BTreeMap<String, String>,
}

pub(crate) fn evaluate(
    name: &str,
    code: &str,
    limits: Limits,
    handler: Handler,
    context: &Value,
) -> Result<Evaluated, Raised> {
    let export = match handler {
        Handler::Request => "request",
        Handler::Response => "response",
    };
    let outcome = in_new_world(name, code, limits, |host, script| {
        let handler: Function = script.get(export)?;
        let evaluate: Function = host.get("evaluate")?;
        evaluate.call::<_, String>((handler, context.to_string()))
    });
    let outcome = outcome.map_err(|Problem { line, message }| {
        let place = if line == 0 { name.to_owned() } else { format!("{name}:{line}") };
        Raised::new(format!("Runtime Error: {place}: {message}"), "Code")
    })?;
    let outcome: Outcome = serde_json::from_str(&outcome)
        .map_err(|error| Raised::new(format!("{name}: {export} did not return JSON: {error}"), "Code"))?;
    if let Some(raised) = outcome.raised {
        return Err(Raised { appended: outcome.appended_errors, ..raised });
    }
    Ok(Evaluated {
        value: outcome.value,
        stash: outcome.stash,
        returned_early: outcome.early_return,
        appended_errors: outcome.appended_errors,
        subscription_filter: outcome.subscription_filter,
        subscription_invalidation_filter: outcome.subscription_invalidation_filter,
        invalidations: outcome.invalidations,
        response_headers: outcome.response_headers,
    })
}

/// The problems that only the engine finds: syntax, absent exports, a top level that fails.
pub(crate) fn check(name: &str, code: &str, limits: Limits) -> Vec<Problem> {
    let absent = in_new_world(name, code, limits, |_, script| {
        let mut absent = Vec::new();
        for export in ["request", "response"] {
            if script.get::<_, JsValue>(export)?.as_function().is_none() {
                let message = format!("add `export function {export}(ctx) {{ … }}`");
                absent.push(Problem { line: 0, message });
            }
        }
        Ok(absent)
    });
    absent.unwrap_or_else(|problem| vec![problem])
}

/// Hands the started host and script to `run`, on a heap that ends with it.
fn in_new_world<T>(
    name: &str,
    code: &str,
    limits: Limits,
    run: impl for<'js> FnOnce(&Started<'js>, &Started<'js>) -> rquickjs::Result<T>,
) -> Result<T, Problem> {
    let unborn = |error: Error| {
        let message = format!("the JavaScript engine did not start: {error}");
        Problem { line: 0, message }
    };
    let runtime = Runtime::new().map_err(unborn)?;
    runtime.set_memory_limit(limits.memory_bytes);
    runtime.set_max_stack_size(limits.stack_bytes);
    let deadline = Instant::now() + limits.time;
    runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() >= deadline)));
    let context = Context::custom::<Parts>(&runtime).map_err(unborn)?;
    context.with(|ctx| {
        let done = declare_modules(&ctx, name, code).and_then(|()| {
            let host = start(&ctx, HOST.0, HOST.1)?;
            let script = start(&ctx, name, code)?;
            run(&host, &script)
        });
        done.map_err(|error| problem(CaughtError::from_error(&ctx, error), name, limits))
    })
}

fn declare_modules(ctx: &Ctx<'_>, name: &str, code: &str) -> rquickjs::Result<()> {
    natives::lend(ctx, name)?;
    let dynamodb = Some(DYNAMODB).filter(|(name, _)| code.contains(name));
    for (name, source) in MODULES.into_iter().chain(dynamodb) {
        Module::declare(ctx.clone(), name, source)?;
    }
    Ok(())
}

/// Declares and runs a module, whose imports have been declared.
fn start<'js>(ctx: &Ctx<'js>, name: &str, code: &str) -> rquickjs::Result<Started<'js>> {
    let (module, top_level) = Module::declare(ctx.clone(), name, code)?.eval()?;
    top_level.finish::<()>()?;
    Ok(module)
}

/// The engine's exception in the words of whoever wrote the script.
fn problem(caught: CaughtError<'_>, name: &str, limits: Limits) -> Problem {
    let out_of_memory = || format!("it used more than {} MiB of memory", limits.memory_bytes >> 20);
    let exception = match caught {
        CaughtError::Exception(exception) => exception,
        CaughtError::Error(Error::Exception)
        | CaughtError::Error(Error::Allocation)
        | CaughtError::Value(_) => {
            return Problem { line: 0, message: out_of_memory() };
        }
        CaughtError::Error(error) => {
            return Problem { line: 0, message: error.to_string() };
        }
    };
    let line = line_in(&exception.stack().unwrap_or_default(), name);
    let message = match exception.message().unwrap_or_default().as_str() {
        "interrupted" => format!("it was stopped after {} s", limits.time.as_secs_f32()),
        // Without a message there was not even memory for one.
        "out of memory" | "" => out_of_memory(),
        "Maximum call stack size exceeded" => {
            "its calls are nested too deeply; APPSYNC_JS has no recursion".into()
        }
        message => format!("{}: {message}", kind(&exception)),
    };
    Problem { line, message }
}

fn kind(exception: &Exception<'_>) -> String {
    exception.as_object().get("name").unwrap_or_else(|_| "Error".to_owned())
}

/// The innermost line of the script, from frames such as `at request (get_todo.js:5:12)`.
fn line_in(stack: &str, name: &str) -> u32 {
    let place = format!("{name}:");
    let digits = stack.lines().find_map(|frame| Some(frame.split_once(&place)?.1));
    digits.and_then(|rest| rest.split([':', ')']).next()?.parse().ok()).unwrap_or(0)
}
