//! The template as nested stacks: what they make is what the one template makes.

#![allow(clippy::unwrap_used)]

#[path = "../../crates/cfn/tests/split/evaluate.rs"]
mod evaluate;

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use evaluate::{Given, make};
use serde_json::Value as Json;

#[test]
fn both_forms_make_the_same_resources_with_any_choice_of_parameters() {
    let template = infra::template();
    let one = template.to_json();
    let split = template.split().unwrap_or_else(|problems| panic!("{problems:?}"));
    let file = |name: &str| split.parts.iter().find(|piece| piece.file() == name).unwrap().template.clone();
    for given in choices(&one) {
        let (whole, pieces) =
            (make(&one, "parlor", &given, &file), make(&split.root, "parlor", &given, &file));
        assert_eq!(whole.resources, pieces.resources, "{given:?}");
        assert_eq!(whole.outputs, pieces.outputs, "{given:?}");
    }
}

/// The defaults, and each other value that a parameter may be known to have, with every other parameter's own.
fn choices(template: &Json) -> Vec<Given> {
    let parameters = template["Parameters"].as_object().unwrap();
    let values = |definition: &Json| -> Vec<String> {
        match definition["AllowedValues"].as_array() {
            Some(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
            None if definition["Type"] == "Number" => vec!["1".to_owned()],
            None => vec!["something".to_owned()],
        }
    };
    let without_default = |definition: &Json| definition["Default"].is_null();
    let needed: Given = parameters
        .iter()
        .filter(|(_, definition)| without_default(definition))
        .map(|(id, definition)| (id.clone(), values(definition).remove(0)))
        .collect();
    let last: Given =
        parameters.iter().map(|(id, definition)| (id.clone(), values(definition).pop().unwrap())).collect();
    let mut choices = vec![needed.clone(), last.clone()];
    for (id, definition) in parameters {
        for value in values(definition) {
            for others in [&needed, &last] {
                let mut given = others.clone();
                given.insert(id.clone(), value.clone());
                choices.push(given);
            }
        }
    }
    choices
}

#[test]
fn the_command_writes_pieces_that_find_each_other_and_their_functions() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("split");
    drop(fs::remove_dir_all(&folder));
    let output = Command::new(env!("CARGO_BIN_EXE_infra"))
        .args(["synth", "--split", "-o"])
        .arg(&folder)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| -> Json {
        serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let root = read("template.json");
    assert_eq!(
        root["Outputs"].as_object().unwrap().len(),
        infra::template().to_json()["Outputs"].as_object().unwrap().len()
    );
    let repository = fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap();
    let mut functions = 0;
    for stack in root["Resources"].as_object().unwrap().values() {
        let piece = read(stack["Properties"]["TemplateURL"].as_str().unwrap());
        for resource in piece["Resources"].as_object().unwrap().values() {
            if let Some(code) = resource["Properties"]["Code"]
                .as_str()
                .filter(|_| resource["Type"] == "AWS::Lambda::Function")
            {
                functions += 1;
                let zip = folder.join(code);
                assert!(zip.starts_with(repository.join("target/lambda")), "{}", zip.display());
            }
        }
    }
    assert_ne!(functions, 0);
}
