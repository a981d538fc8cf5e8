//! What an error tells beside its message: of its `data`, only what the client selected of the field.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/built-in-util-js.html>

use apollo_compiler::executable::{Field, SelectionSet};
use serde_json::{Map, Value};

use super::Execution;

impl Execution<'_> {
    /// Values that are neither objects nor in one have nothing to select from and stay.
    pub(super) fn selected_data(&self, fields: &[&Field], data: Value) -> Value {
        let sets: Vec<_> = fields.iter().filter_map(|field| field.selection_set.as_ref()).collect();
        if sets.is_empty() { data } else { self.selected_of(&sets, data) }
    }

    fn selected_of(&self, sets: &[&SelectionSet], data: Value) -> Value {
        match data {
            Value::Array(items) => items.into_iter().map(|item| self.selected_of(sets, item)).collect(),
            Value::Object(properties) => Value::Object(self.selected_properties(sets, properties)),
            other => other,
        }
    }

    fn selected_properties(
        &self,
        sets: &[&SelectionSet],
        mut properties: Map<String, Value>,
    ) -> Map<String, Value> {
        let type_name = properties.get("__typename").and_then(Value::as_str).unwrap_or(&sets[0].ty);
        // An interface's or union's object that does not name its type could be anything.
        let Some(object_type) = self.schema.graphql.get_object(type_name) else {
            return Map::new();
        };
        properties.insert("__typename".to_owned(), object_type.name.as_str().into());
        let selected = self.collect_fields(object_type, sets).into_iter().filter_map(|(name, fields)| {
            let value = properties.get(fields[0].name.as_str())?.clone();
            Some((name.to_string(), self.selected_data(&fields, value)))
        });
        selected.collect()
    }
}
