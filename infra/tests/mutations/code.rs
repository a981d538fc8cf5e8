//! What the functions' code does and reads, against what their roles allow and their environment holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

/// The packages of functions, and the sources that they run beside their own.
const SOURCES: [(&str, &[&str]); 2] = [
    ("post-confirmation", &["crates/post-confirmation/src", "crates/chat/src/profiles.rs"]),
    ("resolvers", &["resolvers/src", "crates/chat/src"]),
];

/// What stands in the source, and the action that it takes.
const CALLS: [(&str, &str); 13] = [
    (".batch_get_item()", "dynamodb:BatchGetItem"),
    (".delete_item()", "dynamodb:DeleteItem"),
    (".get_item()", "dynamodb:GetItem"),
    (".put_item()", "dynamodb:PutItem"),
    (".query()", "dynamodb:Query"),
    (".scan()", "dynamodb:Scan"),
    (".update_item()", "dynamodb:UpdateItem"),
    ("ConditionCheck::builder()", "dynamodb:ConditionCheckItem"),
    ("Delete::builder()", "dynamodb:DeleteItem"),
    ("Put::builder()", "dynamodb:PutItem"),
    ("Update::builder()", "dynamodb:UpdateItem"),
    ("self.presign(\"GET\"", "s3:GetObject"),
    ("self.presign(\"PUT\"", "s3:PutObject"),
];

#[test]
fn functions_may_do_what_their_code_does_and_are_told_what_it_reads() {
    assert_eq!(missing(&infra::template().to_json()), [""; 0]);
}

/// What the functions of a template lack, a sentence each.
pub(crate) fn missing(template: &Json) -> Vec<String> {
    let mut missing = Vec::new();
    let table = &template["Resources"]["ChatTable"]["Properties"];
    let keys = table["KeySchema"].as_array().into_iter().flatten().map(|key| &key["AttributeName"]);
    let rows = text("crates/chat/src");
    for name in keys.chain([&table["TimeToLiveSpecification"]["AttributeName"]]).filter_map(Json::as_str) {
        if !rows.split(|c: char| !c.is_alphanumeric()).any(|word| word == name) {
            missing.push(format!("ChatTable: no row of the code has the attribute {name}"));
        }
    }
    for (package, sources) in SOURCES {
        let text: String = sources.iter().map(|path| text(path)).collect();
        let calls: BTreeSet<&str> =
            CALLS.iter().filter(|(call, _)| text.contains(call)).map(|(_, action)| *action).collect();
        assert!(!calls.is_empty(), "the sources of {package} call nothing: has the SDK another way?");
        let functions =
            template["Resources"].as_object().expect("resources").iter().filter(|(_, resource)| {
                let code = &resource["Properties"]["Code"];
                resource["Type"] == "AWS::Lambda::Function"
                    && *code == format!("target/lambda/{package}/bootstrap.zip")
            });
        for (id, function) in functions {
            let set = &function["Properties"]["Environment"]["Variables"];
            for name in variables().iter().filter(|name| set.get(name.as_str()).is_none()) {
                missing.push(format!("{id}: its code reads the variable {name}, which is not set"));
            }
            let role = function["Properties"]["Role"]["Fn::GetAtt"][0].as_str().unwrap_or_default();
            let allowed = allowed(&template["Resources"][role]);
            for action in calls.iter().filter(|action| !allowed.contains(**action)) {
                missing.push(format!("{id}: its code needs {action}, which `{role}` does not allow"));
            }
        }
    }
    missing
}

/// The actions that a role's statements allow, by name.
fn allowed(role: &Json) -> BTreeSet<&str> {
    let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array();
    let allows = statements.into_iter().flatten().filter(|statement| statement["Effect"] == "Allow");
    allows
        .flat_map(|statement| match &statement["Action"] {
            Json::Array(actions) => actions.iter().filter_map(Json::as_str).collect::<Vec<_>>(),
            action => action.as_str().into_iter().collect(),
        })
        .collect()
}

/// The variables without which a function does not start; Lambda sets those of its own.
fn variables() -> BTreeSet<String> {
    let environment = text("crates/chat/src/environment.rs");
    let names = environment.split("required(\"").skip(1).filter_map(|rest| rest.split('"').next());
    names.filter(|name| !name.starts_with("AWS_")).map(str::to_owned).collect()
}

/// A source file, or all Rust in a folder.
fn text(path: &str) -> String {
    fn read(path: &Path) -> String {
        if path.is_dir() {
            let entries = fs::read_dir(path).expect("a folder of sources");
            return entries.map(|entry| read(&entry.expect("an entry").path())).collect();
        }
        fs::read_to_string(path).expect("a source file")
    }
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
}
