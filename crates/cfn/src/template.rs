//! The template: parameters, conditions, resources and outputs under their logical ids.

use std::panic::Location;

use serde_json::{Map, Value as Json, json};

use crate::check::{self, Problem};
use crate::condition::{ConditionHandle, Test};
use crate::mapping::{Mapping, MappingHandle};
use crate::output::Output;
use crate::parameter::{Parameter, ParameterHandle};
use crate::resource::{Body, Handle, Resource};
use crate::rule::Rule;

/// A CloudFormation template.
///
/// What is added comes out in the order in which it was added, so the same program prints the same text.
/// Logical ids are a contract: CloudFormation replaces a resource whose id changes.
#[derive(Debug)]
pub struct Template {
    description: String,
    metadata: Map<String, Json>,
    parameters: Vec<Entry<Map<String, Json>>>,
    mappings: Vec<Entry<Map<String, Json>>>,
    rules: Vec<Entry<Rule>>,
    conditions: Vec<Entry<Test>>,
    resources: Vec<Entry<Body>>,
    outputs: Vec<Entry<Output>>,
}

#[derive(Debug)]
pub(crate) struct Entry<T> {
    pub(crate) id: String,
    pub(crate) at: &'static Location<'static>,
    pub(crate) value: T,
}

impl Template {
    /// An empty template with this description, at most 1,024 bytes.
    #[must_use]
    pub fn new(description: &str) -> Self {
        Self {
            description: description.to_owned(),
            metadata: Map::new(),
            parameters: Vec::new(),
            mappings: Vec::new(),
            rules: Vec::new(),
            conditions: Vec::new(),
            resources: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Adds a resource; the handle stands for it wherever another one refers to it.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, id: &str, resource: R) -> Handle<R::Kind> {
        push(&mut self.resources, id, resource.into_body());
        Handle::new(id)
    }

    /// Adds a parameter.
    #[track_caller]
    pub fn parameter<T>(&mut self, id: &str, parameter: Parameter<T>) -> ParameterHandle<T> {
        push(&mut self.parameters, id, parameter.definition);
        ParameterHandle::new(id)
    }

    /// Adds a mapping.
    #[track_caller]
    pub fn mapping<T>(&mut self, id: &str, mapping: Mapping<T>) -> MappingHandle<T> {
        push(&mut self.mappings, id, mapping.rows);
        MappingHandle::new(id)
    }

    /// Adds a rule: what has to hold between parameters.
    #[track_caller]
    pub fn rule(&mut self, id: &str, rule: Rule) {
        push(&mut self.rules, id, rule);
    }

    /// Adds a condition.
    #[track_caller]
    pub fn condition(&mut self, id: &str, test: impl Into<Test>) -> ConditionHandle {
        push(&mut self.conditions, id, test.into());
        ConditionHandle::new(id)
    }

    /// Adds an output.
    #[track_caller]
    pub fn output(&mut self, id: &str, output: impl Into<Output>) {
        push(&mut self.outputs, id, output.into());
    }

    /// Adds to the template's own `Metadata`.
    pub fn metadata(&mut self, key: &str, value: Json) {
        self.metadata.insert(key.to_owned(), value);
    }

    /// What AWS would refuse, or is known to fail on; each with the source line that made it.
    ///
    /// # Errors
    /// The problems, if there is one at all. [`check::template`] has the notes, too.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let errors: Vec<Problem> = check::template(self).into_iter().filter(Problem::is_error).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// The template as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut json = Map::new();
        json.insert("AWSTemplateFormatVersion".into(), json!("2010-09-09"));
        json.insert("Description".into(), json!(self.description));
        let sections = [
            ("Metadata", self.metadata.clone()),
            ("Parameters", section(&self.parameters, |definition| Json::Object(definition.clone()))),
            ("Mappings", section(&self.mappings, |rows| Json::Object(rows.clone()))),
            ("Rules", section(&self.rules, Rule::to_json)),
            ("Conditions", section(&self.conditions, |test| test.0.clone())),
            ("Resources", section(&self.resources, Body::to_json)),
            ("Outputs", section(&self.outputs, Output::to_json)),
        ];
        json.extend(
            sections
                .into_iter()
                .filter(|(name, entries)| *name == "Resources" || !entries.is_empty())
                .map(|(name, entries)| (name.to_owned(), Json::Object(entries))),
        );
        Json::Object(json)
    }

    /// The template as indented text, with a line feed at the end.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{:#}\n", self.to_json())
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        let parameters = self.parameters.iter().map(|entry| (entry.id.as_str(), entry.at));
        parameters.chain(self.resources.iter().map(|entry| (entry.id.as_str(), entry.at)))
    }

    pub(crate) fn condition_ids(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        self.conditions.iter().map(|entry| (entry.id.as_str(), entry.at))
    }

    pub(crate) fn mapping_ids(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        self.mappings.iter().map(|entry| (entry.id.as_str(), entry.at))
    }

    pub(crate) fn rule_ids(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        self.rules.iter().map(|entry| (entry.id.as_str(), entry.at))
    }

    pub(crate) fn output_ids(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        self.outputs.iter().map(|entry| (entry.id.as_str(), entry.at))
    }
}

#[track_caller]
fn push<T>(entries: &mut Vec<Entry<T>>, id: &str, value: T) {
    entries.push(Entry { id: id.to_owned(), at: Location::caller(), value });
}

fn section<T>(entries: &[Entry<T>], to_json: impl Fn(&T) -> Json) -> Map<String, Json> {
    entries.iter().map(|entry| (entry.id.clone(), to_json(&entry.value))).collect()
}
