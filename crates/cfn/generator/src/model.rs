//! A service as Rust will have it: structs, their properties, and the names of all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::enumerations::{self, Enumeration};
use crate::links::Links;
use crate::schemas::{Node, Schemas};
use crate::spec::Spec;
use crate::{corrections, names, naming};

pub(crate) struct Service {
    pub(crate) module: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) structs: Vec<Struct>,
    pub(crate) enumerations: Vec<Enumeration>,
}

/// A resource type or a property type.
pub(crate) struct Struct {
    pub(crate) name: String,
    /// The resource type that it is, or belongs to.
    pub(crate) resource: String,
    /// AWS's name of the property type; `None` for a resource.
    pub(crate) property_type: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) properties: Vec<Property>,
}

pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
    /// `yes`, `maybe`, or empty.
    pub(crate) replaces: String,
    pub(crate) default: Option<String>,
    /// AWS's prose.
    pub(crate) documentation: String,
}

/// What `Ref` or `Fn::GetAtt` gives.
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) kind: Kind,
    pub(crate) is_reference: bool,
}

/// What a property takes.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A type by its path.
    Plain(String),
    /// One of these values, in a type that is named once all are known.
    OneOf(BTreeSet<String>),
    /// A property type, by its id in the specification.
    PropertyType(String),
    List(Box<Kind>),
    Entries(Box<Kind>),
}

pub(crate) fn service(
    spec: &Spec,
    schemas: &Schemas,
    links: &mut Links,
    module: &'static str,
    namespace: &'static str,
) -> Service {
    let prefix = format!("{namespace}::");
    let of_service: Vec<&str> =
        spec.resources.keys().filter(|name| name.starts_with(&prefix)).map(String::as_str).collect();
    let mut collected = Collected { spec, schemas, links, structs: Vec::new(), seen: BTreeMap::new() };
    for resource in of_service {
        collected.resource(resource);
    }
    let Collected { mut structs, seen, .. } = collected;
    let names = naming::property_types(spec, &structs, &seen);
    for item in &mut structs {
        for property in &mut item.properties {
            resolve(&mut property.kind, &names);
        }
    }
    for (id, at) in &seen {
        names.get(id).into_iter().for_each(|name| structs[*at].name.clone_from(name));
    }
    structs.sort_by(|left, right| left.name.cmp(&right.name));
    structs.dedup_by(|right, left| right.name == left.name);
    let enumerations = enumerations::name(&mut structs);
    Service { module, namespace, structs, enumerations }
}

struct Collected<'a> {
    spec: &'a Spec,
    schemas: &'a Schemas,
    links: &'a mut Links,
    structs: Vec<Struct>,
    /// Property types by id, and where they are among the structs.
    seen: BTreeMap<String, usize>,
}

impl Collected<'_> {
    fn resource(&mut self, name: &str) {
        let schema = self.schemas.resource(name);
        let definition = &self.spec.resources[name];
        let properties = self.properties(name, name, definition, &Node::root(&schema));
        self.structs.push(Struct {
            name: name.rsplit("::").next().unwrap_or(name).to_owned(),
            resource: name.to_owned(),
            property_type: None,
            attributes: attributes(self.spec, name),
            properties,
        });
    }

    fn properties(
        &mut self,
        resource: &str,
        owner: &str,
        definition: &Json,
        node: &Node<'_>,
    ) -> Vec<Property> {
        let mut properties = Vec::new();
        for (name, property) in definition["properties"].as_object().into_iter().flatten() {
            let node = node.property(name);
            let link = self.links.of(self.spec, resource, owner, name, property);
            let mut allowed =
                corrections::enumeration(owner, name).iter().map(|value| (*value).to_owned()).collect();
            if (owner, name.as_str()) == ("AWS::Lambda::Function", "Runtime") {
                allowed = self.schemas.runtimes().map(str::to_owned).collect();
            }
            let kind = match link {
                Some(link) => wrap(&property["type"], Kind::Plain(format!("link::{link}"))),
                None if is_policy(name) => Kind::Plain("PolicyDocument".to_owned()),
                None => self.kind(resource, &property["type"], &node, allowed),
            };
            properties.push(Property {
                name: name.clone(),
                kind,
                is_required: property["required"] == true,
                replaces: property["causesReplacement"].as_str().unwrap_or_default().to_owned(),
                default: property["defaultValue"].as_str().map(str::to_owned),
                documentation: property["documentation"].as_str().unwrap_or_default().to_owned(),
            });
        }
        properties.sort_by(|left, right| left.name.cmp(&right.name));
        properties
    }

    fn kind(
        &mut self,
        resource: &str,
        definition: &Json,
        node: &Node<'_>,
        mut allowed: BTreeSet<String>,
    ) -> Kind {
        match definition["type"].as_str().unwrap_or_default() {
            "array" => {
                Kind::List(Box::new(self.kind(resource, &definition["element"], &node.items(), allowed)))
            }
            "map" => {
                Kind::Entries(Box::new(self.kind(resource, &definition["element"], &node.items(), allowed)))
            }
            "union" => self.kind(resource, preferred(definition), node, allowed),
            "ref" => {
                let id = definition["reference"]["$ref"].as_str().unwrap_or_default();
                self.property_type(resource, id, node);
                Kind::PropertyType(id.to_owned())
            }
            "string" => {
                let listed = definition["allowedValues"].as_array().into_iter().flatten();
                allowed.extend(listed.filter_map(Json::as_str).map(str::to_owned));
                allowed.extend(node.enumeration());
                if allowed.is_empty() { plain(definition) } else { Kind::OneOf(allowed) }
            }
            _ => plain(definition),
        }
    }

    fn property_type(&mut self, resource: &str, id: &str, node: &Node<'_>) {
        if self.seen.contains_key(id) {
            return;
        }
        let at = self.structs.len();
        self.seen.insert(id.to_owned(), at);
        let definition = self.spec.property_type(id);
        let name = definition["name"].as_str().unwrap_or_default().to_owned();
        // Its place is taken before its own property types are collected: some contain themselves.
        self.structs.push(Struct {
            name: name.clone(),
            resource: resource.to_owned(),
            property_type: Some(name.clone()),
            attributes: Vec::new(),
            properties: Vec::new(),
        });
        self.structs[at].properties = self.properties(resource, &name, definition, node);
    }
}

/// Of the types that a property may have, the one that says most.
fn preferred(union: &Json) -> &Json {
    let types = union["types"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of = |name: &str| types.iter().find(|option| option["type"] == name);
    ["array", "ref", "map", "json", "string"].into_iter().find_map(of).unwrap_or(&Json::Null)
}

fn plain(definition: &Json) -> Kind {
    let path = match definition["type"].as_str().unwrap_or_default() {
        "string" => "String",
        "boolean" => "bool",
        "integer" => "i64",
        "number" => "f64",
        "tag" => "Tag",
        _ => "Json",
    };
    Kind::Plain(path.to_owned())
}

fn wrap(definition: &Json, kind: Kind) -> Kind {
    if definition["type"] == "array" { Kind::List(Box::new(kind)) } else { kind }
}

fn is_policy(property: &str) -> bool {
    ["PolicyDocument", "AssumeRolePolicyDocument", "ResourcePolicyDocument"].contains(&property)
}

fn attributes(spec: &Spec, resource: &str) -> Vec<Attribute> {
    let own = resource.rsplit("::").next().unwrap_or(resource);
    let method = |name: &str| match name {
        // A handle's `id()` is the logical one.
        "Id" => format!("{}_id", names::snake(own)),
        name => names::snake(name),
    };
    let reference = spec.reference(resource).unwrap_or("Ref");
    let mut attributes = vec![Attribute {
        name: reference.to_owned(),
        method: method(reference),
        kind: Kind::Plain("String".to_owned()),
        is_reference: true,
    }];
    for (name, attribute) in spec.resources[resource]["attributes"].as_object().into_iter().flatten() {
        let kind = match attribute["type"]["type"].as_str().unwrap_or_default() {
            "ref" | "union" | "map" => continue,
            "array" => Kind::List(Box::new(plain(&attribute["type"]["element"]))),
            _ => plain(&attribute["type"]),
        };
        let attribute = Attribute { name: name.clone(), method: method(name), kind, is_reference: false };
        if attributes.iter().all(|other| other.method != attribute.method) {
            attributes.push(attribute);
        }
    }
    attributes[0].method = match attributes[0].method.as_str() {
        "ref" => "ref_".to_owned(),
        method => method.to_owned(),
    };
    attributes[1..].sort_by(|left, right| left.method.cmp(&right.method));
    attributes
}

fn resolve(kind: &mut Kind, names: &BTreeMap<String, String>) {
    match kind {
        Kind::PropertyType(id) => {
            *kind = Kind::Plain(names.get(id).cloned().unwrap_or_else(|| "Json".to_owned()))
        }
        Kind::List(element) | Kind::Entries(element) => resolve(element, names),
        Kind::Plain(_) | Kind::OneOf(_) => {}
    }
}
