//! Fits a resolver's value to the type of its field, and says in AppSync's words when it does not fit.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::Field;
use apollo_compiler::schema::{ExtendedType, ObjectType};
use futures::future::{BoxFuture, FutureExt};
use serde_json::Value;

use super::path::Path;
use super::{Completed, Execution, Nullified};
use crate::error::GraphQlError;
use crate::response::Output;
use crate::scalars;

impl<'a> Execution<'a> {
    pub(super) fn complete<'s>(
        &'s self,
        ty: &'s Type,
        value: &'s Value,
        fields: &'s [&'s Field],
        path: Path<'s>,
        parent: &'s Name,
    ) -> BoxFuture<'s, Completed> {
        async move {
            if self.budget.exceeded().is_some() {
                return Err(Nullified);
            }
            if value.is_null() {
                return self.null(ty, path, parent);
            }
            let completed = match ty {
                Type::List(item) | Type::NonNullList(item) => {
                    self.list(item, value, fields, path, parent).await
                }
                Type::Named(name) | Type::NonNullNamed(name) => self.named(name, value, fields, path).await,
            };
            match completed {
                Err(Nullified) if !ty.is_non_null() => Ok(Output::NULL),
                completed => completed,
            }
        }
        .boxed()
    }

    fn null(&self, ty: &Type, path: Path<'_>, parent: &Name) -> Completed {
        if !ty.is_non_null() {
            return Ok(Output::NULL);
        }
        let name = ty.clone().nullable();
        let message =
            format!("Cannot return null for non-nullable type: '{name}' within parent '{parent}' ({path})");
        self.report(GraphQlError::of_value(path.to_vec(), message));
        Err(Nullified)
    }

    async fn list(
        &self,
        item: &Type,
        value: &Value,
        fields: &[&Field],
        path: Path<'_>,
        parent: &Name,
    ) -> Completed {
        let Value::Array(items) = value else {
            return self.mismatch(path, "LIST");
        };
        let paths: Vec<Path<'_>> = (0..items.len()).map(|index| path.index(index)).collect();
        let completed =
            items.iter().zip(&paths).map(|(value, path)| self.complete(item, value, fields, *path, parent));
        self.all(completed).await.map(Output::List)
    }

    async fn named(&self, name: &Name, value: &Value, fields: &[&Field], path: Path<'_>) -> Completed {
        let definition = self.schema.graphql.types.get(name).ok_or(Nullified)?;
        let object_type = match definition {
            ExtendedType::Scalar(_) => return self.scalar(name, value, path),
            ExtendedType::Enum(definition) => {
                let text = value.as_str().filter(|text| definition.values.contains_key(*text));
                return match text {
                    Some(_) => self.leaf(value.clone()),
                    None => self.unserializable(
                        path,
                        format!(
                            "Invalid input for Enum '{name}'. No value found for name '{}'",
                            plain(value)
                        ),
                    ),
                };
            }
            ExtendedType::Object(object_type) => object_type,
            _ => match self.concrete_type(definition, value) {
                Some(object_type) => object_type,
                None => {
                    let message = format!(
                        "Can't resolve value ({path}) : the value's __typename must name an object type that is a {name}"
                    );
                    self.report(GraphQlError::of_value(path.to_vec(), message));
                    return Err(Nullified);
                }
            },
        };
        if !value.is_object() {
            return self.mismatch(path, "OBJECT");
        }
        let sets = fields.iter().filter_map(|field| field.selection_set.as_ref()).collect();
        self.selection(object_type, value, sets, Some(path)).await
    }

    /// The type of an interface's or union's value is what its `__typename` says.
    fn concrete_type(&self, definition: &ExtendedType, value: &Value) -> Option<&'a ObjectType> {
        let object_type = self.schema.graphql.get_object(value.get("__typename")?.as_str()?)?;
        self.applies(definition.name(), object_type).then_some(object_type)
    }

    fn scalar(&self, name: &Name, value: &Value, path: Path<'_>) -> Completed {
        if let Some(value) = scalars::serialize(name, value) {
            return self.leaf(value);
        }
        let reason = if name.starts_with("AWS") {
            format!("Unable to serialize `{}` as a valid {name}.", plain(value))
        } else {
            format!("Expected type '{name}' but was '{}'.", kind(value))
        };
        self.unserializable(path, reason)
    }

    fn leaf(&self, value: Value) -> Completed {
        let size = match &value {
            Value::String(text) => text.len() + 2,
            Value::Array(_) | Value::Object(_) => value.to_string().len(),
            _ => 8,
        };
        self.budget.spend_bytes(size).map_err(|_| Nullified)?;
        Ok(Output::Leaf(value))
    }

    fn unserializable(&self, path: Path<'_>, reason: String) -> Completed {
        self.report(GraphQlError::of_value(
            path.to_vec(),
            format!("Can't serialize value ({path}) : {reason}"),
        ));
        Err(Nullified)
    }

    fn mismatch(&self, path: Path<'_>, expected: &str) -> Completed {
        let message = format!("Can't resolve value ({path}) : type mismatch error, expected type {expected}");
        self.report(GraphQlError::of_value(path.to_vec(), message));
        Err(Nullified)
    }
}

/// A text without its quotes, anything else as JSON, and not more of it than one wants to read.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(100).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Float",
        Value::Number(_) => "Int",
        Value::String(_) => "String",
        Value::Array(_) => "List",
        Value::Object(_) => "Object",
    }
}
