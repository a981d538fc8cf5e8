//! The answer to an operation: its values, for who asked and for those who subscribed.

use std::collections::BTreeMap;

use apollo_compiler::Name;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use serde_json::{Map, Value};

use crate::error::GraphQlError;

/// `{"data": …, "errors": […]}`, where errors are absent if there are none.
pub(crate) struct Response {
    pub(crate) data: Option<Output>,
    pub(crate) errors: Vec<GraphQlError>,
    /// For the answer over HTTP, beside the body.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Response {
    pub(crate) fn of_errors(errors: Vec<GraphQlError>) -> Response {
        Response { data: None, errors, headers: BTreeMap::new() }
    }
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = serializer.serialize_struct("Response", 2)?;
        response.serialize_field("data", &self.data)?;
        if !self.errors.is_empty() {
            response.serialize_field("errors", &self.errors)?;
        }
        response.end()
    }
}

/// A value that was selected; it serializes as the client named it.
#[derive(Debug, Clone)]
pub(crate) enum Output {
    Leaf(Value),
    List(Vec<Output>),
    Object { type_name: Name, properties: Vec<Property> },
}

/// A selected field of an object.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) response_name: Name,
    pub(crate) field_name: Name,
    pub(crate) value: Output,
}

impl Output {
    pub(crate) const NULL: Output = Output::Leaf(Value::Null);

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Output::Leaf(Value::Null))
    }

    /// What subscribers get to select from: the values under the names that the client gave them. A field with an
    /// alias is therefore null for them, as AppSync's users report; its documentation is silent.
    /// <https://github.com/aws/aws-appsync-community/issues/160>
    pub(crate) fn to_source(&self) -> Value {
        match self {
            Output::Leaf(value) => value.clone(),
            Output::List(items) => items.iter().map(Output::to_source).collect(),
            Output::Object { type_name, properties } => {
                let mut source = Map::with_capacity(properties.len() + 1);
                for Property { response_name, value, .. } in properties {
                    source.insert(response_name.to_string(), value.to_source());
                }
                // Last, for an alias may take even this name.
                source.insert("__typename".to_owned(), type_name.as_str().into());
                Value::Object(source)
            }
        }
    }
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Output::Leaf(value) => value.serialize(serializer),
            Output::List(items) => serializer.collect_seq(items),
            Output::Object { properties, .. } => {
                let mut object = serializer.serialize_map(Some(properties.len()))?;
                for Property { response_name, value, .. } in properties {
                    object.serialize_entry(response_name.as_str(), value)?;
                }
                object.end()
            }
        }
    }
}
