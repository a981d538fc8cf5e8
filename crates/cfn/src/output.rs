//! Outputs: what a stack tells whoever deployed it, and other stacks.

use serde_json::{Map, Value as Json, json};

use crate::condition::ConditionHandle;
use crate::value::Value;

/// An output; a bare value turns into one.
#[derive(Clone, Debug)]
#[must_use]
pub struct Output {
    value: Json,
    description: Option<String>,
    export_name: Option<Json>,
    condition: Option<String>,
}

impl Output {
    /// An output with this value.
    pub fn new<T>(value: impl Into<Value<T>>) -> Self {
        Self { value: value.into().into_json(), description: None, export_name: None, condition: None }
    }

    /// `Description`, at most 1,024 bytes.
    pub fn description(mut self, text: &str) -> Self {
        self.description = Some(text.to_owned());
        self
    }

    /// `Export`: other stacks of the same account and region import the value by this name.
    pub fn export_name(mut self, name: impl Into<Value<String>>) -> Self {
        self.export_name = Some(name.into().into_json());
        self
    }

    /// `Condition`: the output exists only where it holds.
    pub fn condition(mut self, condition: &ConditionHandle) -> Self {
        self.condition = Some(condition.id().to_owned());
        self
    }

    pub(crate) fn to_json(&self) -> Json {
        let mut json = Map::new();
        if let Some(description) = &self.description {
            json.insert("Description".into(), json!(description));
        }
        if let Some(condition) = &self.condition {
            json.insert("Condition".into(), json!(condition));
        }
        json.insert("Value".into(), self.value.clone());
        if let Some(name) = &self.export_name {
            json.insert("Export".into(), json!({ "Name": name }));
        }
        Json::Object(json)
    }
}

impl<T> From<Value<T>> for Output {
    fn from(value: Value<T>) -> Self {
        Self::new(value)
    }
}
