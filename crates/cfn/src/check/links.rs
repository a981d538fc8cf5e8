//! References to resources of this template: the right kind, the right one of its attributes, and one that it has.

use serde_json::Value as Json;

use super::problem::Findings;
use super::specification::nearest;
use super::view::{View, entries};
use crate::specification::{Definition, Facts};

/// Attributes that a type does not have.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for section in ["Resources", "Outputs"] {
        for (about, entry) in entries(&view.json[section]) {
            walk(entry, &mut |id, attribute| {
                if let Some(text) = missing_attribute(view, id, attribute) {
                    findings.error(about, text);
                }
            });
        }
    }
}

fn missing_attribute(view: &View<'_>, id: &str, attribute: &str) -> Option<String> {
    let kind = view.named(id)?.kind;
    let definition = Definition::of(kind)?;
    if has_any_attribute(kind) {
        return None;
    }
    let is_there = definition.attributes.iter().any(|known| {
        attribute == known || attribute.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'))
    });
    if is_there {
        return None;
    }
    let known: Vec<&str> = definition.attributes.iter().map(String::as_str).collect();
    let instead = match nearest(attribute, known.iter().copied()) {
        Some(near) => format!("write `{near}`"),
        None if known.is_empty() => "it has none; use `Ref`".to_owned(),
        None => format!("it has `{}`", known.join("`, `")),
    };
    Some(format!("`Fn::GetAtt` of `{id}.{attribute}`: an `{kind}` has no such attribute; {instead}"))
}

/// Whose attributes are whatever someone made of them.
fn has_any_attribute(kind: &str) -> bool {
    kind.starts_with("AWS::CloudFormation::") || kind == "AWS::SSM::Parameter"
}

/// What is wrong with a reference to a resource of this template, by what the specification says of the property.
///
/// It does not know of every resource that fits, so only what is plainly wrong is said: a resource of another
/// service, and a name or an id where an ARN is wanted or the other way round.
pub(super) fn wrong(view: &View<'_>, name: &str, facts: &Facts, value: &Json, path: &str) -> Option<String> {
    let (id, attribute) = reference(value)?;
    let kind = view.named(id)?.kind;
    let target = Definition::of(kind)?;
    if facts.links.is_empty() || has_any_attribute(kind) {
        return None;
    }
    let given = attribute.or(target.reference.as_deref())?;
    let wanted: Vec<&str> = facts
        .links
        .iter()
        .filter(|(wanted, _)| wanted == kind)
        .map(|(_, attribute)| attribute.as_str())
        .collect();
    if wanted.is_empty() {
        let service = |kind: &str| kind.rsplit_once("::").map(|(service, _)| service.to_owned());
        let mut services = facts.links.iter().map(|(wanted, _)| service(wanted));
        let first = services.next();
        // Where several services fit (a firewall's `ResourceArn`), the list is never whole.
        if services.any(|other| Some(other) != first) || first == Some(service(kind)) {
            return None;
        }
        let kinds: Vec<String> =
            facts.links.iter().map(|(kind, name)| format!("the `{name}` of an `{kind}`")).collect();
        return Some(format!("`{path}` refers to `{id}`, an `{kind}`: give {}", kinds.join(" or ")));
    }
    let is_known = attribute.is_none_or(|attribute| target.attributes.contains(attribute));
    if !is_known || wanted.contains(&given) || kind.starts_with("AWS::KMS::") {
        return None;
    }
    let ends = |text: &str, end: &str| text.to_lowercase().trim_end_matches('s').ends_with(end);
    let wants_arn = wanted.iter().all(|wanted| ends(wanted, "arn"));
    let wants_id = wanted.iter().all(|wanted| ends(wanted, "id"));
    let is_wrong = wants_arn && !ends(given, "arn") && (ends(name, "arn") || kind == "AWS::IAM::Role")
        || wants_id && ends(given, "arn") && ends(name, "id");
    is_wrong.then(|| {
        let right = wanted[0];
        let how = if target.reference.as_deref() == Some(right) {
            format!("{{\"Ref\": \"{id}\"}}")
        } else {
            format!("{{\"Fn::GetAtt\": [\"{id}\", \"{right}\"]}}")
        };
        format!("`{path}` is the `{given}` of `{id}`, and wants its `{right}`: write `{how}`")
    })
}

/// The resource that a `Ref` or an `Fn::GetAtt` names, and the attribute.
fn reference(value: &Json) -> Option<(&str, Option<&str>)> {
    if let Some(id) = value["Ref"].as_str() {
        return Some((id, None));
    }
    attribute(&value["Fn::GetAtt"]).map(|(id, attribute)| (id, Some(attribute)))
}

fn attribute(value: &Json) -> Option<(&str, &str)> {
    match value {
        Json::String(path) => path.split_once('.'),
        parts => Some((parts[0].as_str()?, parts[1].as_str()?)),
    }
}

fn walk<'a>(json: &'a Json, found: &mut impl FnMut(&'a str, &'a str)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(object) => {
            for (key, value) in object {
                match key.as_str() {
                    "Fn::GetAtt" => attribute(value).into_iter().for_each(|(id, name)| found(id, name)),
                    "Fn::Sub" => {
                        let own = &value[1];
                        let text = value.as_str().or(value[0].as_str()).unwrap_or_default();
                        let names = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
                        names
                            .filter(|name| own[*name].is_null())
                            .filter_map(|name| name.trim().split_once('.'))
                            .for_each(|(id, name)| found(id, name));
                        walk(own, found);
                    }
                    _ => walk(value, found),
                }
            }
        }
        _ => {}
    }
}
