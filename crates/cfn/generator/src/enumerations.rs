//! Enumerations: the types of properties that take one of a few texts.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Kind, Struct};
use crate::names;

pub(crate) struct Enumeration {
    pub(crate) name: String,
    pub(crate) values: BTreeSet<String>,
}

/// Names that say nothing without their owner's.
const VAGUE: [&str; 14] = [
    "Action",
    "Condition",
    "Effect",
    "Format",
    "Kind",
    "Level",
    "Mode",
    "Name",
    "Scope",
    "State",
    "Status",
    "Type",
    "Unit",
    "Value",
];

/// Names the enumerations of a service and puts the names into its properties.
///
/// A property's name is the type's name where it says enough and all properties of that name agree;
/// otherwise the owner's name comes before it.
pub(crate) fn name(structs: &mut [Struct]) -> Vec<Enumeration> {
    let taken: BTreeSet<String> = structs.iter().map(|item| item.name.clone()).collect();
    let mut by_property: BTreeMap<String, BTreeSet<BTreeSet<String>>> = BTreeMap::new();
    for property in structs.iter().flat_map(|item| &item.properties) {
        if let Some((values, is_list)) = values_of(&property.kind) {
            by_property.entry(short(&property.name, is_list)).or_default().insert(values.clone());
        }
    }
    let mut enumerations: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in structs {
        for property in &mut item.properties {
            let Some((values, is_list)) = values_of(&property.kind) else {
                continue;
            };
            let values = values.clone();
            let short = short(&property.name, is_list);
            let is_clear =
                by_property[&short].len() == 1 && !VAGUE.contains(&short.as_str()) && !taken.contains(&short);
            let mut name = if is_clear { short } else { format!("{}{short}", item.name) };
            if taken.contains(&name) {
                name.push_str("Value");
            }
            put(&mut property.kind, &name);
            enumerations.insert(name, values);
        }
    }
    enumerations.into_iter().map(|(name, values)| Enumeration { name, values }).collect()
}

fn short(property: &str, is_list: bool) -> String {
    if is_list { names::singular(property) } else { property.to_owned() }
}

fn values_of(kind: &Kind) -> Option<(&BTreeSet<String>, bool)> {
    match kind {
        Kind::OneOf(values) => Some((values, false)),
        Kind::List(element) | Kind::Entries(element) => values_of(element).map(|(values, _)| (values, true)),
        Kind::Plain(_) | Kind::PropertyType(_) => None,
    }
}

fn put(kind: &mut Kind, name: &str) {
    match kind {
        Kind::OneOf(_) => *kind = Kind::Plain(name.to_owned()),
        Kind::List(element) | Kind::Entries(element) => put(element, name),
        Kind::Plain(_) | Kind::PropertyType(_) => {}
    }
}
