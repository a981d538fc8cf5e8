//! The specification as a table of text, which `cfn` reads as far as it needs it: one line a type.
//!
//! A line is a type's name, a space, and its definition as JSON; property types are named after their resource,
//! `AWS::S3::Bucket.Rule`. A property's `type` is `string` where it is left out, a scalar, `json` for anything, a
//! property type's name, or one of these in a list `[…]` or a map `{…}`. `Tag` belongs to no resource in particular.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::schemas::{Node, Schemas};
use crate::spec::Spec;
use crate::{corrections, links};

/// Services that only the checks know: what templates have beside a serverless application. Resources that
/// hold data are known whatever their service.
const FURTHER: [&str; 12] = [
    "AWS::ApplicationAutoScaling",
    "AWS::EC2",
    "AWS::ECR",
    "AWS::ECS",
    "AWS::ElasticLoadBalancingV2",
    "AWS::Kinesis",
    "AWS::KinesisFirehose",
    "AWS::Pipes",
    "AWS::RDS",
    "AWS::SES",
    "AWS::StepFunctions",
    "AWS::XRay",
];

/// The table's lines by name: resources of these services, of the further ones, and all that hold data.
pub(crate) fn lines(spec: &Spec, schemas: &Schemas, services: &[(&str, &str)]) -> BTreeMap<String, Json> {
    let tag = json!({ "properties": { "Key": { "required": true }, "Value": {} } });
    let mut lines = BTreeMap::from([("Tag".to_owned(), tag)]);
    for (name, resource) in &spec.resources {
        let service = name.rsplit_once("::").map_or("", |(service, _)| service);
        let is_ours = services.iter().any(|(_, namespace)| *namespace == service);
        if is_ours || FURTHER.contains(&service) || resource["isStateful"] == true {
            resource_lines(spec, schemas, name, resource, &mut lines);
        }
    }
    lines
}

pub(crate) fn text(lines: &BTreeMap<String, Json>) -> String {
    lines.iter().map(|(name, definition)| format!("{name} {definition}\n")).collect()
}

fn resource_lines(
    spec: &Spec,
    schemas: &Schemas,
    name: &str,
    resource: &Json,
    lines: &mut BTreeMap<String, Json>,
) {
    let schema = schemas.resource(name);
    let mut types = Types { spec, schemas, resource: name, names: BTreeMap::new(), lines };
    let properties = types.properties(name, resource, &Node::certain(&schema));
    let mut definition = Map::new();
    if resource["isStateful"] == true {
        definition.insert("stateful".into(), json!(true));
    }
    if let Some(reference) = spec.reference(name) {
        definition.insert("ref".into(), json!(reference));
    }
    let read_only = schema["readOnlyProperties"].as_array().into_iter().flatten().filter_map(Json::as_str);
    let mut attributes: BTreeSet<String> =
        read_only.map(|path| path.trim_start_matches("/properties/").replace('/', ".")).collect();
    attributes.extend(resource["attributes"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    let identifier = resource["primaryIdentifier"].as_array().into_iter().flatten().filter_map(Json::as_str);
    attributes.extend(identifier.map(str::to_owned));
    if !attributes.is_empty() {
        definition.insert("attributes".into(), json!(attributes));
    }
    definition.insert("properties".into(), properties);
    lines.insert(name.to_owned(), Json::Object(definition));
}

/// The property types of one resource.
struct Types<'a> {
    spec: &'a Spec,
    schemas: &'a Schemas,
    resource: &'a str,
    /// By their id in the specification.
    names: BTreeMap<String, String>,
    lines: &'a mut BTreeMap<String, Json>,
}

impl Types<'_> {
    fn properties(&mut self, owner: &str, definition: &Json, node: &Node<'_>) -> Json {
        let sorted: BTreeMap<&String, &Json> =
            definition["properties"].as_object().into_iter().flatten().collect();
        let mut properties = Map::new();
        for (name, property) in sorted {
            let node = node.property(name);
            let mut facts = Map::new();
            let mut kind = self.kind(&property["type"], &node);
            if let Some(shapes) = node.shapes()
                && property["type"]["type"] != "union"
                && shapes != shape(&kind)
                && !(shapes == "scalar" && kind == "json")
            {
                // The sources disagree, or the schema takes several.
                kind = "json".to_owned();
            }
            if kind != "string" {
                facts.insert("type".into(), json!(kind));
            }
            if property["required"] == true {
                facts.insert("required".into(), json!(true));
            }
            if let Some(replaces) = property["causesReplacement"].as_str().filter(|word| *word != "no") {
                facts.insert("replaces".into(), json!(replaces));
            }
            self.values(owner, name, property, &kind, &node, &mut facts);
            let targets: BTreeSet<String> = links::targets(self.spec, owner, name, property)
                .iter()
                .map(|target| format!("{}.{}", target.0, target.1))
                .collect();
            if !targets.is_empty() {
                facts.insert("links".into(), json!(targets));
            }
            properties.insert(name.clone(), Json::Object(facts));
        }
        Json::Object(properties)
    }

    /// What a literal has to be: of these values, of this form, this long.
    fn values(
        &self,
        owner: &str,
        name: &str,
        property: &Json,
        kind: &str,
        node: &Node<'_>,
        facts: &mut Map<String, Json>,
    ) {
        let mut leaf = (node.clone(), &property["type"]);
        while leaf.1["element"].is_object() {
            leaf = (leaf.0.items_alone(), &leaf.1["element"]);
        }
        let is_json = kind.contains("json");
        let is_text = leaf.1["type"] == "string" && !is_json;
        let mut allowed: BTreeSet<String> =
            corrections::enumeration(owner, name).iter().map(|value| (*value).to_owned()).collect();
        if (owner, name) == ("AWS::Lambda::Function", "Runtime") {
            allowed = self.schemas.runtimes().map(str::to_owned).collect();
        }
        if is_text {
            let listed = leaf.1["allowedValues"].as_array().into_iter().flatten();
            allowed.extend(listed.filter_map(Json::as_str).map(str::to_owned));
        }
        if !is_json {
            allowed.extend(leaf.0.values());
        }
        if !allowed.is_empty() {
            let mut allowed: Vec<String> = allowed.iter().cloned().collect();
            allowed.sort_by_key(|value| value.parse::<i64>().unwrap_or_default());
            facts.insert("values".into(), json!(allowed));
        }
        let mut bounds: Vec<(&str, &str, &Node<'_>)> = Vec::new();
        if is_text && allowed.is_empty() {
            bounds.extend([
                ("pattern", "pattern", &leaf.0),
                ("shortest", "minLength", &leaf.0),
                ("longest", "maxLength", &leaf.0),
            ]);
        }
        if ["integer", "number"].iter().any(|number| leaf.1["type"] == *number) && !is_json {
            bounds.extend([("least", "minimum", &leaf.0), ("most", "maximum", &leaf.0)]);
        }
        if kind.starts_with('[') {
            bounds.extend([("fewest", "minItems", node), ("many", "maxItems", node)]);
        }
        if let Some(pattern) = corrections::pattern(owner, name) {
            facts.insert("pattern".into(), json!(pattern));
        }
        for (fact, keyword, node) in bounds {
            // No length and no count is below none.
            let says_nothing =
                |bound: &&Json| bound.as_i64() == Some(0) && ["shortest", "fewest"].contains(&fact);
            if let Some(bound) = node.keyword(keyword).filter(|bound| !says_nothing(bound)) {
                facts.insert(fact.into(), bound.clone());
            }
        }
    }

    fn kind(&mut self, definition: &Json, node: &Node<'_>) -> String {
        let element = |types: &mut Self| types.kind(&definition["element"], &node.items_alone());
        match definition["type"].as_str().unwrap_or_default() {
            "array" => format!("[{}]", element(self)),
            "map" => format!("{{{}}}", element(self)),
            "ref" => self.property_type(definition["reference"]["$ref"].as_str().unwrap_or_default(), node),
            scalar @ ("string" | "boolean" | "integer" | "number") => scalar.to_owned(),
            "date-time" => "string".to_owned(),
            "tag" => "Tag".to_owned(),
            "union" => {
                let types = definition["types"].as_array().into_iter().flatten();
                // Beside `json`, a list or a property type is what is meant.
                let parts = |option: &&Json| ["array", "ref"].iter().any(|name| option["type"] == *name);
                types.filter(parts).map(|option| self.kind(option, node)).next().unwrap_or("json".to_owned())
            }
            _ => "json".to_owned(),
        }
    }

    fn property_type(&mut self, id: &str, node: &Node<'_>) -> String {
        if let Some(name) = self.names.get(id) {
            return name.clone();
        }
        let definition = self.spec.property_type(id);
        let mut name = definition["name"].as_str().unwrap_or_default().to_owned();
        while self.names.values().any(|taken| *taken == name) {
            name.push('_');
        }
        self.names.insert(id.to_owned(), name.clone());
        let owner = definition["name"].as_str().unwrap_or_default();
        let properties = self.properties(owner, definition, node);
        self.lines.insert(format!("{}.{name}", self.resource), json!({ "properties": properties }));
        name
    }
}

/// What JSON a kind of value is written in.
fn shape(kind: &str) -> &'static str {
    match kind {
        "string" | "boolean" | "integer" | "number" => "scalar",
        "json" => "json",
        list if list.starts_with('[') => "list",
        _ => "object",
    }
}
