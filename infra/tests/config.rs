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
    let cognito = &config["amplify"]["Auth"]["Cognito"];
    assert_eq!(cognito.get("userPoolEndpoint"), None);
    let oauth = &cognito["loginWith"]["oauth"];
    assert_eq!(oauth["domain"], "SignInDomain");
    assert_eq!(oauth["redirectSignIn"], json!(["CallbackUrls"]));
    assert_eq!(oauth["responseType"], "code");
    assert_eq!(config["publicFilesUrl"], "PublicFilesUrl");
    assert_eq!(config["commandLineClientId"], "CommandLineClientId");
}

#[test]
fn what_a_stack_does_only_on_demand_is_off_where_its_output_is_missing() {
    let template = infra::template().to_json();
    let always =
        template["Outputs"].as_object().unwrap().iter().filter(|(_, output)| output["Condition"].is_null());
    let outputs: Vec<Value> =
        always.map(|(name, _)| json!({ "OutputKey": name, "OutputValue": name })).collect();
    let output = config(&json!({ "Stacks": [{ "Outputs": outputs }] }).to_string());
    let config: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(config.get("publicFilesUrl"), None);
    assert_eq!(config.get("commandLineClientId"), None);
    assert_eq!(config["amplify"]["Auth"]["Cognito"].get("loginWith"), None);
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
