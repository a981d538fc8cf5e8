//! CloudFormation's intrinsic functions, evaluated.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::attributes::{attribute, reference};
use super::{ACCOUNT, REGION, STACK, StackError, parameters};

/// Everything that an expression can refer to.
pub(super) struct Scope<'a> {
    template: &'a Value,
    base_url: &'a str,
    parameters: Map<String, Value>,
    /// The conditions that are being decided, so that a circle ends.
    deciding: RefCell<BTreeSet<String>>,
}

/// `AWS::NoValue`, on its way to the list or object that leaves it out.
const NO_VALUE: &str = "\0AWS::NoValue";

impl<'a> Scope<'a> {
    pub(super) fn new(
        template: &'a Value,
        given: &BTreeMap<String, String>,
        base_url: &'a str,
    ) -> Result<Scope<'a>, StackError> {
        let parameters = parameters::values(template, given)?;
        let scope = Scope { template, base_url, parameters, deciding: RefCell::default() };
        scope.check_rules()?;
        Ok(scope)
    }

    /// What the template asserts of its parameters together, before anything is made.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html>
    fn check_rules(&self) -> Result<(), StackError> {
        let rules = self.template.get("Rules").and_then(Value::as_object);
        let truth = |name: &str, expression: &Value| {
            self.resolve(expression)?.as_bool().ok_or_else(|| {
                StackError(format!("rule {name} has {expression}, which is neither true nor false"))
            })
        };
        for (name, rule) in rules.into_iter().flatten() {
            if rule.get("RuleCondition").map_or(Ok(true), |condition| truth(name, condition))? {
                for assertion in rule["Assertions"].as_array().into_iter().flatten() {
                    if !truth(name, &assertion["Assert"])? {
                        let wanted = assertion["AssertDescription"].as_str();
                        let wanted =
                            wanted.map_or_else(|| format!("rule {name} does not hold"), str::to_owned);
                        return Err(StackError(wanted));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.template.get("Resources").and_then(Value::as_object).into_iter().flatten()
    }

    pub(super) fn kind(&self, id: &str) -> Result<&'a str, StackError> {
        self.resource(id)?
            .get("Type")
            .and_then(Value::as_str)
            .ok_or_else(|| StackError(format!("resource {id} has no Type")))
    }

    /// What `Ref` gives for a resource.
    pub(super) fn reference(&self, id: &str) -> Result<String, StackError> {
        let kind = self.kind(id)?;
        let properties = self.resource(id)?.get("Properties").unwrap_or(&Value::Null);
        // Theirs is made of their function's.
        let properties = match kind {
            "AWS::Lambda::Alias" | "AWS::Lambda::Version" => &self.resolve(properties)?,
            _ => properties,
        };
        Ok(reference(kind, id, properties, self.base_url))
    }

    /// Whether the resource's or output's condition holds.
    pub(super) fn is_made(&self, of: &Value) -> Result<bool, StackError> {
        of.get("Condition").and_then(Value::as_str).map_or(Ok(true), |condition| self.holds(condition))
    }

    pub(super) fn outputs(&self) -> Result<BTreeMap<String, String>, StackError> {
        let outputs = self.template.get("Outputs").and_then(Value::as_object);
        let mut values = BTreeMap::new();
        for (name, output) in outputs.into_iter().flatten() {
            if self.is_made(output)? {
                values.insert(name.clone(), plain_text(&self.resolve(&output["Value"])?));
            }
        }
        Ok(values)
    }

    /// The value without intrinsics.
    pub(super) fn resolve(&self, value: &Value) -> Result<Value, StackError> {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve(item)).collect::<Result<Vec<_>, _>>()?;
                Ok(items.into_iter().filter(|item| item != NO_VALUE).collect())
            }
            Value::Object(members) => {
                if let Some((name, argument)) = single(members)
                    && let Some(resolved) = self.intrinsic(name, argument)
                {
                    return resolved;
                }
                let mut resolved = Map::new();
                for (name, member) in members {
                    let member = self.resolve(member)?;
                    if member != NO_VALUE {
                        resolved.insert(name.clone(), member);
                    }
                }
                Ok(Value::Object(resolved))
            }
            plain => Ok(plain.clone()),
        }
    }

    /// `None`: the object is not an intrinsic function at all.
    fn intrinsic(&self, name: &str, argument: &Value) -> Option<Result<Value, StackError>> {
        let list = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
        Some(match name {
            "Ref" => self.reference_to(text(argument)),
            "Condition" => self.holds(text(argument)).map(Value::Bool),
            "Fn::GetAtt" => match argument {
                Value::String(path) => {
                    let (id, attribute) = path.split_once('.').unwrap_or((path, ""));
                    self.attribute_of(id, attribute)
                }
                _ => self.attribute_of(text(&argument[0]), text(&argument[1])),
            },
            "Fn::Sub" => match argument {
                Value::String(pattern) => self.substitute(pattern, &Map::new()),
                _ => {
                    let names = argument[1].as_object().cloned().unwrap_or_default();
                    self.substitute(text(&argument[0]), &names)
                }
            },
            "Fn::Join" => self.resolve(&argument[1]).map(|parts| {
                let parts = parts.as_array().into_iter().flatten().map(plain_text).collect::<Vec<_>>();
                Value::String(parts.join(text(&argument[0])))
            }),
            "Fn::Split" => self
                .resolve(&argument[1])
                .map(|whole| text(&whole).split(text(&argument[0])).map(Value::from).collect()),
            "Fn::Select" => self.resolve(&argument[1]).and_then(|items| {
                let index: Option<usize> = plain_text(&argument[0]).parse().ok();
                index
                    .and_then(|index| items.get(index).cloned())
                    .ok_or_else(|| StackError(format!("Fn::Select has no item {}", argument[0])))
            }),
            "Fn::If" => match self.holds(text(&argument[0])) {
                Ok(holds) => self.resolve(&argument[if holds { 1 } else { 2 }]),
                Err(error) => Err(error),
            },
            "Fn::Equals" => {
                self.pair(list()).map(|(left, right)| Value::Bool(plain_text(&left) == plain_text(&right)))
            }
            "Fn::Not" => self.truths(list()).map(|all| Value::Bool(!all.contains(&true))),
            "Fn::And" => self.truths(list()).map(|all| Value::Bool(!all.contains(&false))),
            "Fn::Or" => self.truths(list()).map(|all| Value::Bool(all.contains(&true))),
            "Fn::Contains" => self.pair(list()).map(|(all, one)| {
                let all = all.as_array().into_iter().flatten();
                Value::Bool(all.map(plain_text).any(|item| item == plain_text(&one)))
            }),
            "Fn::FindInMap" => self.resolve(argument).and_then(|path| {
                let steps: Vec<_> = path.as_array().into_iter().flatten().map(plain_text).collect();
                self.template["Mappings"]
                    .pointer(&format!("/{}", steps.join("/")))
                    .cloned()
                    .ok_or_else(|| StackError(format!("no mapping {}", steps.join("."))))
            }),
            "Fn::Base64" => {
                self.resolve(argument).map(|plain| Value::String(BASE64_STANDARD.encode(plain_text(&plain))))
            }
            unknown if unknown.starts_with("Fn::") => {
                Err(StackError(format!("{unknown} cannot be evaluated on a laptop")))
            }
            _ => return None,
        })
    }

    fn reference_to(&self, name: &str) -> Result<Value, StackError> {
        Ok(Value::String(match name {
            "AWS::Region" => REGION.into(),
            "AWS::AccountId" => ACCOUNT.into(),
            "AWS::Partition" => "aws".into(),
            "AWS::URLSuffix" => "amazonaws.com".into(),
            "AWS::StackName" => STACK.into(),
            "AWS::StackId" => format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/local"),
            "AWS::NoValue" => NO_VALUE.into(),
            _ => match self.parameters.get(name) {
                Some(parameter) => return Ok(parameter.clone()),
                None => self.reference(name)?,
            },
        }))
    }

    fn attribute_of(&self, id: &str, name: &str) -> Result<Value, StackError> {
        let properties = self.resource(id)?.get("Properties").unwrap_or(&Value::Null);
        let kind = self.kind(id)?;
        // Names that others look them up by may be put together.
        let properties = match kind {
            "AWS::AppSync::DataSource" | "AWS::AppSync::FunctionConfiguration" => {
                &self.resolve(properties)?
            }
            _ => properties,
        };
        attribute(kind, id, properties, name, self.base_url).map(Value::String).ok_or_else(|| {
            StackError(format!("{id} is a {kind}, whose attribute {name:?} is not known on a laptop"))
        })
    }

    fn substitute(&self, pattern: &str, names: &Map<String, Value>) -> Result<Value, StackError> {
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after
                .split_once('}')
                .ok_or_else(|| StackError(format!("Fn::Sub {pattern:?} has a brace that is not closed")))?;
            result.push_str(before);
            match (name.strip_prefix('!'), names.get(name), name.split_once('.')) {
                (Some(kept), _, _) => result.push_str(&format!("${{{kept}}}")),
                (_, Some(given), _) => result.push_str(&plain_text(&self.resolve(given)?)),
                (_, _, Some((id, attribute))) if !name.starts_with("AWS::") => {
                    result.push_str(&plain_text(&self.attribute_of(id, attribute)?));
                }
                _ => result.push_str(&plain_text(&self.reference_to(name)?)),
            }
            rest = tail;
        }
        result.push_str(rest);
        Ok(Value::String(result))
    }

    fn holds(&self, condition: &str) -> Result<bool, StackError> {
        let expression = self
            .template
            .get("Conditions")
            .and_then(|conditions| conditions.get(condition))
            .ok_or_else(|| StackError(format!("it has no condition {condition}")))?;
        if !self.deciding.borrow_mut().insert(condition.to_owned()) {
            return Err(StackError(format!("condition {condition} refers to itself in a circle")));
        }
        let holds = self.resolve(expression);
        self.deciding.borrow_mut().remove(condition);
        holds?.as_bool().ok_or_else(|| StackError(format!("condition {condition} is neither true nor false")))
    }

    fn truths(&self, items: &[Value]) -> Result<Vec<bool>, StackError> {
        items
            .iter()
            .map(|item| {
                self.resolve(item)?
                    .as_bool()
                    .ok_or_else(|| StackError(format!("{item} is neither true nor false")))
            })
            .collect()
    }

    fn pair(&self, items: &[Value]) -> Result<(Value, Value), StackError> {
        match items {
            [left, right] => Ok((self.resolve(left)?, self.resolve(right)?)),
            _ => Err(StackError("Fn::Equals and Fn::Contains take two values".into())),
        }
    }

    fn resource(&self, id: &str) -> Result<&'a Value, StackError> {
        self.template
            .get("Resources")
            .and_then(|resources| resources.get(id))
            .ok_or_else(|| StackError(format!("it has no resource or parameter {id}")))
    }
}

fn single(members: &Map<String, Value>) -> Option<(&String, &Value)> {
    if members.len() == 1 { members.iter().next() } else { None }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// As CloudFormation writes a scalar out.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
