//! The architecture's picture, and the command that draws it.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use cfn::graph::{Detail, Graph};

fn graph(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_infra")).arg("graph").args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_picture_shows_the_template_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("architecture.svg");
    let now = Graph::of(&infra::template(), Detail::Main).to_svg();
    if env::var_os("UPDATE_SNAPSHOT").is_some() {
        fs::write(&path, &now).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == now,
        "infra/architecture.svg shows another template: run `UPDATE_SNAPSHOT=1 cargo test -p infra` and look at it"
    );
}

#[test]
fn the_command_draws_our_template_and_any_other() {
    let ours = text(&graph(&["--format", "mermaid"]));
    assert!(ours.contains("|\"16 resolvers\"| n_ResolversFunction"), "{ours}");
    let file = graph(&["tests/template.json", "--format", "mermaid"]);
    assert!(file.status.success(), "{}", text(&file));
    let without_parts = text(&file);
    assert!(!without_parts.contains("subgraph") && without_parts.contains("16 resolvers"), "{without_parts}");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("all.svg");
    assert!(graph(&["--all", "-o", path.to_str().unwrap()]).status.success());
    let all = fs::read_to_string(path).unwrap();
    for id in infra::template().to_json()["Resources"].as_object().unwrap().keys() {
        assert!(all.contains(&format!("<title>{id}, ")), "{id} is not shown");
    }
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    for (arguments, says) in [
        (["no/such/file.json"].as_slice(), "cannot be read"),
        (&["Cargo.toml"], "Cargo.toml: "),
        (&["--format", "png"], "possible values: svg, mermaid"),
    ] {
        let output = graph(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output).contains(says), "{}", text(&output));
    }
}
