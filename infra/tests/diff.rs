//! `infra diff`, `ls`, `docs` and `synth`, run as a user runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::{Value as Json, json};

fn infra(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_infra")).args(arguments).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn file(name: &str, template: &Json) -> String {
    let path: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, template.to_string()).expect("the target folder can be written");
    path.display().to_string()
}

/// `infra diff` of our template as it was to what `change` makes of it.
fn diff(name: &str, change: impl FnOnce(&mut Json), options: &[&str]) -> (Option<i32>, String) {
    let old = infra::template().to_json();
    let mut new = old.clone();
    change(&mut new);
    let (old, new) = (file(&format!("{name}-old.json"), &old), file(&format!("{name}-new.json"), &new));
    let output = infra(&[&["diff", &old, "--template", &new], options].concat());
    (output.status.code(), said(&output))
}

#[test]
fn what_is_the_same_changes_nothing() {
    assert_eq!(diff("same", |_| {}, &["--exit-code"]), (Some(0), "Nothing changes.\n".to_owned()));
}

#[test]
fn a_setting_is_told_by_its_path_with_both_values() {
    let change = |t: &mut Json| t["Resources"]["ResolversFunction"]["Properties"]["MemorySize"] = json!(1769);
    let (code, said) = diff("setting", change, &["--exit-code"]);
    assert!(said.contains("~ ResolversFunction (AWS::Lambda::Function)\n    MemorySize: "), "{said}");
    assert!(said.contains(" → 1769\n"), "{said}");
    assert_eq!(code, Some(1));
    assert_eq!(diff("setting", change, &[]).0, Some(0), "as `git diff` does");
}

#[test]
fn a_table_that_would_be_replaced_fails_unless_it_is_allowed() {
    let change = |t: &mut Json| {
        for property in ["KeySchema", "AttributeDefinitions"] {
            t["Resources"]["ChatTable"]["Properties"][property][0]["AttributeName"] = json!("other");
        }
    };
    let (code, said) = diff("replaced", change, &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("± ChatTable (AWS::DynamoDB::Table): is replaced DATA"), "{said}");
    assert!(said.contains("    Environment: refers to ChatTable, which is another one then"), "{said}");
    assert!(!said.contains('\x1b'), "colours are for terminals: {said}");
    assert_eq!(diff("replaced", change, &["--allow-replacement", "ChatTable"]).0, Some(0));
    assert_eq!(diff("replaced", change, &["--allow-replacement", "TodoTable"]).0, Some(3));
}

#[test]
fn a_table_that_leaves_the_stack_fails_though_it_is_retained() {
    let remove = |t: &mut Json| drop(t["Resources"].as_object_mut().unwrap().remove("TodoTable"));
    let (code, said) = diff("removed", remove, &[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("- TodoTable (AWS::DynamoDB::Table): leaves the stack, and is retained"), "{said}");
}

#[test]
fn a_permission_is_told_apart() {
    let grant = |t: &mut Json| {
        let role = &mut t["Resources"]["ResolversFunctionRole"]["Properties"];
        let statements = &mut role["Policies"][0]["PolicyDocument"]["Statement"];
        let statement = json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*" });
        statements.as_array_mut().unwrap().push(statement);
    };
    let (_, said) = diff("permission", grant, &[]);
    assert!(said.contains("Permissions\n  + ResolversFunctionRole: Allow iam:PassRole on *\n"), "{said}");
}

#[test]
fn programs_read_the_same_as_json() {
    let change = |t: &mut Json| t["Resources"]["ChatTable"]["Properties"]["TableName"] = json!("chat");
    let (code, said) = diff("json", change, &["--json"]);
    let table: Json = serde_json::from_str::<Json>(&said).unwrap()["resources"][0].take();
    assert_eq!((&table["id"], &table["replacement"]), (&json!("ChatTable"), &json!("always")));
    assert_eq!((code, &table["endangersData"]), (Some(3), &json!(true)));
}

#[test]
fn what_steers_a_terminal_is_not_passed_on() {
    let change = |t: &mut Json| t["Resources"]["A\u{1b}[2J"] = json!({ "Type": "Custom::\u{1b}[2J" });
    let (_, said) = diff("steering", change, &[]);
    assert!(said.contains("Custom::") && !said.contains('\x1b'), "{said:?}");
}

#[test]
fn the_parts_and_the_limits_are_listed() {
    let output = infra(&["ls"]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    let row = said.lines().find(|line| line.starts_with("data ")).unwrap();
    assert!(row.ends_with(" 2  AWS::DynamoDB::Table"), "{said}");
    let row = said.lines().find(|line| line.starts_with("Resources ")).unwrap();
    assert!(row.contains(" 500 "), "{said}");
}

#[test]
fn a_template_beyond_a_limit_fails() {
    let mut template = infra::template().to_json();
    for at in 0..500 {
        template["Resources"][format!("Queue{at}")] = json!({ "Type": "AWS::SQS::Queue" });
    }
    let output = infra(&["ls", "--template", &file("large.json", &template)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("too many"), "{}", said(&output));
}

#[test]
fn each_resource_leads_to_its_documentation() {
    let all = said(&infra(&["docs"]));
    assert!(
        all.lines().count() > 10 && all.lines().all(|line| line.contains("https://docs.aws.amazon.com/"))
    );
    let table = said(&infra(&["docs", "ChatTable"]));
    assert!(table.contains("aws-resource-dynamodb-table.html#cfn-dynamodb-table-keyschema"), "{table}");
    assert_eq!(infra(&["docs", "NoSuchThing"]).status.code(), Some(2));
}

#[test]
fn the_template_in_a_file_is_the_one_on_stdout() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("synth.json");
    let output = infra(&["synth", "-o", &path.display().to_string()]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(fs::read(&path).unwrap(), infra(&[]).stdout);
    let nowhere = infra(&["synth", "-o", "no/such/folder/template.json"]);
    assert_eq!(nowhere.status.code(), Some(2), "{}", said(&nowhere));
}
