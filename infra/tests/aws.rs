//! What `infra` does in the rare states of a stack, with an `aws` that plays them: no emulator gets into these.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use serde_json::{Value as Json, json};

/// A folder with an `aws` in it that answers `OPERATION` with the file of that name; of several answers
/// (`OPERATION.1`, `OPERATION.2` …) each is given once, then the one without a number. What begins with
/// `error:` is said on stderr, and fails.
struct Aws {
    folder: PathBuf,
}

const SCRIPT: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >> calls
for answer in "$2".[1-9] "$2"; do
  [ -e "$answer" ] || continue
  text=$(cat "$answer")
  case "$answer" in *.[1-9]) rm "$answer" ;; esac
  case "$text" in
    error:*) echo "${text#error:}" >&2; exit 254 ;;
    *) echo "$text"; exit 0 ;;
  esac
done
"#;

impl Aws {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("aws"), SCRIPT).unwrap();
        fs::set_permissions(folder.join("aws"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn answers(self, operation: &str, answer: impl ToString) -> Self {
        fs::write(self.folder.join(operation), answer.to_string()).unwrap();
        self
    }

    fn infra(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let path = format!("{}:{}", self.folder.display(), env::var("PATH").unwrap());
        told(Command::new(env!("CARGO_BIN_EXE_infra")).args(arguments).env("PATH", path))
    }

    /// Deploys a template of one queue.
    fn deploy(&self, options: &[&str]) -> (Option<i32>, String) {
        let template = self.folder.join("template.json");
        fs::write(&template, queue().to_string()).unwrap();
        let config = self.folder.join("config.json").display().to_string();
        let (template, config) = (template.display().to_string(), config);
        let arguments = ["deploy", "--yes", "--template", &template, "--config", &config];
        self.infra(&[&arguments, options].concat())
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.folder.join("calls")).unwrap_or_default()
    }
}

fn told(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        command.stdin(Stdio::null()).output().expect("the program starts");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

fn queue() -> Json {
    json!({ "Resources": { "Jobs": { "Type": "AWS::SQS::Queue" } } })
}

fn stack(status: &str) -> Json {
    json!({ "Stacks": [{ "StackId": "arn:parlor", "StackStatus": status, "Outputs": [] }] })
}

fn events(events: &[(&str, &str, &str, &str)]) -> Json {
    let event = |(at, (id, kind, status, reason)): (usize, &(&str, &str, &str, &str))| {
        json!({
            "EventId": format!("{at}-{id}-{status}"),
            "LogicalResourceId": id,
            "PhysicalResourceId": if *id == "parlor" { "arn:parlor" } else { id },
            "ResourceType": kind,
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
            "Timestamp": format!("2026-11-21T01:00:{at:02}Z"),
        })
    };
    // AWS tells the newest first.
    json!({ "StackEvents": events.iter().enumerate().map(event).rev().collect::<Vec<_>>() })
}

const STACK: &str = "AWS::CloudFormation::Stack";

#[test]
fn a_stack_in_a_state_that_takes_no_update_is_explained() {
    for (status, says) in [
        ("ROLLBACK_COMPLETE", "infra destroy --stack-name parlor"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name parlor"),
        ("UPDATE_IN_PROGRESS", "wait"),
    ] {
        let aws = Aws::new(status).answers("describe-stacks", stack(status));
        let (code, said) = aws.deploy(&[]);
        assert!(code == Some(2) && said.contains(status) && said.contains(says), "{said}");
        assert!(!aws.calls().contains("create-change-set"), "{}", aws.calls());
    }
}

#[test]
fn the_first_failure_is_told_first_and_what_followed_from_it_is_not() {
    let failed = events(&[
        ("parlor", STACK, "CREATE_IN_PROGRESS", "User Initiated"),
        ("Other", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", ""),
        ("Jobs", "AWS::SQS::Queue", "CREATE_FAILED", "Queue Jobs already exists"),
        ("Other", "AWS::SQS::Queue", "CREATE_FAILED", "Resource creation cancelled"),
        (
            "parlor",
            STACK,
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Jobs, Other].",
        ),
        ("parlor", STACK, "ROLLBACK_COMPLETE", ""),
    ]);
    let aws = Aws::new("failed")
        .answers(
            "describe-stacks",
            "error:An error occurred (ValidationError): Stack with id parlor does not exist",
        )
        .answers("create-change-set", json!({ "Id": "arn:change", "StackId": "arn:parlor" }))
        .answers("describe-change-set", json!({ "Status": "CREATE_COMPLETE", "Changes": [] }))
        .answers(
            "describe-stack-events.1",
            events(&[("parlor", STACK, "REVIEW_IN_PROGRESS", "User Initiated")]),
        )
        .answers("describe-stack-events", failed);
    let (code, said) = aws.deploy(&[]);
    assert_eq!(code, Some(1), "{said}");
    let error = said.split("error: ").nth(1).unwrap();
    assert!(error.starts_with("Jobs (AWS::SQS::Queue): Queue Jobs already exists\nThe stack"), "{said}");
    assert!(!error.contains("cancelled") && error.contains("infra destroy"), "{said}");
}

#[test]
fn a_change_set_without_changes_is_a_success_and_taken_away() {
    let reason = "The submitted information didn't contain changes.";
    let aws = Aws::new("unchanged")
        .answers("describe-stacks", stack("UPDATE_COMPLETE"))
        .answers("get-template", json!({ "TemplateBody": queue() }))
        .answers("create-change-set", json!({ "Id": "arn:change", "StackId": "arn:parlor" }))
        .answers("describe-change-set.1", json!({ "Status": "CREATE_PENDING" }))
        .answers("describe-change-set", json!({ "Status": "FAILED", "StatusReason": reason }));
    let (code, said) = aws.deploy(&[]);
    assert!(code == Some(0) && said.contains("Nothing changes"), "{said}");
    assert!(aws.calls().contains("delete-change-set --change-set-name arn:change"), "{}", aws.calls());
    assert!(!aws.calls().contains("delete-stack") && !aws.calls().contains("execute"), "{}", aws.calls());
}

#[test]
fn a_replacement_that_only_aws_knows_of_is_refused() {
    let detail = json!({ "Target": { "Attribute": "Properties", "Name": "QueueName", "RequiresRecreation": "Always" },
        "Evaluation": "Dynamic", "ChangeSource": "ParameterReference", "CausingEntity": "Name" });
    let change = json!({ "ResourceChange": { "Action": "Modify", "LogicalResourceId": "Jobs",
        "ResourceType": "AWS::SQS::Queue", "Replacement": "Conditional", "Details": [detail] } });
    let aws = Aws::new("replacement")
        .answers("describe-stacks", stack("UPDATE_COMPLETE"))
        .answers("get-template", json!({ "TemplateBody": queue() }))
        .answers("create-change-set", json!({ "Id": "arn:change", "StackId": "arn:parlor" }))
        .answers("describe-change-set", json!({ "Status": "CREATE_COMPLETE", "Changes": [change] }));
    let (code, said) = aws.deploy(&[]);
    assert!(code == Some(3) && said.contains("--allow-replacement Jobs"), "{said}");
    assert!(aws.calls().contains("delete-change-set") && !aws.calls().contains("execute"), "{}", aws.calls());
}

#[test]
fn a_call_that_aws_puts_off_is_made_again() {
    let outputs = json!({ "Stacks": [{ "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{ "OutputKey": "Url", "OutputValue": "https://a.example" }] }] });
    let aws = Aws::new("throttled")
        .answers("describe-stacks.1", "error:An error occurred (Throttling) when calling: Rate exceeded")
        .answers("describe-stacks", outputs);
    assert_eq!(aws.infra(&["outputs"]), (Some(0), "Url  https://a.example\n".to_owned()));
}

#[test]
fn what_the_aws_cli_says_is_passed_on() {
    let aws = Aws::new("expired")
        .answers("describe-stacks", "error:An error occurred (ExpiredToken): The security token is expired");
    let (code, said) = aws.infra(&["outputs"]);
    assert!(code == Some(2) && said.contains("The security token is expired"), "{said}");
}

#[test]
fn a_missing_aws_cli_is_explained() {
    let mut infra = Command::new(env!("CARGO_BIN_EXE_infra"));
    let (code, said) = told(infra.arg("outputs").env("PATH", "/nonexistent"));
    assert!(code == Some(2) && said.contains("install it"), "{said}");
}

#[test]
fn a_protected_stack_is_not_deleted() {
    let mut protected = stack("CREATE_COMPLETE");
    protected["Stacks"][0]["EnableTerminationProtection"] = json!(true);
    let aws = Aws::new("protected").answers("describe-stacks", protected);
    let (code, said) = aws.infra(&["destroy", "--yes", "--region", "eu-west-1"]);
    assert!(code == Some(2) && said.contains("--no-enable-termination-protection"), "{said}");
    assert!(said.contains("--region eu-west-1"), "the hint means the same region: {said}");
    assert!(!aws.calls().contains("delete-stack"), "{}", aws.calls());
}
