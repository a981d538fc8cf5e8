//! Versions of functions: one is published when the function changes, and callers follow by the alias.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;

use infra::Build;
use serde_json::{Value as Json, json};

#[test]
fn a_function_built_anew_gets_a_version_of_its_own_and_the_others_keep_theirs() {
    let workspace = tempfile::tempdir().unwrap();
    let build = |package: &str, code: &str| {
        let folder = workspace.path().join("target/lambda").join(package);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("bootstrap.zip"), code).unwrap();
        versions(&infra::template_of(&Build::read(workspace.path()).unwrap()).to_json())
    };
    let nothing_built = versions(&infra::template_of(&Build::read(workspace.path()).unwrap()).to_json());
    assert_eq!(nothing_built, versions(&infra::template().to_json()));
    assert_eq!(Build::none().missing(&infra::template())[..2], ["post-confirmation", "resolvers"]);
    let first = build("resolvers", "first");
    let built = Build::read(workspace.path()).unwrap();
    assert!(!built.missing(&infra::template()).contains(&"resolvers".to_owned()));
    assert_eq!(first, build("resolvers", "first"), "the same code is the same version");
    let second = build("resolvers", "second");
    let mut changed = first.keys().filter(|id| first[*id] != second[*id]);
    assert_eq!((changed.next().unwrap().as_str(), changed.next()), ("ResolversFunctionVersion", None));
    assert_ne!(first["ResolversFunctionVersion"], nothing_built["ResolversFunctionVersion"]);
}

#[test]
fn every_function_has_a_version_an_alias_and_the_versions_description() {
    let template = infra::template().to_json();
    let mut functions = 0;
    for (id, function) in of_type(&template, "AWS::Lambda::Function") {
        let version = &template["Resources"][format!("{id}Version")];
        let alias = &template["Resources"][format!("{id}Live")]["Properties"];
        // Lambda refuses to publish what did not change; a new description is a change.
        assert_eq!(version["Properties"]["Description"], function["Properties"]["Description"], "{id}");
        assert_eq!(version["UpdateReplacePolicy"], "Retain", "{id}: one can go back");
        assert_eq!(alias["Name"], "live");
        assert_eq!(alias["FunctionVersion"], json!({ "Fn::GetAtt": [format!("{id}Version"), "Version"] }));
        functions += 1;
    }
    assert!(functions >= 2);
}

#[test]
fn nobody_calls_a_function_but_by_its_alias() {
    let template = infra::template().to_json();
    let functions: Vec<&String> = of_type(&template, "AWS::Lambda::Function").map(|(id, _)| id).collect();
    for (id, resource) in template["Resources"].as_object().unwrap() {
        if ["AWS::Lambda::Version", "AWS::Lambda::Alias"].contains(&resource["Type"].as_str().unwrap()) {
            continue;
        }
        let arns = functions.iter().map(|function| json!({ "Fn::GetAtt": [function, "Arn"] }).to_string());
        for arn in arns {
            assert!(!resource.to_string().contains(&arn), "{id} refers to {arn}");
        }
    }
}

#[test]
fn a_parameter_on_which_a_function_depends_is_in_its_versions_description() {
    let template = infra::template().to_json();
    for (id, description) in versions(&template) {
        assert!(description.to_string().contains(r#"{"Ref":"Architecture"}"#), "{id}: {description}");
    }
}

#[test]
fn a_versions_description_fits_whatever_the_parameters_are() {
    let template = infra::template().to_json();
    for (id, description) in versions(&template) {
        let parts = description["Fn::Join"][1].as_array().unwrap();
        let lengths = parts.iter().map(|part| 1 + longest(&template, part));
        assert!(lengths.sum::<usize>() <= 256, "{id} takes at most 256 characters: {description}");
    }
}

/// The most characters that a text or the parameter behind it can have.
fn longest(template: &Json, part: &Json) -> usize {
    if let Some(text) = part.as_str() {
        return text.len();
    }
    let parameter = &template["Parameters"][part["Ref"].as_str().expect("a parameter that is no list")];
    let allowed = parameter["AllowedValues"].as_array().into_iter().flatten();
    let longest_allowed = allowed.filter_map(Json::as_str).map(str::len).max();
    let number = (parameter["Type"] == "Number").then_some(20);
    let max_length = parameter["MaxLength"].as_u64().map(|length| usize::try_from(length).unwrap());
    longest_allowed.or(max_length).or(number).unwrap_or_else(|| panic!("{part} has no MaxLength"))
}

fn versions(template: &Json) -> BTreeMap<String, Json> {
    of_type(template, "AWS::Lambda::Version")
        .map(|(id, version)| (id.clone(), version["Properties"]["Description"].clone()))
        .collect()
}

fn of_type<'a>(template: &'a Json, kind: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    template["Resources"].as_object().unwrap().iter().filter(move |(_, resource)| resource["Type"] == kind)
}
