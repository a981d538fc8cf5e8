//! What the parameters become: what is given, or what they are already.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::failure::Failure;
use super::super::stack::Stack;
use super::super::terminal::safe_line;

/// Reads `NAME=VALUE`.
pub(super) fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not NAME=VALUE")),
    }
}

/// The value given to each parameter; `None` for one that keeps its value.
pub(super) type Values = BTreeMap<String, Option<String>>;

/// Every parameter has to be known, and to have a value.
pub(super) fn decide(
    template: &Json,
    stack: Option<&Stack>,
    given: &[(String, String)],
) -> Result<Values, Failure> {
    let empty = serde_json::Map::new();
    let known = template["Parameters"].as_object().unwrap_or(&empty);
    let unknown: Vec<&str> =
        given.iter().map(|(name, _)| name.as_str()).filter(|name| !known.contains_key(*name)).collect();
    if !unknown.is_empty() {
        let lines: Vec<String> = known.iter().map(|(name, definition)| line(name, definition)).collect();
        let (unknown, list) = (unknown.join(", "), lines.join("\n"));
        return Err(format!("the template has no parameter {unknown}. It has:\n{list}").into());
    }
    let mut values: Values = given.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    let mut missing = Vec::new();
    for (name, definition) in known.iter().filter(|(name, _)| !given.iter().any(|(given, _)| given == *name))
    {
        if stack.is_some_and(|stack| stack.parameters.contains_key(name)) {
            values.insert(name.clone(), None);
        } else if definition.get("Default").is_none() {
            missing.push(line(name, definition));
        }
    }
    if missing.is_empty() {
        return Ok(values);
    }
    Err(format!("a value is missing; give it with --parameter NAME=VALUE:\n{}", missing.join("\n")).into())
}

fn line(name: &str, definition: &Json) -> String {
    let mut line = format!("  {name}");
    if let Some(values) = definition["AllowedValues"].as_array() {
        let values: Vec<String> = values.iter().map(super::super::diff::short).collect();
        line.push_str(&format!(" ({})", values.join(", ")));
    }
    if let Some(description) = definition["Description"].as_str() {
        line.push_str(&format!(": {description}"));
    }
    line
}

/// What a parameter will be.
pub(super) fn value(template: &Json, values: &Values, stack: Option<&Stack>, name: &str) -> Option<String> {
    match values.get(name) {
        Some(Some(given)) => Some(given.clone()),
        Some(None) => stack?.parameters.get(name).cloned(),
        None => template["Parameters"][name]["Default"].as_str().map(str::to_owned),
    }
}

/// What is given another value than it has; a secret is named, never shown.
pub(super) fn changes(template: &Json, stack: &Stack, values: &Values) -> String {
    let mut text = String::new();
    for (name, value) in values.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        let no_echo = &template["Parameters"][name]["NoEcho"];
        if no_echo == true || no_echo == "true" {
            text.push_str(&format!("Parameter {name}: given anew, not shown\n"));
            continue;
        }
        if let Some(old) = stack.parameters.get(name).filter(|old| *old != value) {
            text.push_str(&format!("Parameter {name}: {} → {}\n", safe_line(old), safe_line(value)));
        }
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// As `create-change-set` takes them.
pub(super) fn to_json(values: &Values) -> Json {
    let one = |(name, value): (&String, &Option<String>)| match value {
        Some(value) => json!({ "ParameterKey": name, "ParameterValue": value }),
        None => json!({ "ParameterKey": name, "UsePreviousValue": true }),
    };
    values.iter().map(one).collect()
}
