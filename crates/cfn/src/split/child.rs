//! The template of a part.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::uses::{Link, Uses};
use super::whole::{Whole, as_text, value};
use crate::check::view::entries;

pub(super) fn template(whole: &Whole<'_>, part: usize) -> Json {
    let here = &whole.parts[part];
    let description = whole.json["Description"].as_str().unwrap_or_default();
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("{description}: {}", here.name).chars().take(1024).collect::<String>(),
    });
    let conditions = entries(&whole.json["Conditions"])
        .filter(|(id, _)| here.uses.conditions.contains(*id))
        .map(|(id, test)| (id.to_owned(), whole.rewritten(test, Some(part))));
    let mappings = here.uses.mappings(whole.json).map(|(id, rows)| (id.to_owned(), rows.clone()));
    let resources = here.resources.iter().map(|id| ((*id).to_owned(), resource(whole, part, id)));
    for (section, entries) in [
        ("Parameters", parameters(whole, part)),
        ("Mappings", mappings.collect()),
        ("Conditions", conditions.collect()),
        ("Resources", resources.collect()),
        ("Outputs", outputs(whole, part)),
    ] {
        if !entries.is_empty() {
            template[section] = Json::Object(entries);
        }
    }
    template
}

/// Those of the whole that are used here, then what is handed over. None has a default: the root gives all.
fn parameters(whole: &Whole<'_>, part: usize) -> Map<String, Json> {
    let uses = &whole.parts[part].uses;
    let own =
        entries(&whole.json["Parameters"]).filter(|(id, _)| uses.refers_to(id)).map(|(id, definition)| {
            let mut definition = definition.clone();
            if let Some(definition) = definition.as_object_mut() {
                definition.remove("Default");
                let kind = definition.get("Type").and_then(Json::as_str).map(handed_type);
                definition.extend(kind.map(|kind| ("Type".to_owned(), Json::from(kind))));
            }
            (id.to_owned(), definition)
        });
    let handed = whole.handed_to(part).map(|link| {
        let kind = if whole.is_list(link) { "CommaDelimitedList" } else { "String" };
        (whole.name(link).to_owned(), json!({ "Type": kind }))
    });
    own.chain(handed).collect()
}

/// The root has looked up what an SSM parameter holds, and hands over that.
fn handed_type(kind: &str) -> &str {
    let stored = kind.strip_prefix("AWS::SSM::Parameter::Value<").and_then(|kind| kind.strip_suffix('>'));
    match stored {
        Some("List<String>") => "CommaDelimitedList",
        Some(stored) => stored,
        None => kind,
    }
}

fn resource(whole: &Whole<'_>, part: usize, id: &str) -> Json {
    let mut resource = whole.rewritten(whole.resource(id), Some(part));
    if let Some(members) = resource.as_object_mut()
        && let Some(before) = members.get_mut("DependsOn")
    {
        let is_here = |id: &Json| id.as_str().is_some_and(|id| whole.place(id) == Some(Some(part)));
        let has_some = match before {
            Json::Array(ids) => {
                ids.retain(is_here);
                !ids.is_empty()
            }
            id => is_here(id),
        };
        if !has_some {
            members.shift_remove("DependsOn");
        }
    }
    resource
}

/// What others use of this part, each only where its resource exists.
fn outputs(whole: &Whole<'_>, part: usize) -> Map<String, Json> {
    let others = whole.parts.iter().enumerate().filter(|(other, _)| *other != part);
    let mut links: BTreeSet<&Link> = others.flat_map(|(_, other)| &other.uses.links).collect();
    let root = root_uses(whole);
    links.extend(&root.links);
    links
        .into_iter()
        .filter(|link| whole.place(&link.id) == Some(Some(part)))
        .map(|link| {
            let mut output = Map::new();
            if let Some(condition) = whole.condition(&link.id) {
                output.insert("Condition".into(), json!(condition));
            }
            let value = value(link);
            output.insert("Value".into(), if whole.is_list(link) { as_text(value) } else { value });
            (whole.name(link).to_owned(), Json::Object(output))
        })
        .collect()
}

/// What the root's own resources and outputs use.
pub(super) fn root_uses(whole: &Whole<'_>) -> Uses {
    let resources = whole.in_root().map(|(_, resource)| resource);
    Uses::of(whole.json, resources.chain(entries(&whole.json["Outputs"]).map(|(_, output)| output)))
}
