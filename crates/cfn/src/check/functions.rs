//! Intrinsic functions: that they exist, stand where CloudFormation knows them, and have their arguments.

use serde_json::Value as Json;

use super::problem::{Findings, quoted};
use super::view::{View, entries};

/// The functions, and how many arguments in a list they take; `None` where they take no list, or any.
/// Source: "Intrinsic function reference" in the CloudFormation user guide.
const FUNCTIONS: [(&str, Option<(usize, usize)>); 19] = [
    ("Fn::And", Some((2, 10))),
    ("Fn::Base64", None),
    ("Fn::Cidr", Some((2, 3))),
    ("Fn::Equals", Some((2, 2))),
    ("Fn::FindInMap", Some((3, 4))),
    ("Fn::GetAZs", None),
    ("Fn::GetAtt", None),
    ("Fn::If", Some((3, 3))),
    ("Fn::ImportValue", None),
    ("Fn::Join", Some((2, 2))),
    ("Fn::Length", None),
    ("Fn::Not", Some((1, 1))),
    ("Fn::Or", Some((2, 10))),
    ("Fn::Select", Some((2, 2))),
    ("Fn::Split", Some((2, 2))),
    ("Fn::Sub", None),
    ("Fn::ToJsonString", None),
    ("Fn::Transform", None),
    ("Fn::GetStackOutput", None),
];

/// Functions that only rules have.
const OF_RULES: [(&str, Option<(usize, usize)>); 6] = [
    ("Fn::Contains", Some((2, 2))),
    ("Fn::EachMemberEquals", Some((2, 2))),
    ("Fn::EachMemberIn", Some((2, 2))),
    ("Fn::RefAll", None),
    ("Fn::ValueOf", Some((2, 2))),
    ("Fn::ValueOfAll", Some((2, 2))),
];

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for section in ["Rules", "Conditions", "Resources", "Outputs"] {
        for (about, entry) in entries(&view.json[section]) {
            walk(entry, &mut |name, arguments| {
                if let Some(text) = wrong(section, name, arguments) {
                    findings.error(about, text);
                }
            });
        }
    }
}

fn wrong(section: &str, name: &str, arguments: &Json) -> Option<String> {
    if name == "Ref" {
        return (!arguments.is_string())
            .then(|| format!("`Ref` of {}: give the id of a parameter or a resource", quoted(arguments)));
    }
    if name.starts_with("Fn::ForEach::") {
        return None;
    }
    let of = |table: &'static [(&'static str, Option<(usize, usize)>)]| {
        table.iter().find(|(known, _)| *known == name).map(|(_, count)| *count)
    };
    let count = match (of(&FUNCTIONS), of(&OF_RULES)) {
        (None, Some(_)) if section != "Rules" => {
            return Some(format!("only rules have the function `{name}`: move it into one"));
        }
        (None, None) => return Some(format!("there is no function `{name}`: correct its name")),
        (Some(count), _) | (None, Some(count)) => count,
    };
    match (name, arguments) {
        ("Fn::GetAtt", Json::String(path)) if path.contains('.') => return None,
        ("Fn::GetAtt", Json::Array(parts)) if parts.len() == 2 && parts[0].is_string() => return None,
        ("Fn::GetAtt", _) => {
            return Some(format!(
                "`Fn::GetAtt` of {}: give a resource's id and an attribute of it",
                quoted(arguments)
            ));
        }
        ("Fn::Select", Json::Array(parts)) if parts.len() == 2 => return beyond(&parts[0], &parts[1]),
        _ => {}
    }
    let (least, most) = count?;
    let Json::Array(parts) = arguments else {
        return Some(format!("`{name}` of {}: give it a list", quoted(arguments)));
    };
    if (least..=most).contains(&parts.len()) {
        return None;
    }
    let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Some(format!("`{name}` has {} arguments and takes {takes}: correct them", parts.len()))
}

fn beyond(index: &Json, items: &Json) -> Option<String> {
    let at = index.as_u64().or_else(|| index.as_str()?.parse().ok())?;
    let items = items.as_array()?;
    (at >= items.len() as u64)
        .then(|| format!("`Fn::Select` takes item {at} of {}: they are counted from 0", items.len()))
}

/// Calls `found` with each function and its arguments.
fn walk<'a>(json: &'a Json, found: &mut impl FnMut(&'a str, &'a Json)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(object) => {
            for (key, value) in object {
                if key.starts_with("Fn::") || key == "Ref" && object.len() == 1 {
                    found(key, value);
                }
                walk(value, found);
            }
        }
        _ => {}
    }
}
