//! What CloudFormation makes of a template: its resources with every reference, condition and text worked out.
//!
//! A resource is known by its logical id alone, whichever stack makes it, so that a template and its nested
//! stacks can be compared.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

/// The parameters' values; a list is text with commas, as whoever deploys writes it.
pub(crate) type Given = BTreeMap<String, String>;

/// The resources and outputs of a template and of the stacks in it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Made {
    pub(crate) resources: BTreeMap<String, Json>,
    pub(crate) outputs: BTreeMap<String, Json>,
}

struct Stack<'a> {
    template: &'a Json,
    name: &'a str,
    parameters: BTreeMap<String, Json>,
    /// The outputs of the nested stacks that are made already.
    nested: BTreeMap<String, BTreeMap<String, Json>>,
}

/// Makes the template; `file` has the templates of nested stacks. Attributes named `…s` are lists.
pub(crate) fn make(template: &Json, name: &str, given: &Given, file: &dyn Fn(&str) -> Json) -> Made {
    let none = Map::new();
    let definitions = template["Parameters"].as_object().unwrap_or(&none);
    for id in given.keys() {
        assert!(definitions.contains_key(id), "{name} has no parameter {id}");
    }
    let parameters = definitions.iter().map(|(id, definition)| {
        let default = definition["Default"].as_str().map(str::to_owned);
        let text = given.get(id).cloned().or(default).unwrap_or_else(|| panic!("{name}: {id} is not given"));
        let is_list = definition["Type"].as_str().unwrap().contains("List");
        (id.clone(), if is_list { json!(text.split(',').collect::<Vec<_>>()) } else { json!(text) })
    });
    let mut stack = Stack { template, name, parameters: parameters.collect(), nested: BTreeMap::new() };
    let mut made = Made::default();
    let resources = template["Resources"].as_object().unwrap();
    assert!(resources.values().any(|resource| stack.exists(resource)), "{name} would have no resource");

    // Nested stacks in the order in which they can be made.
    let is_stack = |resource: &Json| resource["Type"] == "AWS::CloudFormation::Stack";
    let mut open: Vec<_> = resources.iter().filter(|(_, one)| is_stack(one) && stack.exists(one)).collect();
    while !open.is_empty() {
        let waits = |one: &Json| {
            let text = one.to_string();
            open.iter().any(|(id, _)| text.contains(&format!("\"{id}\"")))
        };
        let next = open.iter().position(|(_, one)| !waits(one)).expect("the stacks wait for each other");
        let (id, resource) = open.remove(next);
        let properties = stack.worked_out(&resource["Properties"]);
        let given = properties["Parameters"].as_object().into_iter().flatten();
        let given = given.map(|(id, value)| (id.clone(), value.as_str().expect("a text").to_owned()));
        let child = file(properties["TemplateURL"].as_str().unwrap());
        let inner = make(&child, &format!("{name}-{id}"), &given.collect(), file);
        made.resources.extend(inner.resources);
        stack.nested.insert(id.clone(), inner.outputs);
    }
    for (id, resource) in resources.iter().filter(|(_, one)| !is_stack(one) && stack.exists(one)) {
        let mut resource = resource.clone();
        for resolved in ["Condition", "DependsOn"] {
            resource.as_object_mut().unwrap().remove(resolved);
        }
        assert!(
            made.resources.insert(id.clone(), stack.worked_out(&resource)).is_none(),
            "{id} is made twice"
        );
    }
    for (id, output) in template["Outputs"].as_object().unwrap_or(&none) {
        if stack.exists(output) {
            made.outputs.insert(id.clone(), stack.worked_out(&output["Value"]));
        }
    }
    made
}

impl Stack<'_> {
    fn exists(&self, entry: &Json) -> bool {
        entry["Condition"].as_str().is_none_or(|id| self.holds(&self.template["Conditions"][id]))
    }

    fn holds(&self, test: &Json) -> bool {
        let (function, value) = test.as_object().expect("a test").iter().next().unwrap();
        let mut tests = value.as_array().into_iter().flatten();
        match function.as_str() {
            "Condition" => self.holds(&self.template["Conditions"][value.as_str().unwrap()]),
            "Fn::Equals" => self.worked_out(&value[0]) == self.worked_out(&value[1]),
            "Fn::Not" => !self.holds(&value[0]),
            "Fn::And" => tests.all(|test| self.holds(test)),
            "Fn::Or" => tests.any(|test| self.holds(test)),
            other => panic!("{}: {other} is no test", self.name),
        }
    }

    fn worked_out(&self, value: &Json) -> Json {
        match value {
            Json::Array(items) => {
                items.iter().map(|item| self.worked_out(item)).filter(|item| !item.is_null()).collect()
            }
            Json::Object(object) => match object.iter().next().filter(|_| object.len() == 1) {
                Some((function, arguments)) if function == "Ref" || function.starts_with("Fn::") => {
                    self.call(function, arguments)
                }
                _ => object
                    .iter()
                    .map(|(key, value)| (key.clone(), self.worked_out(value)))
                    .filter(|(_, value)| !value.is_null())
                    .collect::<Map<_, _>>()
                    .into(),
            },
            scalar => scalar.clone(),
        }
    }

    fn call(&self, function: &str, arguments: &Json) -> Json {
        let worked_out = |at: usize| self.worked_out(&arguments[at]);
        let text = |at: usize| worked_out(at).as_str().expect("a text").to_owned();
        match function {
            "Ref" => self.value(arguments.as_str().unwrap()),
            "Fn::GetAtt" => {
                self.value(&format!("{}.{}", arguments[0].as_str().unwrap(), arguments[1].as_str().unwrap()))
            }
            "Fn::If" => {
                let holds = self.holds(&json!({ "Condition": arguments[0] }));
                worked_out(if holds { 1 } else { 2 })
            }
            "Fn::Join" => {
                let items = worked_out(1);
                let items: Vec<&str> =
                    items.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect();
                json!(items.join(&text(0)))
            }
            "Fn::Split" => json!(text(1).split(&text(0)).collect::<Vec<_>>()),
            "Fn::Select" => worked_out(1)[arguments[0].as_u64().unwrap() as usize].clone(),
            "Fn::FindInMap" => self.template["Mappings"][text(0)][text(1)][text(2)].clone(),
            "Fn::Sub" => {
                let (template, own) = match arguments {
                    Json::Array(both) => (both[0].as_str().unwrap(), self.worked_out(&both[1])),
                    text => (text.as_str().unwrap(), json!({})),
                };
                let mut pieces = template.split("${");
                let mut said = pieces.next().unwrap().to_owned();
                for piece in pieces {
                    let (name, rest) = piece.split_once('}').unwrap();
                    said += &match name.strip_prefix('!') {
                        Some(literal) => format!("${{{literal}}}"),
                        None => match own.get(name).cloned().unwrap_or_else(|| self.value(name)) {
                            Json::String(text) => text,
                            other => panic!("{}: `{name}` in a text is {other}", self.name),
                        },
                    };
                    said += rest;
                }
                json!(said)
            }
            other => panic!("{}: {other} is not expected", self.name),
        }
    }

    /// `Stage`, `AWS::StackName`, `Table`, `Table.Arn` or `AuthStack.Outputs.TableArn`
    fn value(&self, path: &str) -> Json {
        if path == "AWS::NoValue" {
            return Json::Null;
        }
        if path == "AWS::StackName" {
            return json!(self.name);
        }
        if path == "AWS::StackId" {
            return json!(format!(
                "arn:aws:cloudformation:us-east-1:000000000000:stack/{0}/id-of-{0}",
                self.name
            ));
        }
        if let Some(parameter) = self.parameters.get(path) {
            return parameter.clone();
        }
        let (id, attribute) = path.split_once('.').unwrap_or((path, "Ref"));
        if let Some(outputs) = self.nested.get(id) {
            let name = attribute.strip_prefix("Outputs.").expect("an output");
            return outputs.get(name).unwrap_or_else(|| panic!("{id} has no output {name}")).clone();
        }
        if !id.starts_with("AWS::") {
            let resource = &self.template["Resources"][id];
            assert!(resource.is_object(), "{}: {id} is not there", self.name);
            assert!(self.exists(resource), "{}: {id} does not exist, and its {attribute} is used", self.name);
        }
        if attribute == "NameServers" {
            return json!([format!("{path}/1"), format!("{path}/2")]);
        }
        json!(format!("<{path}>"))
    }
}
