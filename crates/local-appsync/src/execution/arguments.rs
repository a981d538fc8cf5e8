//! An operation's variables and its fields' arguments.

use apollo_compiler::executable::Field;
use serde_json::{Map, Value};

use super::input::{Inputs, Invalid};
use crate::document::Document;
use crate::error::{GraphQlError, Location};
use crate::schema::Schema;

/// The operation's variables, coerced. Those neither given nor defaulted are absent. Arguments are tried out too, so
/// that no mutation runs before a later one is found to be wrong.
pub(super) fn variables(
    schema: &Schema,
    document: &Document,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<GraphQlError>> {
    let sources = &document.executable.sources;
    let mut variables = Map::new();
    let mut errors = Vec::new();
    let no_variables = Map::new();
    let inputs = Inputs { schema, variables: &no_variables };
    for definition in &document.operation.variables {
        let name = definition.name.as_str();
        let coerced = match (given.get(name), &definition.default_value) {
            (Some(value), _) => inputs.json(name, &definition.ty, value).map(Some),
            (None, Some(default)) => inputs.literal(name, &definition.ty, default),
            (None, None) if definition.ty.is_non_null() => Err(Invalid::null(name, &definition.ty)),
            (None, None) => Ok(None),
        };
        match coerced {
            Ok(Some(value)) => _ = variables.insert(name.to_owned(), value),
            Ok(None) => {}
            Err(invalid) => {
                let message = invalid.of_variable();
                errors.push(GraphQlError::of_document(message, Location::of(definition.location(), sources)));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for field in document.operation.all_fields(&document.executable) {
        if let Err(invalid) = of_field(schema, field, &variables) {
            let message = format!("Validation error of type WrongType: {invalid} @ '{}'", field.name);
            errors.push(GraphQlError::of_document(message, Location::of(field.location(), sources)));
        }
    }
    if errors.is_empty() { Ok(variables) } else { Err(errors) }
}

/// A field's arguments, coerced. Those neither given nor defaulted are absent.
pub(super) fn of_field(
    schema: &Schema,
    field: &Field,
    variables: &Map<String, Value>,
) -> Result<Map<String, Value>, Invalid> {
    let inputs = Inputs { schema, variables };
    let mut arguments = Map::new();
    for definition in &field.definition.arguments {
        let name = definition.name.as_str();
        let given = match field.specified_argument_by_name(name) {
            Some(value) => inputs.literal(name, &definition.ty, value)?,
            None => None,
        };
        let value = match (given, &definition.default_value) {
            (Some(value), _) => Some(value),
            (None, Some(default)) => inputs.literal(name, &definition.ty, default)?,
            (None, None) if definition.ty.is_non_null() => return Err(Invalid::null(name, &definition.ty)),
            (None, None) => None,
        };
        if let Some(value) = value {
            arguments.insert(name.to_owned(), value);
        }
    }
    Ok(arguments)
}
