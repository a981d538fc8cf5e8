//! The template that is deployed: a nested stack for each part, and the whole's parameters, rules and outputs.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::child::root_uses;
use super::file;
use super::uses::Link;
use super::whole::{Whole, as_text, value};
use crate::check::view::entries;

/// `Fn::Or` takes so many.
const MOST_IN_OR: usize = 10;

pub(super) fn template(whole: &Whole<'_>) -> Json {
    let mut uses = root_uses(whole);
    let mut conditions = Map::new();
    let mut stacks = Map::new();
    for part in 0..whole.parts.len() {
        let exists_if = exists_if(whole, part, &mut conditions);
        let stack = stack(whole, part, exists_if);
        uses.add(whole.json, &stack);
        stacks.insert(whole.parts[part].stack.clone(), stack);
    }
    conditions.values().for_each(|test| uses.add(whole.json, test));

    let own = whole.in_root().map(|(id, resource)| (id.to_owned(), in_root(whole, resource)));
    let resources: Map<String, Json> = stacks.into_iter().chain(own).collect();
    let outputs = entries(&whole.json["Outputs"])
        .map(|(id, output)| (id.to_owned(), whole.rewritten(output, None)))
        .collect();
    let used = entries(&whole.json["Conditions"])
        .filter(|(id, _)| uses.conditions.contains(*id))
        .map(|(id, test)| (id.to_owned(), test.clone()));
    let mappings = uses.mappings(whole.json).map(|(id, rows)| (id.to_owned(), rows.clone())).collect();
    let mut template = Map::new();
    for section in ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters"] {
        template.extend(whole.json.get(section).map(|value| (section.to_owned(), value.clone())));
    }
    let rules = whole.json["Rules"].as_object().cloned().unwrap_or_default();
    for (section, entries) in [
        ("Mappings", mappings),
        ("Rules", rules),
        ("Conditions", used.chain(conditions).collect()),
        ("Resources", resources),
        ("Outputs", outputs),
    ] {
        if !entries.is_empty() {
            template.insert(section.to_owned(), Json::Object(entries));
        }
    }
    Json::Object(template)
}

fn stack(whole: &Whole<'_>, part: usize, exists_if: Option<String>) -> Json {
    let here = &whole.parts[part];
    let mut parameters = Map::new();
    for (id, definition) in entries(&whole.json["Parameters"]).filter(|(id, _)| here.uses.refers_to(id)) {
        let value = json!({ "Ref": id });
        let is_list = definition["Type"].as_str().is_some_and(|kind| kind.contains("List"));
        parameters.insert(id.to_owned(), if is_list { as_text(value) } else { value });
    }
    let mut waits_for: BTreeSet<&str> = BTreeSet::new();
    for link in whole.handed_to(part) {
        let guard = whole.condition(&link.id).filter(|condition| Some(*condition) != exists_if.as_deref());
        if guard.is_none() {
            waits_for.extend(unit(whole, &link.id));
        }
        let value = handed(whole, link);
        let value = match guard {
            Some(condition) => json!({ "Fn::If": [condition, value, ""] }),
            None => value,
        };
        parameters.insert(whole.name(link).to_owned(), value);
    }
    let before: BTreeSet<&str> = here
        .resources
        .iter()
        .flat_map(|id| depends_on(whole.resource(id)))
        .filter(|id| whole.place(id) != Some(Some(part)))
        .filter_map(|id| unit(whole, id))
        .filter(|unit| !waits_for.contains(unit))
        .collect();

    let mut stack = Map::from_iter([("Type".to_owned(), json!("AWS::CloudFormation::Stack"))]);
    stack.extend(exists_if.map(|condition| ("Condition".to_owned(), json!(condition))));
    if !before.is_empty() {
        stack.insert("DependsOn".into(), json!(before));
    }
    stack.insert("Metadata".into(), accepted());
    let mut properties = Map::from_iter([("TemplateURL".to_owned(), json!(file(here.name)))]);
    if !parameters.is_empty() {
        properties.insert("Parameters".into(), Json::Object(parameters));
    }
    stack.insert("Properties".into(), Json::Object(properties));
    #[allow(unused_mut, reason = "without a specification nothing is known of tags")]
    let mut stack = Json::Object(stack);
    #[cfg(feature = "specification")]
    whole.tag(&mut stack);
    stack
}

/// Why findings of others' programs do not apply.
fn accepted() -> Json {
    json!({
        "checkov": { "skip": [{
            "id": "CKV_AWS_124",
            "comment": "Whoever deploys sees the events of the whole stack, and of its parts among them.",
        }] },
        "cfn-lint": {
            "config": { "ignore_checks": ["W1028", "W3002"] },
            "reasons": {
                "W1028": "What a condition of the part decides already is asked once more.",
                "W3002": "The file becomes an S3 object in `aws cloudformation package`.",
            },
        },
    })
}

/// A value as the root hands it to a stack: as text.
fn handed(whole: &Whole<'_>, link: &Link) -> Json {
    match whole.place(&link.id).flatten() {
        Some(part) => {
            let output = format!("Outputs.{}", whole.name(link));
            json!({ "Fn::GetAtt": [whole.parts[part].stack, output] })
        }
        None if whole.is_list(link) => as_text(value(link)),
        None => value(link),
    }
}

/// A resource of the root itself.
fn in_root(whole: &Whole<'_>, resource: &Json) -> Json {
    let mut rewritten = whole.rewritten(resource, None);
    let before: Vec<&str> = depends_on(resource).filter_map(|id| unit(whole, id)).collect();
    if !before.is_empty() {
        rewritten["DependsOn"] = json!(before);
    }
    rewritten
}

/// What stands in the root for a resource: itself, or the stack of its part.
fn unit<'a>(whole: &'a Whole<'_>, id: &'a str) -> Option<&'a str> {
    let place = whole.place(id)?;
    Some(place.map_or(id, |part| &whole.parts[part].stack))
}

fn depends_on(resource: &Json) -> impl Iterator<Item = &str> {
    let mut ids = Vec::new();
    match &resource["DependsOn"] {
        Json::String(id) => ids.push(id.as_str()),
        Json::Array(items) => ids.extend(items.iter().filter_map(Json::as_str)),
        _ => {}
    }
    ids.into_iter()
}

/// A stack without a resource cannot be made: where all of a part's are conditional, so is its stack.
fn exists_if(whole: &Whole<'_>, part: usize, conditions: &mut Map<String, Json>) -> Option<String> {
    let here = &whole.parts[part];
    let each: Option<BTreeSet<&str>> = here.resources.iter().map(|id| whole.condition(id)).collect();
    let each: Vec<&str> = each?.into_iter().collect();
    if let [only] = each.as_slice() {
        return Some((*only).to_owned());
    }
    let mut tests: Vec<Json> = each.into_iter().map(|id| json!({ "Condition": id })).collect();
    while tests.len() > 1 {
        tests = tests
            .chunks(MOST_IN_OR)
            .map(|some| if some.len() > 1 { json!({ "Fn::Or": some }) } else { some[0].clone() })
            .collect();
    }
    let name = whole.free(&format!("Has{}", here.stack));
    conditions.insert(name.clone(), tests.remove(0));
    Some(name)
}
