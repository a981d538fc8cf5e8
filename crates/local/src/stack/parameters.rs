//! The template's parameters: the values that count, refused where CloudFormation would refuse them.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::StackError;
use super::intrinsics::plain_text;

/// The value of each declared parameter: what was given, or its default.
pub(super) fn values(
    template: &Value,
    given: &BTreeMap<String, String>,
) -> Result<Map<String, Value>, StackError> {
    let declared = template.get("Parameters").and_then(Value::as_object);
    if let Some(unknown) = given.keys().find(|name| !declared.is_some_and(|all| all.contains_key(*name))) {
        return Err(StackError(format!("it has no parameter {unknown}")));
    }
    let values = declared.into_iter().flatten().map(|(name, parameter)| {
        let value = match (given.get(name), parameter.get("Default")) {
            (Some(given), _) => given.clone(),
            (None, Some(default)) => plain_text(default),
            (None, None) => {
                return Err(StackError(format!(
                    "parameter {name} has no default: give it with --parameter {name}=…"
                )));
            }
        };
        Ok((name.clone(), check(name, parameter, &value)?))
    });
    values.collect()
}

/// A list is held against the constraints item by item.
fn check(name: &str, parameter: &Value, value: &str) -> Result<Value, StackError> {
    let kind = parameter["Type"].as_str().unwrap_or_default();
    if kind != "CommaDelimitedList" && !kind.starts_with("List<") {
        check_one(name, parameter, kind == "Number", value)?;
        return Ok(Value::from(value));
    }
    let items: Vec<&str> = value.split(',').map(str::trim).collect();
    for item in &items {
        check_one(name, parameter, kind == "List<Number>", item)?;
    }
    Ok(items.into())
}

fn check_one(name: &str, parameter: &Value, is_number: bool, value: &str) -> Result<(), StackError> {
    let allowed = parameter["AllowedValues"].as_array();
    if let Some(allowed) = allowed.map(|allowed| allowed.iter().map(plain_text).collect::<Vec<_>>())
        && !allowed.iter().any(|allowed| allowed == value)
    {
        return Err(StackError(format!(
            "parameter {name} is one of {}, not {}",
            allowed.join(", "),
            shown(parameter, value)
        )));
    }
    let fault = match is_number {
        true => number_fault(parameter, value),
        false => text_fault(name, parameter, value)?,
    };
    let Some(fault) = fault else { return Ok(()) };
    // The template's own words are for whoever chooses the value.
    let wanted = parameter["ConstraintDescription"].as_str().unwrap_or(&fault);
    Err(StackError(format!("parameter {name} cannot be {:?}: {wanted}", shown(parameter, value))))
}

/// The value, unless it is a secret.
fn shown<'a>(parameter: &Value, value: &'a str) -> &'a str {
    if plain_text(&parameter["NoEcho"]) == "true" { "****" } else { value }
}

fn number_fault(parameter: &Value, value: &str) -> Option<String> {
    let limit = |name: &str| parameter.get(name).and_then(|limit| plain_text(limit).parse::<f64>().ok());
    let Ok(number) = value.parse::<f64>() else {
        return Some("it is a number".to_owned());
    };
    match (limit("MinValue"), limit("MaxValue")) {
        (Some(least), _) if number < least => Some(format!("it is at least {least}")),
        (_, Some(most)) if number > most => Some(format!("it is at most {most}")),
        _ => None,
    }
}

fn text_fault(name: &str, parameter: &Value, value: &str) -> Result<Option<String>, StackError> {
    let limit = |name: &str| parameter.get(name).and_then(|limit| plain_text(limit).parse::<usize>().ok());
    let length = value.chars().count();
    match (limit("MinLength"), limit("MaxLength")) {
        (Some(least), _) if length < least => return Ok(Some(format!("it has at least {least} characters"))),
        (_, Some(most)) if length > most => return Ok(Some(format!("it has at most {most} characters"))),
        _ => {}
    }
    let Some(pattern) = parameter["AllowedPattern"].as_str() else { return Ok(None) };
    // CloudFormation holds the whole value against it.
    let whole = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| StackError(format!("parameter {name}'s AllowedPattern cannot be read: {error}")))?;
    Ok((!whole.is_match(value)).then(|| format!("it matches {pattern}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(parameter: Value, given: &str) -> Result<Value, String> {
        let template = json!({ "Parameters": { "P": parameter } });
        let given = BTreeMap::from([("P".to_owned(), given.to_owned())]);
        values(&template, &given).map(|mut all| all["P"].take()).map_err(|error| error.0)
    }

    #[test]
    fn a_value_is_held_against_every_constraint_of_its_parameter() {
        let origin = json!({ "Type": "String", "AllowedPattern": "https?://[a-z.]+", "MaxLength": 20 });
        let number = json!({ "Type": "Number", "MinValue": 1, "MaxValue": "9" });
        let list = json!({ "Type": "CommaDelimitedList", "AllowedPattern": "[a-z]+", "MinLength": 2 });
        for (parameter, given, outcome) in [
            (&origin, "https://chat.example", Ok(json!("https://chat.example"))),
            (&origin, "see https://chat", Err("it matches https?")),
            (&origin, "https://chat.example.com", Err("at most 20 characters")),
            (&number, "9", Ok(json!("9"))),
            (&number, "0", Err("at least 1")),
            (&number, "9.5", Err("at most 9")),
            (&number, "many", Err("it is a number")),
            (&list, "ab, cd", Ok(json!(["ab", "cd"]))),
            (&list, "ab,c", Err("at least 2 characters")),
            (&list, "ab,C3", Err("it matches [a-z]+")),
        ] {
            match (value(parameter.clone(), given), outcome) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(part)) => assert!(found.contains(part), "{given}: {found}"),
                (found, expected) => panic!("{given}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn what_is_wanted_is_said_in_the_templates_own_words() {
        let parameter =
            json!({ "Type": "String", "AllowedPattern": "^$|^Z", "ConstraintDescription": "The zone's id." });
        assert_eq!(value(parameter.clone(), ""), Ok(json!("")));
        let refused = value(parameter, "chat.example").unwrap_err();
        assert_eq!(refused, "parameter P cannot be \"chat.example\": The zone's id.");
        let secret = json!({ "Type": "String", "NoEcho": true, "MinLength": 9 });
        assert!(!value(secret, "hunter2").unwrap_err().contains("hunter2"));
    }
}
