//! The names of property types, of which a service may have several alike.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::model::Struct;
use crate::spec::Spec;

/// A property type keeps its name if the service has one thing of that name, or several that are alike;
/// otherwise it bears its resource's name before its own.
pub(crate) fn property_types(
    spec: &Spec,
    structs: &[Struct],
    seen: &BTreeMap<String, usize>,
) -> BTreeMap<String, String> {
    let resources: BTreeSet<&str> =
        structs.iter().filter(|item| item.property_type.is_none()).map(|item| item.name.as_str()).collect();
    let mut shapes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (id, at) in seen {
        shapes.entry(&structs[*at].name).or_default().insert(shape(spec, id, 0));
    }
    let mut names = BTreeMap::new();
    for (id, at) in seen {
        let item = &structs[*at];
        let is_clear = shapes[item.name.as_str()].len() == 1 && !resources.contains(item.name.as_str());
        let resource = item.resource.rsplit("::").next().unwrap_or_default();
        let name = if is_clear { item.name.clone() } else { format!("{resource}{}", item.name) };
        names.insert(id.clone(), name);
    }
    names
}

/// What two property types have in common if they are alike.
fn shape(spec: &Spec, id: &str, depth: usize) -> String {
    fn of(spec: &Spec, definition: &Json, depth: usize) -> String {
        match definition["reference"]["$ref"].as_str() {
            Some(id) if depth < 6 => shape(spec, id, depth + 1),
            Some(_) => String::new(),
            None if definition["element"].is_object() => {
                format!("{}[{}]", definition["type"], of(spec, &definition["element"], depth))
            }
            None => definition.to_string(),
        }
    }
    let definition = spec.property_type(id);
    let mut lines: Vec<String> = definition["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let (required, links) = (&property["required"], &property["relationshipRefs"]);
            format!("{name} {required} {links} {}", of(spec, &property["type"], depth))
        })
        .collect();
    lines.sort();
    lines.join("\n")
}
