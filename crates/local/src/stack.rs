//! The template, deployed on the laptop: parameters and conditions decided, every reference resolved.
//!
//! Physical ids and attributes are functions of the logical ids, so they are the same at every start.

mod addresses;
mod attributes;
mod intrinsics;
mod parameters;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use addresses::Addresses;
pub(crate) use attributes::role_id;
use intrinsics::Scope;

/// The account of everything local, as in AWS's own documentation.
pub(crate) const ACCOUNT: &str = local_dynamodb::ACCOUNT;
/// The region of everything local.
pub(crate) const REGION: &str = local_dynamodb::REGION;
/// The stack's name; physical names begin with it.
pub(crate) const STACK: &str = "parlor-local";

/// A deployed stack.
#[derive(Debug)]
pub(crate) struct Stack {
    /// By logical id. Resources whose condition is false are not among them.
    pub(crate) resources: BTreeMap<String, Resource>,
    /// By name.
    pub(crate) outputs: BTreeMap<String, String>,
}

/// A resource with everything in it resolved.
#[derive(Debug)]
pub(crate) struct Resource {
    /// As `AWS::DynamoDB::Table`.
    pub(crate) kind: String,
    /// What `Ref` gives.
    pub(crate) physical_id: String,
    /// Without intrinsics.
    pub(crate) properties: Value,
}

/// The template cannot be deployed here.
#[derive(Debug, thiserror::Error)]
#[error("the template cannot be served: {0}")]
pub(crate) struct StackError(pub(crate) String);

impl Stack {
    /// Decides and resolves the whole template. `base_url` is where the services will answer.
    pub(crate) fn deploy(
        template: &Value,
        parameters: &BTreeMap<String, String>,
        base_url: &str,
    ) -> Result<Stack, StackError> {
        let scope = Scope::new(template, parameters, base_url)?;
        let mut resources = BTreeMap::new();
        for (id, resource) in scope.resources() {
            if !scope.is_made(resource)? {
                continue;
            }
            let deployed = Resource {
                kind: scope.kind(id)?.to_owned(),
                physical_id: scope.reference(id)?,
                properties: scope.resolve(resource.get("Properties").unwrap_or(&Value::Null))?,
            };
            resources.insert(id.clone(), deployed);
        }
        let addresses = Addresses::of(&resources, base_url);
        for resource in resources.values_mut() {
            addresses.put_into(&mut resource.properties);
        }
        let mut outputs = scope.outputs()?;
        outputs.values_mut().for_each(|output| addresses.put_into_text(output));
        Ok(Stack { resources, outputs })
    }

    /// The resources of one type, with their logical ids.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&String, &Resource)> {
        self.resources.iter().filter(move |(_, resource)| resource.kind == kind)
    }

    /// The one resource of a type that can be there only once.
    pub(crate) fn only(&self, kind: &str) -> Result<(&String, &Resource), StackError> {
        let mut found = self.of_kind(kind);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(StackError(format!("it has no {kind}"))),
            (Some(_), Some(_)) => Err(StackError(format!("it has more than one {kind}; one is served"))),
        }
    }

    /// An output as text.
    pub(crate) fn output(&self, name: &str) -> Result<&str, StackError> {
        self.outputs
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| StackError(format!("it has no output {name}")))
    }
}

impl Resource {
    /// A property by its path, as `/LogConfig/FieldLogLevel`.
    pub(crate) fn property(&self, pointer: &str) -> Option<&Value> {
        self.properties.pointer(pointer).filter(|value| !value.is_null())
    }

    /// A property that is text; numbers and booleans are written out, as CloudFormation does.
    pub(crate) fn text(&self, pointer: &str) -> Option<String> {
        match self.property(pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// A property that is a list of texts; absent is empty.
    pub(crate) fn texts(&self, pointer: &str) -> Vec<String> {
        let items = self.property(pointer).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// A property that is a whole number, also if written as text.
    pub(crate) fn number(&self, pointer: &str) -> Option<u64> {
        self.text(pointer)?.parse().ok()
    }
}
