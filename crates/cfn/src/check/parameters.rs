//! Parameters: their types, and defaults that keep their own constraints.

use serde_json::Value as Json;

use super::problem::{Findings, quoted};
use super::view::{View, entries};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for (id, parameter) in entries(&view.json["Parameters"]) {
        let Some(kind) = parameter["Type"].as_str() else {
            findings.error(id, "a parameter needs a `Type`, such as `String`: give it");
            continue;
        };
        let is_plain = ["String", "Number", "List<Number>", "CommaDelimitedList"].contains(&kind);
        if !is_plain && !kind.starts_with("AWS::") && !kind.starts_with("List<AWS::") {
            findings.error(
                id,
                format!("a parameter has no type `{kind}`: write `String`, `Number` or `CommaDelimitedList`"),
            );
        }
        let default = &parameter["Default"];
        if let Some(text) = text(default)
            && let Some(wrong) = wrong(kind, parameter, &text)
        {
            findings.error(id, format!("its `Default` is {}, {wrong}", quoted(default)));
        }
    }
}

fn wrong(kind: &str, parameter: &Json, default: &str) -> Option<String> {
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        return None;
    }
    if let Some(allowed) = parameter["AllowedValues"].as_array()
        && !allowed.iter().filter_map(text).any(|allowed| allowed == default)
    {
        return Some("which is none of its `AllowedValues`: add or choose one".to_owned());
    }
    let bound = |name: &str| text(&parameter[name])?.trim().parse::<f64>().ok();
    let (least, most, value, of) = match kind {
        "Number" => {
            let Ok(number) = default.trim().parse::<f64>() else {
                return Some("no number: give one".to_owned());
            };
            ("MinValue", "MaxValue", number, "value")
        }
        _ => ("MinLength", "MaxLength", default.chars().count() as f64, "length"),
    };
    if bound(least).is_some_and(|bound| value < bound) {
        return Some(format!("whose {of} is below its `{least}`: change one of them"));
    }
    if bound(most).is_some_and(|bound| value > bound) {
        return Some(format!("whose {of} is above its `{most}`: change one of them"));
    }
    #[cfg(feature = "specification")]
    if let Some(pattern) = parameter["AllowedPattern"].as_str()
        // CloudFormation wants the whole text to match.
        && !crate::specification::Pattern::new(&format!("^(?:{pattern})$")).is_match(default)
    {
        return Some(format!("which does not match its `AllowedPattern` `{pattern}`: change one of them"));
    }
    None
}

/// A literal as the text that CloudFormation takes it for.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
