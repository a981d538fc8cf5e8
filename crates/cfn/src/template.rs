//! The template: parameters, conditions, resources and outputs under their logical ids.

use std::collections::BTreeSet;
use std::panic::Location;

use serde_json::{Map, Value as Json, json};

use crate::check::{self, Problem, Reference, walk};
use crate::condition::{ConditionHandle, Test};
use crate::intrinsic::join;
use crate::mapping::{Mapping, MappingHandle};
use crate::output::Output;
use crate::parameter::{Parameter, ParameterHandle};
use crate::part::{self, Part};
use crate::resource::{Body, Handle, Resource};
use crate::rule::Rule;
#[cfg(feature = "specification")]
use crate::tag::{self, Tag};
use crate::value::{List, Value};

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
    #[cfg(feature = "specification")]
    tags: Vec<Tag>,
    /// What [`Template::part`] is adding to just now.
    part: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Entry<T> {
    pub(crate) id: String,
    pub(crate) at: &'static Location<'static>,
    pub(crate) part: Option<String>,
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
            #[cfg(feature = "specification")]
            tags: Vec::new(),
            part: None,
        }
    }

    /// What is added meanwhile belongs to this part of the whole, such as `auth`; a part within a part is that
    /// one's alone. A part may be named again, to add more to it.
    ///
    /// The text of the template does not show it; [`parts`](Self::parts) does.
    ///
    /// ```
    /// # use cfn::{Raw, Template};
    /// let mut template = Template::new("Photos");
    /// let queue = template.part("uploads", |t| t.add("Queue", Raw::new("AWS::SQS::Queue")));
    /// assert_eq!(template.parts()[0].name, Some("uploads"));
    /// assert_eq!(template.parts()[0].resources, ["Queue"]);
    /// ```
    pub fn part<T>(&mut self, name: &str, add: impl FnOnce(&mut Self) -> T) -> T {
        let around = self.part.replace(name.to_owned());
        let added = add(self);
        self.part = around;
        added
    }

    /// The parts, in the order in which their first resource or output was added; what belongs to none comes as
    /// a part without a name.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        part::collect(&self.resources, &self.outputs)
    }

    /// Adds a resource; the handle stands for it wherever another one refers to it.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, id: &str, resource: R) -> Handle<R::Kind> {
        push(&mut self.resources, self.part.as_deref(), id, resource.into_body());
        Handle::new(id)
    }

    /// Adds a parameter.
    #[track_caller]
    pub fn parameter<T>(&mut self, id: &str, parameter: Parameter<T>) -> ParameterHandle<T> {
        if parameter.group.is_some() || parameter.label.is_some() {
            let interface =
                self.metadata.entry("AWS::CloudFormation::Interface").or_insert_with(|| json!({}));
            show(interface, id, parameter.group, parameter.label);
        }
        push(&mut self.parameters, self.part.as_deref(), id, parameter.definition);
        ParameterHandle::new(id)
    }

    /// Adds a mapping.
    #[track_caller]
    pub fn mapping<T>(&mut self, id: &str, mapping: Mapping<T>) -> MappingHandle<T> {
        push(&mut self.mappings, self.part.as_deref(), id, mapping.rows);
        MappingHandle::new(id)
    }

    /// Adds a rule: what has to hold between parameters.
    #[track_caller]
    pub fn rule(&mut self, id: &str, rule: Rule) {
        push(&mut self.rules, self.part.as_deref(), id, rule);
    }

    /// Adds a condition.
    #[track_caller]
    pub fn condition(&mut self, id: &str, test: impl Into<Test>) -> ConditionHandle {
        push(&mut self.conditions, self.part.as_deref(), id, test.into());
        ConditionHandle::new(id)
    }

    /// Adds an output.
    #[track_caller]
    pub fn output(&mut self, id: &str, output: impl Into<Output>) {
        push(&mut self.outputs, self.part.as_deref(), id, output.into());
    }

    /// Gives this tag to every resource that can have it, whether added before or after, under the name and in
    /// the shape that its type has tags in. A resource's own tag of the same key wins; of two that are given
    /// here, the later one. Types whose tags cannot change without replacing the resource are left alone, and so
    /// are tags in parts of a resource, as in a launch template.
    ///
    /// ```
    /// # use cfn::{Raw, Template};
    /// # use serde_json::json;
    /// let mut template = Template::new("Photos");
    /// template.tag("application", "photos");
    /// template.add("Queue", Raw::new("AWS::SQS::Queue"));
    /// template.add("People", Raw::new("AWS::Cognito::UserPool"));
    /// let resources = &template.to_json()["Resources"];
    /// let tag = json!({ "Key": "application", "Value": "photos" });
    /// assert_eq!(resources["Queue"]["Properties"]["Tags"], json!([tag]));
    /// assert_eq!(resources["People"]["Properties"]["UserPoolTags"], json!({ "application": "photos" }));
    /// ```
    #[cfg(feature = "specification")]
    pub fn tag(&mut self, key: &str, value: impl Into<Value<String>>) {
        self.tags.retain(|known| known.key() != key);
        self.tags.push(Tag::new(key, value));
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
            ("Resources", section(&self.resources, |body| self.resource(body))),
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

    /// A resource as it stands in the template, with what all of them have.
    fn resource(&self, body: &Body) -> Json {
        #[allow(unused_mut, reason = "without a specification nothing is known of tags")]
        let mut json = body.to_json();
        #[cfg(feature = "specification")]
        tag::give(&self.tags, &mut json);
        json
    }

    #[cfg(feature = "specification")]
    pub(crate) fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The template as indented text, with a line feed at the end.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{:#}\n", self.to_json())
    }

    /// The resources' logical ids, and the source line that added each.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        self.resources.iter().map(|entry| (entry.id.as_str(), entry.at))
    }

    /// The values of the parameters on which a part of this template depends, directly or by a condition, as text,
    /// in the parameters' order.
    #[must_use]
    pub fn parameters_behind(&self, part: &Json) -> Vec<Value<String>> {
        let mut ids = BTreeSet::new();
        let mut open = vec![part];
        let mut seen = BTreeSet::new();
        while let Some(json) = open.pop() {
            walk(json, &mut |reference| match reference {
                Reference::Thing(id) => drop(ids.insert(id)),
                Reference::Condition(id) if seen.insert(id) => {
                    open.extend(
                        self.conditions.iter().filter(|known| known.id == id).map(|known| &known.value.0),
                    );
                }
                _ => {}
            });
        }
        let parameters = self.parameters.iter().filter(|parameter| ids.contains(parameter.id.as_str()));
        parameters
            .map(|parameter| {
                let value = Value::intrinsic("Ref", json!(parameter.id));
                let kind = parameter.value["Type"].as_str().unwrap_or_default();
                let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
                if is_list { join(",", Value::<List<String>>::unchecked(value.into_json())) } else { value }
            })
            .collect()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = (&str, &'static Location<'static>)> {
        let parameters = self.parameters.iter().map(|entry| (entry.id.as_str(), entry.at));
        parameters.chain(self.lines())
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

/// Writes into the `AWS::CloudFormation::Interface` how the console shows a parameter.
fn show(interface: &mut Json, id: &str, group: Option<String>, label: Option<String>) {
    if let Some(heading) = group {
        let groups = &mut interface["ParameterGroups"];
        if groups.is_null() {
            *groups = json!([]);
        }
        let groups = groups.as_array_mut().into_iter().flatten();
        let known = groups.into_iter().find(|group| group["Label"]["default"] == heading.as_str());
        match known.and_then(|group| group["Parameters"].as_array_mut()) {
            Some(parameters) => parameters.push(json!(id)),
            None => {
                let group = json!({ "Label": { "default": heading }, "Parameters": [id] });
                interface["ParameterGroups"]
                    .as_array_mut()
                    .into_iter()
                    .for_each(|groups| groups.push(group.clone()));
            }
        }
    }
    if let Some(text) = label {
        interface["ParameterLabels"][id] = json!({ "default": text });
    }
}

#[track_caller]
fn push<T>(entries: &mut Vec<Entry<T>>, part: Option<&str>, id: &str, value: T) {
    let part = part.map(str::to_owned);
    entries.push(Entry { id: id.to_owned(), at: Location::caller(), part, value });
}

fn section<T>(entries: &[Entry<T>], to_json: impl Fn(&T) -> Json) -> Map<String, Json> {
    entries.iter().map(|entry| (entry.id.clone(), to_json(&entry.value))).collect()
}
