//! A template as the checks see it: resources by type, and who refers to whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

pub(super) struct View<'a> {
    pub(super) json: &'a Json,
    resources: BTreeMap<&'a str, Resource<'a>>,
    /// Each resource, and the resources that CloudFormation makes before it.
    pub(super) edges: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

#[derive(Clone, Copy)]
pub(super) struct Resource<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) json: &'a Json,
}

impl<'a> Resource<'a> {
    /// The property at a path such as `LogConfig.FieldLogLevel`; `Null` if it is not there.
    pub(super) fn get(&self, path: &str) -> &'a Json {
        path.split('.').fold(&self.json["Properties"], |value, name| &value[name])
    }

    /// The items of a list property.
    pub(super) fn items(&self, path: &str) -> impl Iterator<Item = &'a Json> + use<'a> {
        alternatives(self.get(path))
            .into_iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .flat_map(alternatives)
    }
}

impl<'a> View<'a> {
    pub(super) fn new(json: &'a Json) -> Self {
        let resources: BTreeMap<&str, Resource<'_>> = entries(&json["Resources"])
            .map(|(id, json)| {
                let kind = json["Type"].as_str().unwrap_or_default();
                (id, Resource { id, kind, json })
            })
            .collect();
        let edges = resources
            .iter()
            .map(|(id, resource)| {
                let mut targets = mentioned(resource.json);
                targets.retain(|target| resources.contains_key(target));
                (*id, targets)
            })
            .collect();
        Self { json, resources, edges }
    }

    /// The resources, in the template's order.
    pub(super) fn all(&self) -> impl Iterator<Item = Resource<'a>> {
        keys(&self.json["Resources"]).filter_map(|id| self.named(id))
    }

    /// The resources of a type, in the template's order.
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = Resource<'a>> {
        self.all().filter(move |resource| resource.kind == kind)
    }

    pub(super) fn named(&self, id: &str) -> Option<Resource<'a>> {
        self.resources.get(id).copied()
    }

    /// The resource of this template that a value refers to, if it is one and only one.
    pub(super) fn target(&self, value: &'a Json) -> Option<Resource<'a>> {
        let mut found = self.targets(value);
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// The resources of this template that a value refers to.
    pub(super) fn targets(&self, value: &'a Json) -> impl Iterator<Item = Resource<'a>> {
        mentioned(value).into_iter().filter_map(|id| self.named(id))
    }

    /// Whether two values name the same thing: the same resource of this template, or the same literal.
    pub(super) fn is_same(&self, left: &'a Json, right: &'a Json) -> bool {
        match (self.target(left), self.target(right)) {
            (Some(left), Some(right)) => left.id == right.id,
            _ => left == right,
        }
    }

    /// What a property may become: both branches of each `Fn::If`.
    pub(super) fn values(&self, resource: Resource<'a>, path: &str) -> Vec<&'a Json> {
        alternatives(resource.get(path))
    }

    /// Whether CloudFormation makes `before` before `after`.
    pub(super) fn waits_for(&self, after: &str, before: &str) -> bool {
        reached(&self.edges, after).contains(before)
    }

    /// The resources that CloudFormation makes after this one.
    pub(super) fn all_after(&self, id: &str) -> BTreeSet<&'a str> {
        let mut waiting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (after, targets) in &self.edges {
            for before in targets {
                waiting.entry(before).or_default().insert(after);
            }
        }
        reached(&waiting, id)
    }

    /// The resources that CloudFormation makes before this one.
    pub(super) fn all_before(&self, id: &str) -> BTreeSet<&'a str> {
        reached(&self.edges, id)
    }
}

fn reached<'a>(edges: &BTreeMap<&str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&'a str> = edges.get(from).into_iter().flatten().copied().collect();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(edges.get(id).into_iter().flatten());
        }
    }
    seen
}

/// What a value may become: itself, or both branches of an `Fn::If`; nothing for what is absent.
pub(super) fn alternatives(value: &Json) -> Vec<&Json> {
    if value.is_null() || value["Ref"] == "AWS::NoValue" {
        return Vec::new();
    }
    match value.get("Fn::If").and_then(Json::as_array) {
        Some(parts) => parts.iter().skip(1).flat_map(alternatives).collect(),
        None => vec![value],
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Reference<'a> {
    /// A resource, or a parameter.
    Thing(&'a str),
    Condition(&'a str),
    /// A mapping, and where it is looked up: its name and both keys.
    Mapping(&'a [Json]),
    /// `DependsOn`, which takes resources alone.
    Before(&'a str),
}

/// The ids of the parameters and resources that something refers to.
pub(crate) fn mentioned(json: &Json) -> BTreeSet<&str> {
    let mut ids = BTreeSet::new();
    walk(json, &mut |reference| {
        if let Reference::Thing(id) | Reference::Before(id) = reference {
            ids.insert(id);
        }
    });
    ids
}

/// Calls `found` with everything that a section's entry refers to.
pub(crate) fn walk<'a>(json: &'a Json, found: &mut impl FnMut(Reference<'a>)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(object) => object.iter().for_each(|(key, value)| member(key, value, found)),
        _ => {}
    }
}

fn member<'a>(key: &str, value: &'a Json, found: &mut impl FnMut(Reference<'a>)) {
    let first = |value: &'a Json| value.get(0).and_then(Json::as_str).into_iter();
    match (key, value) {
        ("Ref", Json::String(id)) => found(Reference::Thing(id)),
        ("Fn::GetAtt", Json::Array(_)) => first(value).for_each(|id| found(Reference::Thing(id))),
        ("Fn::GetAtt", Json::String(path)) => {
            path.split('.').take(1).for_each(|id| found(Reference::Thing(id)))
        }
        ("Fn::Sub", Json::String(text)) => variables(text).for_each(|id| found(Reference::Thing(id))),
        ("Fn::Sub", Json::Array(parts)) => {
            let own: BTreeSet<&str> = parts.get(1).map(keys).into_iter().flatten().collect();
            first(value)
                .flat_map(variables)
                .filter(|id| !own.contains(id))
                .for_each(|id| found(Reference::Thing(id)));
            parts.iter().skip(1).for_each(|part| walk(part, found));
        }
        ("Fn::If", Json::Array(parts)) => {
            first(value).for_each(|id| found(Reference::Condition(id)));
            parts.iter().skip(1).for_each(|part| walk(part, found));
        }
        ("Fn::FindInMap", Json::Array(parts)) => {
            found(Reference::Mapping(parts));
            parts.iter().for_each(|part| walk(part, found));
        }
        ("Condition", Json::String(id)) => found(Reference::Condition(id)),
        ("DependsOn", Json::String(id)) => found(Reference::Before(id)),
        ("DependsOn", Json::Array(ids)) => {
            ids.iter().filter_map(Json::as_str).for_each(|id| found(Reference::Before(id)))
        }
        _ => walk(value, found),
    }
}

/// The logical ids in the text of a `Fn::Sub`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let name = rest.split('}').next()?.trim();
        (!name.starts_with('!')).then(|| name.split('.').next().unwrap_or(name))
    })
}

pub(crate) fn entries(json: &Json) -> impl Iterator<Item = (&str, &Json)> {
    json.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

pub(crate) fn keys(json: &Json) -> impl Iterator<Item = &str> {
    entries(json).map(|(key, _)| key)
}
