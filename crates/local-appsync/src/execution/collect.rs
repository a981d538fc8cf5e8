//! Which fields an object's selection sets select: fragments spread, `@skip` and `@include` heeded, same names merged.

use std::collections::HashSet;

use apollo_compiler::Name;
use apollo_compiler::ast::{DirectiveList, Value as Literal};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::{ExtendedType, ObjectType};
use serde_json::Value;

use super::Execution;

/// Fields by response name, in the order of the document.
pub(super) type Fields<'s> = IndexMap<&'s Name, Vec<&'s Field>>;

impl<'a> Execution<'a> {
    pub(super) fn collect_fields<'s>(
        &'s self,
        object_type: &ObjectType,
        sets: &[&'s SelectionSet],
    ) -> Fields<'s> {
        let mut fields = Fields::default();
        let mut spread = HashSet::new();
        for set in sets {
            self.collect(object_type, set, &mut spread, &mut fields);
        }
        fields
    }

    fn collect<'s>(
        &'s self,
        object_type: &ObjectType,
        set: &'s SelectionSet,
        spread: &mut HashSet<&'s Name>,
        fields: &mut Fields<'s>,
    ) {
        for selection in set.selections.iter().filter(|selection| self.is_included(selection.directives())) {
            match selection {
                Selection::Field(field) => fields.entry(field.response_name()).or_default().push(field),
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|name| self.applies(name, object_type)) {
                        self.collect(object_type, &inline.selection_set, spread, fields);
                    }
                }
                Selection::FragmentSpread(fragment) => {
                    let is_new = spread.insert(&fragment.fragment_name);
                    let fragment = self.document.executable.fragments.get(&fragment.fragment_name);
                    if let Some(fragment) = fragment.filter(|_| is_new)
                        && self.applies(fragment.type_condition(), object_type)
                    {
                        self.collect(object_type, &fragment.selection_set, spread, fields);
                    }
                }
            }
        }
    }

    pub(super) fn is_included(&self, directives: &DirectiveList) -> bool {
        !self.condition(directives, "skip").unwrap_or(false)
            && self.condition(directives, "include").unwrap_or(true)
    }

    fn condition(&self, directives: &DirectiveList, name: &str) -> Option<bool> {
        match directives.get(name)?.specified_argument_by_name("if")?.as_ref() {
            Literal::Boolean(condition) => Some(*condition),
            Literal::Variable(variable) => self.variables.get(variable.as_str()).and_then(Value::as_bool),
            _ => None,
        }
    }

    pub(super) fn applies(&self, type_condition: &Name, object_type: &ObjectType) -> bool {
        match self.schema.graphql.types.get(type_condition) {
            Some(ExtendedType::Interface(_)) => object_type.implements_interfaces.contains(type_condition),
            Some(ExtendedType::Union(union)) => union.members.contains(&object_type.name),
            _ => *type_condition == object_type.name,
        }
    }
}
