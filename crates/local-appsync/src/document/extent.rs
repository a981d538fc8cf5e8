//! How much a document selects once its fragments are spread, measured before anything else walks it.
//!
//! A few hundred fragments that spread each other twice select more fields than a machine has memory, and as many
//! that spread each other once nest deeper than a stack; both fit into a small request.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, Selection};

use super::Unacceptable;
use crate::definition::Limits;

/// The size of a selection set with its fragments spread.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Extent {
    fields: usize,
    depth: usize,
    /// Fields of the schema's own description, each of which may be answered with all of the schema.
    introspected: usize,
}

/// Five times what the usual tools ask for.
const MOST_INTROSPECTED: usize = 1_000;

pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), Unacceptable> {
    let mut fragments = Fragments::of(document);
    let operations = document.definitions.iter().filter_map(Definition::as_operation_definition);
    // Fragments that no operation spreads are measured too: validation walks them all the same.
    let mut extents: Vec<Extent> =
        operations.map(|operation| fragments.measure(&operation.selection_set)).collect();
    extents.extend(fragments.names().iter().map(|name| fragments.extent_of(name)));
    if extents.iter().any(|extent| extent.depth > limits.query_depth) {
        return Err(too_deep(limits));
    }
    if extents.iter().any(|extent| extent.fields > limits.selected_fields) {
        return Err(Unacceptable::BadRequest(format!(
            "The document selects more than {} fields. Ask for less in one request.",
            limits.selected_fields
        )));
    }
    if extents.iter().any(|extent| extent.introspected > MOST_INTROSPECTED) {
        return Err(Unacceptable::BadRequest(format!(
            "The document selects more than {MOST_INTROSPECTED} fields of __schema and __type."
        )));
    }
    Ok(())
}

/// Also of what the parser gives up on, before there is anything to measure.
pub(super) fn too_deep(limits: &Limits) -> Unacceptable {
    Unacceptable::BadRequest(format!(
        "The selections are nested more than {} levels deep. Ask for less in one request.",
        limits.query_depth
    ))
}

struct Fragments<'a> {
    selections: HashMap<&'a Name, &'a [Selection]>,
    /// None while a fragment is being measured: one that spreads itself, which validation will refuse.
    measured: HashMap<&'a Name, Option<Extent>>,
}

impl<'a> Fragments<'a> {
    fn of(document: &'a Document) -> Fragments<'a> {
        let fragments = document.definitions.iter().filter_map(Definition::as_fragment_definition);
        let selections = fragments.map(|fragment| (&fragment.name, &fragment.selection_set[..])).collect();
        Fragments { selections, measured: HashMap::new() }
    }

    fn names(&self) -> Vec<&'a Name> {
        self.selections.keys().copied().collect()
    }

    fn extent_of(&mut self, name: &'a Name) -> Extent {
        if let Some(measured) = self.measured.get(name) {
            return measured.unwrap_or_default();
        }
        let Some(&selections) = self.selections.get(name) else {
            return Extent::default();
        };
        self.measured.insert(name, None);
        let extent = self.measure(selections);
        self.measured.insert(name, Some(extent));
        extent
    }

    fn measure(&mut self, selections: &'a [Selection]) -> Extent {
        let mut total = Extent::default();
        for selection in selections {
            let extent = match selection {
                Selection::Field(field) => {
                    let below = self.measure(field.selection_set.as_deref().unwrap_or_default());
                    let is_introspection = matches!(field.name.as_str(), "__schema" | "__type");
                    Extent {
                        fields: below.fields.saturating_add(1),
                        depth: below.depth + 1,
                        introspected: if is_introspection { below.fields } else { below.introspected },
                    }
                }
                Selection::FragmentSpread(spread) => self.extent_of(&spread.fragment_name),
                Selection::InlineFragment(inline) => self.measure(&inline.selection_set),
            };
            total.fields = total.fields.saturating_add(extent.fields);
            total.depth = total.depth.max(extent.depth);
            total.introspected = total.introspected.saturating_add(extent.introspected);
        }
        total
    }
}
