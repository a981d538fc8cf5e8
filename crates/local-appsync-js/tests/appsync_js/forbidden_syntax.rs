//! What APPSYNC_JS does not take is refused before it runs, with its line and what to write instead.

use local_appsync_js::{CompileError, Script};

fn refused(code: &str) -> CompileError {
    Script::compile("script.js", code).expect_err(code)
}

/// A whole script with `statement` on its second line.
fn with(statement: &str) -> String {
    format!(
        "export function request(ctx) {{\n{statement}\n}}\nexport function response(ctx) {{ return ctx.result; }}"
    )
}

#[test]
fn each_forbidden_construct_is_refused_with_its_line_and_advice() {
    let table = [
        ("let i = 0; i++;", "+= 1"),
        ("let i = 0; --i;", "-= 1"),
        ("return ~1;", "~"),
        ("for (let i = 0; i < 3; i += 1) {}", "for (… of …)"),
        ("while (true) {}", "for (… of …)"),
        ("do { } while (true);", "for (… of …)"),
        ("for (const x of []) { continue; }", "condition"),
        ("outer: for (const x of []) { break outer; }", "labels"),
        ("try { } catch (error) { }", "util.error"),
        ("throw 'no';", "util.error"),
        ("class Todo {}", "plain objects"),
        ("return this;", "argument"),
        ("return ctx instanceof Object;", "instanceof"),
        ("return 'a' in ctx;", "Object.hasOwn"),
        ("const load = async () => 1;", "data source"),
        ("async function load() {}", "data source"),
        ("function* all() {}", "generators"),
        ("return /a+/.test('a');", "util.matches"),
        ("return new RegExp('a');", "util.matches"),
        ("fetch('example');", "data source"),
        ("setTimeout(() => 1, 10);", "timers"),
        ("return Promise.resolve(1);", "data source"),
        ("return eval('1');", "texts"),
        ("const fs = require('fs');", "@aws-appsync/utils"),
        ("return import('fs');", "top"),
        ("return `a ${`b ${ctx.i++} c`} d`;", "+= 1"),
    ];
    for (statement, advice) in table {
        let error = refused(&with(statement));
        assert_eq!(error.problems[0].line, 2, "{statement}");
        let told = error.to_string();
        assert!(
            told.starts_with("script.js:2: ") && told.contains(advice),
            "{statement} was answered with: {told}"
        );
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let error = refused(&with("let i = 0; i++;\nwhile (i) {}\nthrow i;"));
    let lines: Vec<u32> = error.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn what_only_looks_forbidden_is_taken() {
    let table = [
        "// no try, no while, no i++",
        "/* class */ const text = 'this ~ i++ /x/';",
        "const text = `async ${1 + 1} while { ${'}'} }`;",
        "const ratio = 4 / 2 / 1; return ratio;",
        "const half = (ctx.args.a + 1) / 2; const third = ctx.list[0] / 3;",
        "return { catch: 1, class: 2, this: 3 };",
        "return ctx.args.class + ctx.args.try;",
        "for (const key in ctx.args) { console.log(key); }",
        "for (const one of ctx.args.list.map((x) => { const y = x; return y; })) { console.log(one); }",
        "const fetch = (id) => id; return fetch(1);",
        "switch (ctx.args.kind) { case 'a': return 1; default: return 2; }",
        "return ctx.args.a ? ctx.args.b : -1;",
        "return ctx.stash?.a ?? [...[1, 2]];",
    ];
    for statement in table {
        if let Err(error) = Script::compile("script.js", &with(statement)) {
            panic!("{statement} was refused: {error}");
        }
    }
}

#[test]
fn a_script_without_handlers_is_refused_by_the_name_of_what_is_missing() {
    let error = refused("export function request(ctx) { return {}; }");
    assert_eq!(error.to_string(), "script.js: add `export function response(ctx) { … }`");
}

#[test]
fn a_syntax_error_carries_its_line() {
    let error = refused("export function request(ctx) {\n  return {;\n}");
    assert_eq!(error.problems[0].line, 2);
    assert!(error.to_string().contains("SyntaxError"), "{error}");
}

#[test]
fn only_the_modules_of_appsync_can_be_imported() {
    for module in ["./shared.js", "lodash", "@aws-appsync/utils/other", "parlor/native"] {
        let error = refused(&format!("import {{ x }} from '{module}';\n{}", with("return x;")));
        assert_eq!(error.problems[0].line, 1, "{module}");
        assert!(error.to_string().contains("@aws-appsync/utils/dynamodb"), "{error}");
    }
}

#[test]
fn an_import_that_the_module_lacks_is_named() {
    let error =
        refused(&format!("import {{ upsert }} from '@aws-appsync/utils/dynamodb';\n{}", with("return 1;")));
    assert!(error.to_string().contains("upsert"), "{error}");
}

#[test]
fn more_code_than_appsync_takes_is_refused() {
    let error = refused(&with(&format!("// {}", "x".repeat(32_768))));
    assert!(error.to_string().contains("32768"), "{error}");
}

#[test]
fn garbage_is_refused_and_never_a_panic() {
    for garbage in
        ["", "'", "\"\\", "`${", "`${`${", "/", "/[", "}", "é'", "/*", "x\u{2028}`", "'\n", "${}`\u{0}"]
    {
        refused(garbage);
    }
}
