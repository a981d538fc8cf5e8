//! The README says the truth.

use std::process::Command;

use serde_json::{Value, json};
use tests::Parlor;

const README: &str = include_str!("../../README.md");

#[tokio::test]
async fn a_first_message_goes_as_the_readme_says() {
    let parlor = Parlor::start().await;
    let (_, after) =
        README.split_once("<!-- tests/stories/readme.rs runs these lines -->\n```sh\n").expect("the mark");
    let (script, _) = after.split_once("\n```").expect("the block ends");
    assert_eq!(script.lines().count(), 5, "five lines are promised");
    let script = script.replace("http://localhost:4000", parlor.url());
    let shell = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &script]).output());
    let output = shell.await.expect("no panic").expect("a shell runs").stdout;
    let text = String::from_utf8(output).expect("text");
    // The answers of SignUp, ConfirmSignUp and the last line stand side by side.
    let last = text.rfind("{\"data\"").unwrap_or_else(|| panic!("no data: {text}"));
    let answer: Value = serde_json::from_str(&text[last..]).expect("JSON");
    let message = json!({ "seq": 1, "sender": { "name": "Carol Lee" }, "content": { "text": "Hello" } });
    assert_eq!(answer["data"]["sendMessage"], message, "{text}");
}
