//! A script that goes wrong is stopped with an error that names its line, and harms nobody else.

use std::time::{Duration, Instant};

use local_appsync_js::{Limits, Raised, Script};
use serde_json::json;

fn script(body: &str) -> Script {
    let code = format!("export function request(ctx) {{\n{body}\n}}\nexport function response() {{}}");
    Script::compile("wild.js", &code).expect(body)
}

async fn raised(body: &str, limits: Limits) -> Raised {
    script(body).with_limits(limits).request(json!({})).await.expect_err(body)
}

fn short() -> Limits {
    Limits { time: Duration::from_millis(200), ..Limits::default() }
}

#[tokio::test]
async fn an_endless_loop_is_stopped() {
    let started = Instant::now();
    let bodies = [
        format!("const n = [...'0123456789']; {} return 1;", "for (const x of n) ".repeat(16) + "{}"),
        format!("const n = [...'0123456789']; {}1{}; return 1;", "n.map(() => ".repeat(16), ")".repeat(16)),
    ];
    for body in bodies {
        let error = raised(&body, short()).await;
        assert!(error.message.contains("stopped after 0.2 s"), "{error}");
        assert_eq!(error.error_type.as_deref(), Some("Code"));
    }
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_pattern_that_backtracks_for_ever_is_stopped() {
    let error = raised(
        "return util.matches('(a+)+b', 'a'.concat('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'));",
        short(),
    )
    .await;
    assert!(error.message.contains("stopped after 0.2 s"), "{error}");
}

#[test]
fn one_endless_instruction_does_not_keep_the_caller_waiting() {
    let body = "const list = []; list.length = 4294967295; return list.reverse();";
    let started = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let error = runtime.block_on(raised(body, short()));
    // The engine is still at it; its thread ends with the process.
    runtime.shutdown_background();
    assert!(error.message.ends_with("it did not end in time"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_memory_bomb_is_stopped() {
    let limits = Limits { memory_bytes: 8 << 20, ..Limits::default() };
    for body in [
        "let text = 'x'; for (const n of [...'a'.concat('bcdefghijklmnopqrstuvwxyz1234567890')]) { text = text.concat(text); } return text.length;",
        "const list = [1]; for (const x of list) { list.push({ x }); }",
        "let nested = {}; const list = [1]; for (const x of list) { list.push(1); nested = { nested, text: `${x}${list.length}` }; }",
    ] {
        let error = raised(body, limits).await;
        assert!(
            error.message.contains("8 MiB of memory") || error.message.contains("invalid string length"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn however_little_memory_there_is_the_outcome_is_a_value_or_an_error() {
    let script = script("return { list: [...'abcdefgh'].map((x) => ({ x, id: util.autoId() })) };");
    let (mut values, mut errors) = (0, 0);
    for memory_bytes in (50_000..1_000_000).step_by(17_777) {
        let limits = Limits { memory_bytes, ..Limits::default() };
        match script.clone().with_limits(limits).request(json!({})).await {
            Ok(_) => values += 1,
            Err(error) => {
                assert!(error.message.contains("memory"), "{memory_bytes}: {error}");
                errors += 1;
            }
        }
    }
    assert!(values > 0 && errors > 0, "{values} values, {errors} errors");
}

#[tokio::test]
async fn endless_recursion_is_stopped() {
    let error = raised("const deeper = (n) => deeper(n + 1) + 1; return deeper(0);", Limits::default()).await;
    assert!(error.message.contains("nested too deeply"), "{error}");
}

#[tokio::test]
async fn a_mistake_carries_its_message_and_line() {
    let error = raised("const todo = ctx.args.todo;\nreturn todo.name;", Limits::default()).await;
    assert!(error.message.starts_with("Runtime Error: wild.js:3: TypeError: "), "{error}");
    let error = raised("\n\nreturn missing;", Limits::default()).await;
    assert!(error.message.starts_with("Runtime Error: wild.js:4: ReferenceError: missing"), "{error}");
}

#[tokio::test]
async fn a_value_that_is_not_json_is_an_error() {
    let error = raised("const a = {}; a.a = a; return a;", Limits::default()).await;
    assert!(error.message.contains("circular"), "{error}");
}

#[tokio::test]
async fn the_context_cannot_be_exchanged() {
    let error = raised("ctx.stash = {};", Limits::default()).await;
    assert!(error.message.contains("wild.js:2: TypeError"), "{error}");
}

#[tokio::test]
async fn methods_and_globals_that_appsync_lacks_are_missing_here_too() {
    for (body, named) in [
        ("return 'a'.padStart(3);", "String.prototype.padStart"),
        ("return Array.from([1]);", "Array.from"),
        ("return Object.freeze({});", "Object.freeze"),
        ("return new Map();", "Map"),
        ("return globalThis.parlorNative;", "globalThis"),
        ("return parlorNative;", "parlorNative"),
        ("return util.isNull(1);", "value === null"),
        ("return util.str.toUpper('a');", "toUpperCase()"),
        ("return util.xml.toMap('<a/>');", "localhost"),
    ] {
        let error = raised(body, Limits::default()).await;
        assert!(error.message.contains(named), "{body}: {error}");
    }
}

#[tokio::test]
async fn nothing_is_left_over_for_the_next_evaluation() {
    let code = "const seen = [];
        export function request(ctx) { seen.push(1); util.time.seen = seen; return seen.length; }
        export function response() {}";
    let script = Script::compile("counter.js", code).unwrap();
    for _ in 0..3 {
        assert_eq!(script.request(json!({})).await.unwrap().value, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evaluations_run_side_by_side() {
    let script = script("return { n: ctx.args.n * 2 };");
    let running: Vec<_> = (0..64)
        .map(|n| {
            let script = script.clone();
            tokio::spawn(
                async move { script.request(json!({ "arguments": { "n": n } })).await.unwrap().value },
            )
        })
        .collect();
    for (n, done) in running.into_iter().enumerate() {
        assert_eq!(done.await.unwrap(), json!({ "n": n * 2 }));
    }
}
