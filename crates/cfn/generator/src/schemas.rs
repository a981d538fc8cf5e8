//! cfn-lint's bundled schemas: the enumerations of properties, and the actions of IAM.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::spec::read;

pub(crate) struct Schemas {
    pub(crate) version: String,
    folder: PathBuf,
    /// Each resource type's file, as `us-east-1` has it: the region where every type exists first.
    files: Json,
    policies: Json,
    runtimes: Json,
}

impl Schemas {
    pub(crate) fn read(cfnlint: &Path) -> Result<Self, String> {
        let data = cfnlint.join("data");
        let version = fs::read_to_string(cfnlint.join("version.py")).unwrap_or_default();
        Ok(Self {
            version: version.split('"').rev().nth(1).unwrap_or_default().to_owned(),
            files: read(&data.join("schemas/providers/us-east-1.json"))?,
            folder: data.join("schemas/resources"),
            policies: read(&data.join("AdditionalSpecs/Policies.json"))?,
            runtimes: read(&data.join("AdditionalSpecs/LmbdRuntimeLifecycle.json"))?,
        })
    }

    /// The schema of a resource type; empty if cfn-lint does not know the type.
    pub(crate) fn resource(&self, resource: &str) -> Json {
        let file = self.files[resource].as_str().map(|name| self.folder.join(format!("{name}.json")));
        file.and_then(|file| read(&file).ok()).unwrap_or_default()
    }

    /// The actions of a service, in lower case, as IAM compares them.
    pub(crate) fn actions(&self, service: &str) -> Result<Vec<&str>, String> {
        let actions = self.policies[service]["Actions"].as_object();
        let actions = actions.ok_or_else(|| format!("cfn-lint has no actions of `{service}`"))?;
        let sorted: BTreeSet<&str> = actions.keys().map(String::as_str).collect();
        Ok(sorted.into_iter().collect())
    }

    /// All services that have actions, by IAM's names.
    pub(crate) fn action_services(&self) -> BTreeSet<&str> {
        let services = self.policies.as_object().into_iter().flatten();
        services.map(|(name, _)| name.as_str()).collect()
    }

    /// The Lambda runtimes, from those long gone to the newest.
    pub(crate) fn runtimes(&self) -> impl Iterator<Item = &str> {
        self.runtimes.as_object().into_iter().flat_map(|runtimes| runtimes.keys().map(String::as_str))
    }
}

/// A place in a resource's schema, with all the alternatives that may stand there.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    root: &'a Json,
    alternatives: Vec<&'a Json>,
    /// The keywords whose schemas are looked into.
    choices: &'static [&'static str],
}

impl<'a> Node<'a> {
    pub(crate) fn root(root: &'a Json) -> Self {
        Self { root, alternatives: vec![root], choices: &["oneOf", "anyOf", "allOf"] }
    }

    /// A place of which only what always holds is wanted, no alternatives.
    pub(crate) fn certain(root: &'a Json) -> Self {
        Self { root, alternatives: vec![root], choices: &["allOf"] }
    }

    pub(crate) fn property(&self, name: &str) -> Self {
        self.descend(|schema| schema["properties"].get(name).into_iter().collect())
    }

    /// The elements of a list. cfn-lint also writes what it knows of them beside the list itself.
    pub(crate) fn items(&self) -> Self {
        let mut items = self.descend(|schema| {
            let first = schema["prefixItems"].as_array().into_iter().flatten();
            schema.get("items").into_iter().chain(first).collect()
        });
        items.alternatives.extend(&self.alternatives);
        items
    }

    /// The elements of a list, without what is said of the list.
    pub(crate) fn items_alone(&self) -> Self {
        self.descend(|schema| schema.get("items").into_iter().collect())
    }

    /// What a keyword says here, if all that say something agree.
    pub(crate) fn keyword(&self, name: &str) -> Option<&'a Json> {
        let mut said = self.alternatives.iter().filter_map(|schema| schema.get(name));
        let first = said.next()?;
        said.all(|other| other == first).then_some(first)
    }

    /// The literals that are allowed here, as text; empty if any is.
    pub(crate) fn values(&self) -> BTreeSet<String> {
        let listed = self.keyword("enum").or_else(|| self.keyword("enumCaseInsensitive"));
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        listed.and_then(Json::as_array).into_iter().flatten().map(text).collect()
    }

    /// The shape that is taken here: `scalar`, `list`, `object`, or `json` for several; `None` if it is not said.
    pub(crate) fn shapes(&self) -> Option<&'static str> {
        let types = match self.keyword("type")? {
            Json::String(name) => vec![name.as_str()],
            names => names.as_array()?.iter().filter_map(Json::as_str).collect(),
        };
        let shape = |name: &str| match name {
            "array" => "list",
            "object" => "object",
            _ => "scalar",
        };
        let shapes: BTreeSet<&'static str> = types.into_iter().map(shape).collect();
        match shapes.first() {
            Some(only) if shapes.len() == 1 => Some(only),
            _ => Some("json"),
        }
    }

    /// The texts that are allowed here; empty if any is.
    pub(crate) fn enumeration(&self) -> BTreeSet<String> {
        let lists =
            self.alternatives.iter().flat_map(|schema| [&schema["enum"], &schema["enumCaseInsensitive"]]);
        lists.filter_map(Json::as_array).flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    fn descend(&self, step: impl Fn(&'a Json) -> Vec<&'a Json>) -> Self {
        let mut alternatives = Vec::new();
        for schema in self.alternatives.iter().flat_map(|schema| step(schema)) {
            self.expand(schema, 0, &mut alternatives);
        }
        Self { root: self.root, alternatives, choices: self.choices }
    }

    fn expand(&self, schema: &'a Json, depth: usize, found: &mut Vec<&'a Json>) {
        if depth > 8 {
            return;
        }
        if let Some(pointer) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            self.root.pointer(pointer).into_iter().for_each(|target| self.expand(target, depth + 1, found));
        }
        found.push(schema);
        for choice in self.choices {
            for option in schema[*choice].as_array().into_iter().flatten() {
                self.expand(option, depth + 1, found);
            }
        }
    }
}
