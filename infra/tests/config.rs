//! `infra config`, run as a program.

#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn config(input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_infra"))
        .arg("config")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    program.wait_with_output().unwrap()
}

#[test]
fn the_outputs_of_a_stack_become_a_front_ends_configuration() {
    let template = infra::template().to_json();
    let outputs: Vec<Value> = template["Outputs"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| json!({ "OutputKey": name, "OutputValue": if name == "Region" { "eu-west-1" } else { name } }))
        .collect();
    let output = config(&json!({ "Stacks": [{ "Outputs": outputs }] }).to_string());
    let config: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(config["userPoolEndpoint"], "https://cognito-idp.eu-west-1.amazonaws.com/");
    assert_eq!(config["graphqlUrl"], "GraphQLUrl");
    assert_eq!(config["amplify"]["Auth"]["Cognito"]["userPoolId"], "UserPoolId");
    assert_eq!(config["amplify"]["Auth"]["Cognito"].get("userPoolEndpoint"), None);
}

#[test]
fn what_is_no_stack_of_ours_is_explained() {
    for (input, said) in
        [("meow", "describe-stacks"), ("{}", "no output"), ("{\"Stacks\":[{}]}", "no output")]
    {
        let output = config(input);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{input}");
    }
}
