//! `__schema` and `__type`, as the library answers them.

use apollo_compiler::executable::Field;
use apollo_compiler::introspection;
use apollo_compiler::schema::ObjectType;
use apollo_compiler::validation::Valid;
use serde_json::Value;

use super::Execution;
use crate::error::{GraphQlError, Location};

impl<'a> Execution<'a> {
    /// The values of `__schema` and `__type`, as properties of the root value.
    pub(super) fn introspect(&self, root: &ObjectType) -> Result<Value, Vec<GraphQlError>> {
        let fields = self.collect_fields(root, &[&self.document.operation.selection_set]);
        let mut asked = fields.into_iter().filter(|(_, fields)| is_introspection(fields[0])).peekable();
        if asked.peek().is_none() {
            return Ok(Value::Null);
        }
        let variables = serde_json::from_value(Value::Object(self.variables.clone()))
            .map_err(|error| vec![GraphQlError::of_document(error.to_string(), None)])?;
        let response = introspection::partial_execute(
            &self.schema.graphql,
            &self.schema.implementers,
            &self.document.executable,
            &self.document.operation,
            &Valid::assume_valid(variables),
        )
        .map_err(|error| {
            let location = Location::of(error.location(), &self.document.executable.sources);
            vec![GraphQlError::of_document(error.message().to_string(), location)]
        })?;
        let data = serde_json::to_value(response.data).unwrap_or_default();
        Ok(asked
            .filter_map(|(name, _)| Some((introspected(name), data.get(name.as_str())?.clone())))
            .collect())
    }
}

pub(super) fn is_introspection(field: &Field) -> bool {
    matches!(field.name.as_str(), "__schema" | "__type")
}

/// Where the root value holds what was introspected, under a name that no field can have.
pub(super) fn introspected(response_name: &str) -> String {
    format!("__{response_name}")
}
