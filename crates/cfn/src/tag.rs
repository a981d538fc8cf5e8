//! Tags: names and values by which costs and permissions are told apart.

use serde_json::{Value as Json, json};

use crate::value::{Literal, Value};

/// A tag of a resource.
#[derive(Clone, Debug)]
pub struct Tag {
    key: String,
    value: Value<String>,
}

impl Tag {
    /// A tag; the key has 1 to 128 characters and does not begin with `aws:`, the value has at most 256.
    #[must_use]
    pub fn new(key: &str, value: impl Into<Value<String>>) -> Self {
        Self { key: key.to_owned(), value: value.into() }
    }
}

impl Literal for Tag {
    fn to_json(&self) -> Json {
        json!({ "Key": self.key, "Value": self.value.json() })
    }
}
