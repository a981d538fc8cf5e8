//! Every function that AWS's types say a script has is there, or says why not. `published.json` is that list; `npm test`
//! in `resolvers/js` holds it against the types.

use local_appsync_js::{Evaluated, Raised, Script};
use serde_json::{Value, json};

/// They are for data sources that are not on localhost.
const UNAVAILABLE: [&str; 5] = [
    "util.rds.toJsonObject",
    "util.transform.toElasticsearchQueryDSL",
    "util.xml.toJsonString",
    "util.xml.toMap",
    "sync",
];
const UNAVAILABLE_MODULES: [&str; 2] = ["@aws-appsync/utils/rds", "@aws-appsync/utils/ai"];

fn published() -> Vec<(String, Vec<String>)> {
    let list: Value = serde_json::from_str(include_str!("published.json")).unwrap();
    let modules = list.as_object().unwrap().iter().filter(|(name, _)| *name != "version");
    let names = |names: &Value| serde_json::from_value(names.clone()).unwrap();
    modules.map(|(module, functions)| (module.clone(), names(functions))).collect()
}

fn script(module: &str, root: &str, expression: &str) -> String {
    format!(
        "import {{ {root} }} from '{module}';
        export function request() {{ return {expression}; }}
        export function response() {{}}"
    )
}

async fn evaluated(code: &str) -> Result<Evaluated, Raised> {
    Script::compile("published.js", code).unwrap().request(json!({})).await
}

#[tokio::test]
async fn each_published_function_is_there() {
    for (module, functions) in published() {
        if UNAVAILABLE_MODULES.contains(&module.as_str()) {
            continue;
        }
        let mut roots: Vec<&str> = functions.iter().map(|name| name.split('.').next().unwrap()).collect();
        roots.dedup();
        let kinds: Vec<String> = functions.iter().map(|name| format!("'{name}': typeof {name}")).collect();
        let code = script(&module, &roots.join(", "), &format!("({{ {} }})", kinds.join(", ")));
        let kinds = evaluated(&code).await.unwrap().value;
        assert_eq!(kinds.as_object().unwrap().len(), functions.len());
        for (name, kind) in kinds.as_object().unwrap() {
            assert_eq!(kind, "function", "{module} {name}");
        }
    }
}

#[tokio::test]
async fn what_is_not_available_says_why_and_nothing_else_does() {
    let mut unavailable = Vec::new();
    for (module, functions) in published() {
        if UNAVAILABLE_MODULES.contains(&module.as_str()) {
            continue;
        }
        for name in functions {
            let root = name.split('.').next().unwrap();
            // Some refuse the empty argument; that is another error.
            let outcome = evaluated(&script(&module, root, &format!("{name}({{}})"))).await;
            let Err(raised) = outcome else { continue };
            if raised.error_type.as_deref() == Some("UnsupportedOperation") {
                assert!(raised.message.contains(&name) && raised.message.contains("localhost"), "{raised}");
                unavailable.push(name);
            }
        }
    }
    unavailable.sort();
    let mut expected = UNAVAILABLE;
    expected.sort_unstable();
    assert_eq!(unavailable, expected);
}

#[test]
fn modules_of_other_data_sources_are_refused_with_what_to_do() {
    for module in UNAVAILABLE_MODULES {
        let error = Script::compile("other.js", &script(module, "select", "1")).unwrap_err().to_string();
        assert!(error.contains(module) && error.contains("let a function do it"), "{error}");
    }
}
