//! References to what is not in the template.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::problem::Findings;
use super::view::{Reference, View, entries, keys, walk};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    let names = |section: &str| -> BTreeSet<&str> { keys(&view.json[section]).collect() };
    let (parameters, resources) = (names("Parameters"), names("Resources"));
    let conditions = names("Conditions");
    for section in ["Conditions", "Rules", "Resources", "Outputs"] {
        for (about, entry) in entries(&view.json[section]) {
            walk(entry, &mut |reference| {
                let text = match reference {
                    Reference::Thing(id)
                        if !id.starts_with("AWS::")
                            && !parameters.contains(id)
                            && !resources.contains(id) =>
                    {
                        format!("it refers to `{id}`, which is not in the template: add it")
                    }
                    Reference::Thing(id)
                        if section != "Resources" && section != "Outputs" && resources.contains(id) =>
                    {
                        format!(
                            "it refers to the resource `{id}`, which does not exist yet when it is evaluated: use a parameter"
                        )
                    }
                    Reference::Before(id) if !resources.contains(id) => {
                        format!(
                            "it depends on `{id}`, which is no resource of the template: add it, or drop the dependency"
                        )
                    }
                    Reference::Condition(id) if !conditions.contains(id) => {
                        format!("the condition `{id}` is not in the template: add it")
                    }
                    Reference::Mapping(lookup) => match missing_in_mapping(&view.json["Mappings"], lookup) {
                        Some(text) => text,
                        None => return,
                    },
                    _ => return,
                };
                findings.error(about, text);
            });
        }
    }
}

/// What a lookup in a mapping does not find, as far as its keys are literals.
fn missing_in_mapping(mappings: &Json, lookup: &[Json]) -> Option<String> {
    let name = lookup.first()?.as_str()?;
    let mapping = &mappings[name];
    if mapping.is_null() {
        return Some(format!("the mapping `{name}` is not in the template: add it"));
    }
    let first = lookup.get(1).and_then(Json::as_str);
    let second = lookup.get(2).and_then(Json::as_str);
    let rows: Vec<&Json> = match first {
        Some(key) if mapping[key].is_null() && lookup.len() == 3 => {
            return Some(format!("the mapping `{name}` has no key `{key}`: add it"));
        }
        Some(key) => vec![&mapping[key]],
        None => entries(mapping).map(|(_, row)| row).collect(),
    };
    let key = second?;
    let has_default = lookup.len() > 3;
    (!has_default && rows.iter().any(|row| row[key].is_null()))
        .then(|| format!("the mapping `{name}` has no key `{key}`: add it, to every row that is looked up"))
}
