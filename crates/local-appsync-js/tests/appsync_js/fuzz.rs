//! Any text as a script, made up by proptest: it compiles or is refused with its problems, in time, without a panic.
//!
//! `PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=100000 cargo test -p local-appsync-js fuzz`
//! looks longer, at other cases.

use std::time::{Duration, Instant};

use local_appsync_js::{Limits, Script};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

/// What anything may take at most: a guard against hanging, not a measure.
const PATIENCE: Duration = Duration::from_secs(60);

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Words and signs of the language, in any order.
fn tokens() -> impl Strategy<Value = String> {
    let words = "const|let|var|if|else|for|of|in|while|do|return|function|export|import|from|default|async|await|class|this|new|try\
                 |catch|throw|typeof|delete|switch|case|break|continue|null|true|x|ctx|util|request|response|'@aws-appsync/utils'";
    let signs = "[-+*/%=<>!&|^~?:;,.(){}\\[\\]]|=>|\\+\\+|===|\\?\\.|\\?\\?|\\.\\.\\.|`|\\$\\{|'|\"|//|/\\*|\\*/|\\\\|\n|/[a-z(\\[]{0,4}/g?|0x[0-9a-f]{0,5}|[0-9]{1,20}n?|1e999";
    vec(prop_oneof![4 => words, 5 => signs, 1 => "\\PC{0,3}"], 0..60).prop_map(|tokens| tokens.join(" "))
}

fn compiled(code: &str) -> Option<Script> {
    let started = Instant::now();
    let script = Script::compile("wild.js", code);
    assert!(started.elapsed() < PATIENCE, "{code}");
    match script {
        Ok(script) => Some(script),
        Err(refused) => {
            assert!(!refused.problems.is_empty() && !refused.to_string().is_empty(), "{code}");
            None
        }
    }
}

#[test]
fn any_text_is_a_script_or_is_refused() {
    let wrapped = tokens().prop_map(|body| {
        format!("export function request(ctx) {{\n{body}\n}}\nexport function response(ctx) {{ return ctx.result; }}")
    });
    proptest!(config(), |(code in prop_oneof![any::<String>(), tokens(), "[`${}'\"/*\\\\a\n]{0,60}", wrapped])| {
        compiled(&code);
    });
}

#[test]
fn what_compiles_ends() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let limits = Limits { time: Duration::from_millis(200), ..Limits::default() };
    let value = "ctx|ctx\\.arguments|ctx\\.arguments\\.x|util\\.autoId\\(\\)|util\\.matches\\('a+', 'aa'\\)|util\\.toJson\\(ctx\\)\
                 |JSON\\.stringify\\(ctx\\)|\\[1, 2\\]\\.map\\(\\(x\\) => x\\)|\\{ \\.\\.\\.ctx \\}|`a\\$\\{ctx\\.x\\}`|util\\.error\\('no'\\)\
                 |util\\.time\\.nowISO8601\\(\\)|util\\.dynamodb\\.toMapValues\\(ctx\\)|'x'\\.repeat\\(99\\)|1 / 0|-1|undefined|null";
    let statement = (value, "a|b|c")
        .prop_map(|(value, name)| format!("{{ const {name} = {value}; ctx.stash.{name} = {name}; }}"));
    proptest!(config(), |(statements in vec(statement, 0..8), result in value)| {
        let code = format!(
            "import {{ util }} from '@aws-appsync/utils';\nexport function request(ctx) {{\n{}\nreturn {result};\n}}\n\
             export function response(ctx) {{ return ctx.result; }}",
            statements.join("\n"),
        );
        if let Some(script) = compiled(&code) {
            let script = script.with_limits(limits);
            let context = json!({ "arguments": { "x": 1 }, "stash": {} });
            let ended = async { tokio::time::timeout(PATIENCE, script.request(context)).await };
            // An answer or an error, as the script has it.
            assert!(runtime.block_on(ended).is_ok(), "{code}");
        }
    });
}
