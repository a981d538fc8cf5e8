//! What an entry of a template uses: values of resources, parameters, conditions, mappings.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::rewrite::rewritten;
use crate::check::view::{Reference, entries, walk};

/// A value of a resource: its `Ref`, or an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) id: String,
    pub(super) attribute: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What is referred to, whether resource or parameter.
    pub(super) links: BTreeSet<Link>,
    pub(super) conditions: BTreeSet<String>,
    mappings: BTreeSet<String>,
    /// A mapping is looked up whose name is not known before the deployment.
    any_mapping: bool,
}

impl Uses {
    /// What these entries use, directly and through conditions.
    pub(super) fn of<'a>(template: &'a Json, entries: impl IntoIterator<Item = &'a Json>) -> Self {
        let mut uses = Self::default();
        entries.into_iter().for_each(|entry| uses.add(template, entry));
        uses
    }

    pub(super) fn add(&mut self, template: &Json, entry: &Json) {
        rewritten(entry, &mut |id, attribute| {
            self.links.insert(Link { id: id.to_owned(), attribute: attribute.map(str::to_owned) });
            None
        });
        let mut conditions = Vec::new();
        walk(entry, &mut |reference| match reference {
            Reference::Condition(id) => conditions.push(id),
            Reference::Mapping(lookup) => match lookup.first().and_then(Json::as_str) {
                Some(name) => drop(self.mappings.insert(name.to_owned())),
                None => self.any_mapping = true,
            },
            Reference::Thing(_) | Reference::Before(_) => {}
        });
        conditions.into_iter().for_each(|id| self.add_condition(template, id));
    }

    pub(super) fn add_condition(&mut self, template: &Json, id: &str) {
        let definition = &template["Conditions"][id];
        // Text under `Condition` need not be one of ours: a property may bear the name, too.
        if !definition.is_null() && self.conditions.insert(id.to_owned()) {
            self.add(template, definition);
        }
    }

    pub(super) fn refers_to(&self, id: &str) -> bool {
        self.links.iter().any(|link| link.id == id)
    }

    /// The mappings in use, as the template has them.
    pub(super) fn mappings<'a>(&self, template: &'a Json) -> impl Iterator<Item = (&'a str, &'a Json)> {
        entries(&template["Mappings"]).filter(|(id, _)| self.any_mapping || self.mappings.contains(*id))
    }
}
