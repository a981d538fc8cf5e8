//! `infra check`, run as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

fn infra(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infra"));
    command.args(arguments).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the target folder can be written");
    path
}

#[test]
fn nothing_is_wrong_with_our_own_template() {
    let output = infra(&["check"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).ends_with("nothing is wrong\n"), "{}", said(&output));
}

#[test]
fn a_fault_in_a_file_is_named_without_colours_and_fails() {
    let reviewed = fs::read_to_string("tests/template.json").unwrap();
    let broken = reviewed.replacen(r#""FieldName": "sendMessage""#, r#""FieldName": "sendMesage""#, 1);
    assert_ne!(broken, reviewed);
    let path = file("broken.json", &broken);
    let output = infra(&["check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("error SendMessageResolver: it resolves `Mutation.sendMesage`"), "{said}");
    assert!(said.contains("the nearest is `sendMessage`"), "{said}");
    assert!(!said.contains('\x1b'), "colours are for terminals: {said}");
}

#[test]
fn what_steers_a_terminal_is_not_passed_on() {
    let path = file("steering.json", r#"{ "Resources": { "A\u001b[2J": { "Type": "Custom::A" } } }"#);
    let output = infra(&["check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!said(&output).contains('\x1b'), "{:?}", said(&output));
}

#[test]
fn a_file_that_cannot_be_read_is_another_failure() {
    let text = file("text.json", "Resources:\n  A: {}\n").display().to_string();
    for (path, says) in [("no/such/file.json", "cannot be read"), (text.as_str(), "it is no JSON")] {
        let output = infra(&["check", path]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(says), "{}", said(&output));
    }
}

#[test]
fn help_has_examples_and_an_unknown_verb_points_to_it() {
    for arguments in [["--help"].as_slice(), &["check", "--help"]] {
        let output = infra(arguments);
        assert!(output.status.success() && said(&output).contains("cargo run -p infra"), "{}", said(&output));
    }
    let output = infra(&["chek"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("--help"), "{}", said(&output));
}
