//! Input values become what resolvers see: types checked, scalars parsed, lone values put into lists, defaults filled in.

use std::fmt;

use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use serde_json::{Map, Value};

use crate::scalars;
use crate::schema::Schema;

/// Coerces values by their types. <https://spec.graphql.org/October2021/#sec-Input-Values>
pub(super) struct Inputs<'a> {
    pub(super) schema: &'a Schema,
    pub(super) variables: &'a Map<String, Value>,
}

impl Inputs<'_> {
    /// A value of the request's JSON.
    pub(super) fn json(&self, name: &str, ty: &Type, value: &Value) -> Result<Value, Invalid> {
        let type_name = match (ty, value) {
            (_, Value::Null) if ty.is_non_null() => return Err(Invalid::null(name, ty)),
            (_, Value::Null) => return Ok(Value::Null),
            (Type::List(item) | Type::NonNullList(item), Value::Array(values)) => {
                return values.iter().map(|value| self.json(name, item, value)).collect();
            }
            // A lone value stands for a list of one.
            (Type::List(item) | Type::NonNullList(item), _) => {
                return Ok(Value::Array(vec![self.json(name, item, value)?]));
            }
            (Type::Named(type_name) | Type::NonNullNamed(type_name), _) => type_name,
        };
        let coerced = match (self.schema.graphql.types.get(type_name), value) {
            (Some(ExtendedType::Scalar(_)), _) => scalars::parse(type_name, value),
            (Some(ExtendedType::Enum(definition)), Value::String(text)) => {
                definition.values.contains_key(text.as_str()).then(|| value.clone())
            }
            (Some(ExtendedType::InputObject(definition)), Value::Object(fields)) => {
                let unknown = fields.keys().find(|key| !definition.fields.contains_key(key.as_str()));
                if let Some(unknown) = unknown {
                    let reason = Reason::UnknownField { input_type: type_name.to_string() };
                    return Err(Invalid { name: unknown.clone(), reason });
                }
                return self.object(definition, |field, ty| match fields.get(field) {
                    Some(value) => self.json(field, ty, value).map(Some),
                    None => Ok(None),
                });
            }
            _ => None,
        };
        coerced.ok_or_else(|| Invalid::wrong(name, value, type_name))
    }

    /// A value of the document. None: a variable that was not given.
    pub(super) fn literal(
        &self,
        name: &str,
        ty: &Type,
        value: &Node<Literal>,
    ) -> Result<Option<Value>, Invalid> {
        let type_name = match (ty, value.as_ref()) {
            (_, Literal::Variable(variable)) => {
                // Its type was checked against this one by validation, its value when it was coerced.
                return match self.variables.get(variable.as_str()) {
                    Some(Value::Null) if ty.is_non_null() => Err(Invalid::null(name, ty)),
                    value => Ok(value.cloned()),
                };
            }
            (_, Literal::Null) if ty.is_non_null() => return Err(Invalid::null(name, ty)),
            (_, Literal::Null) => return Ok(Some(Value::Null)),
            (Type::List(item) | Type::NonNullList(item), Literal::List(values)) => {
                let items = values.iter().map(|value| match self.literal(name, item, value)? {
                    None if item.is_non_null() => Err(Invalid::null(name, item)),
                    item => Ok(item.unwrap_or(Value::Null)),
                });
                return items.collect::<Result<Value, Invalid>>().map(Some);
            }
            (Type::List(item) | Type::NonNullList(item), _) => {
                return Ok(self.literal(name, item, value)?.map(|value| Value::Array(vec![value])));
            }
            (Type::Named(type_name) | Type::NonNullNamed(type_name), _) => type_name,
        };
        let coerced = match (self.schema.graphql.types.get(type_name), value.as_ref()) {
            (Some(ExtendedType::Scalar(_)), _) => {
                self.plain(value).and_then(|value| scalars::parse(type_name, &value))
            }
            (Some(ExtendedType::Enum(_)), Literal::Enum(name)) => Some(name.as_str().into()),
            (Some(ExtendedType::InputObject(definition)), Literal::Object(fields)) => {
                let object = self.object(definition, |name, ty| {
                    match fields.iter().find(|(field, _)| field == name) {
                        Some((_, value)) => self.literal(name, ty, value),
                        None => Ok(None),
                    }
                });
                return object.map(Some);
            }
            _ => None,
        };
        coerced.map(Some).ok_or_else(|| Invalid::wrong(name, value, type_name))
    }

    fn object(
        &self,
        definition: &InputObjectType,
        given: impl Fn(&str, &Type) -> Result<Option<Value>, Invalid>,
    ) -> Result<Value, Invalid> {
        let mut object = Map::new();
        for (name, field) in &definition.fields {
            let value = match (given(name, &field.ty)?, &field.default_value) {
                (Some(value), _) => Some(value),
                (None, Some(default)) => self.literal(name, &field.ty, default)?,
                (None, None) if field.ty.is_non_null() => return Err(Invalid::null(name, &field.ty)),
                (None, None) => None,
            };
            if let Some(value) = value {
                object.insert(name.to_string(), value);
            }
        }
        Ok(Value::Object(object))
    }

    /// A literal of a scalar as JSON. None: a number that JSON cannot hold.
    fn plain(&self, value: &Literal) -> Option<Value> {
        Some(match value {
            Literal::Null => Value::Null,
            Literal::Enum(name) => name.as_str().into(),
            Literal::Variable(name) => self.variables.get(name.as_str()).cloned().unwrap_or(Value::Null),
            Literal::String(text) => text.as_str().into(),
            Literal::Boolean(is_true) => (*is_true).into(),
            Literal::Int(number) => Value::Number(number.as_str().parse().ok()?),
            Literal::Float(number) => Value::Number(number.as_str().parse().ok()?),
            Literal::List(items) => items.iter().map(|item| self.plain(item)).collect::<Option<Value>>()?,
            Literal::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| Some((name.to_string(), self.plain(value)?)));
                Value::Object(fields.collect::<Option<_>>()?)
            }
        })
    }
}

/// An input value that does not fit its type.
#[derive(Debug)]
pub(super) struct Invalid {
    /// The variable, argument or input field.
    name: String,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Null { expected: String },
    WrongValue { value: String, expected: String },
    UnknownField { input_type: String },
}

impl Invalid {
    pub(super) fn null(name: &str, ty: &Type) -> Invalid {
        Invalid { name: name.to_owned(), reason: Reason::Null { expected: ty.to_string() } }
    }

    fn wrong(name: &str, value: &dyn fmt::Display, expected: &dyn fmt::Display) -> Invalid {
        let value = value.to_string().chars().take(100).collect();
        Invalid {
            name: name.to_owned(),
            reason: Reason::WrongValue { value, expected: expected.to_string() },
        }
    }

    /// AppSync words errors in variables differently from errors in the document.
    pub(super) fn of_variable(&self) -> String {
        let Invalid { name, reason } = self;
        match reason {
            Reason::WrongValue { value, expected } => {
                format!(
                    "Variable '{name}' has an invalid value. Unable to parse `{value}` as a valid {expected}."
                )
            }
            Reason::Null { .. } => format!("Variable {self}"),
            Reason::UnknownField { .. } => format!("The variables input contains a {self}"),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Invalid { name, reason } = self;
        match reason {
            Reason::Null { expected } => {
                write!(f, "'{name}' has coerced Null value for NonNull type '{expected}'")
            }
            Reason::WrongValue { value, expected } => {
                write!(f, "argument '{name}' with value '{value}' is not a valid '{expected}'")
            }
            Reason::UnknownField { input_type } => {
                write!(f, "field name '{name}' that is not defined for input object type '{input_type}'")
            }
        }
    }
}
