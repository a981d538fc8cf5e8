//! A picture of a template: who calls, reads, writes and triggers whom.
//!
//! Nodes are what a reader wants to see; what merely belongs to one of them (a function's role, log group and
//! alias, an API's resolvers) is grouped into it. Edges come from the template's references and IAM grants.
//!
//! ```
//! use cfn::{Raw, Template, graph::{Detail, Graph}};
//!
//! let mut template = Template::new("Photos");
//! template.part("data", |t| t.add("Photos", Raw::new("AWS::DynamoDB::Table")));
//! let graph = Graph::of(&template, Detail::Main);
//! assert!(graph.to_mermaid().contains("Photos"));
//! assert!(graph.to_svg().starts_with("<svg"));
//! ```

mod edges;
mod layout;
mod mermaid;
mod owner;
mod route;
mod service;
mod svg;
mod symbol;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::check::view::{entries, keys, mentioned};
use crate::template::Template;
use service::Service;

/// How much a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What matters to a reader; the rest is grouped into it.
    Main,
    /// Every resource, and every reference.
    All,
}

/// What a picture is made of.
#[derive(Debug)]
pub struct Graph {
    description: String,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

#[derive(Debug)]
struct Node {
    /// The logical id.
    id: String,
    name: String,
    service: Service,
    part: Option<String>,
    /// The logical ids of what is grouped into it.
    grouped: Vec<String>,
    is_conditional: bool,
}

/// From one node to another, by their positions.
#[derive(Debug)]
struct Edge {
    from: usize,
    to: usize,
    label: String,
}

impl Graph {
    /// The picture of a template of ours, with its parts.
    #[must_use]
    pub fn of(template: &Template, detail: Detail) -> Self {
        let mut parts = BTreeMap::new();
        for part in template.parts() {
            parts.extend(part.resources.iter().filter_map(|id| Some((*id, part.name?))));
        }
        Self::new(&template.to_json(), &parts, detail)
    }

    /// The picture of any template.
    #[must_use]
    pub fn of_json(template: &Json, detail: Detail) -> Self {
        Self::new(template, &BTreeMap::new(), detail)
    }

    /// As a Mermaid flow chart.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        mermaid::text(self)
    }

    /// As an SVG document, for light and dark pages.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::document(self, &layout::of(self))
    }

    fn new(template: &Json, parts: &BTreeMap<&str, &str>, detail: Detail) -> Self {
        let resources = Resources::new(template);
        let owners = match detail {
            Detail::Main => owner::owners(&resources),
            Detail::All => resources.ids().map(|id| (id, id)).collect(),
        };
        let mut nodes: Vec<Node> = Vec::new();
        for id in resources.ids().filter(|id| owners.get(id) == Some(id)) {
            let grouped: Vec<String> = resources
                .ids()
                .filter(|other| *other != id && owners.get(other) == Some(&id))
                .map(str::to_owned)
                .collect();
            let alike =
                1 + grouped.iter().filter(|other| resources.kind(other) == resources.kind(id)).count();
            let service = service::of(resources.kind(id), &resources.get(id)["Properties"]);
            nodes.push(Node {
                id: id.to_owned(),
                name: if alike > 1 { format!("{alike} {}", service.things()) } else { id.to_owned() },
                service,
                part: parts.get(id).map(|part| (*part).to_owned()),
                grouped,
                is_conditional: resources.get(id)["Condition"].is_string(),
            });
        }
        let edges = match detail {
            Detail::Main => edges::main(&resources, &owners, &nodes),
            Detail::All => edges::all(&resources, &nodes),
        };
        let description = template["Description"].as_str().unwrap_or("A CloudFormation template").to_owned();
        Self { description, nodes, edges }
    }

    /// The parts that have a node, in the order of their first.
    fn parts(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = Vec::new();
        for part in self.nodes.iter().filter_map(|node| node.part.as_deref()) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts
    }
}

/// The resources of a template, and who refers to whom.
struct Resources<'a> {
    json: &'a Json,
    references: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Resources<'a> {
    fn new(template: &'a Json) -> Self {
        let json = &template["Resources"];
        let references = entries(json)
            .map(|(id, resource)| {
                let named = mentioned(&resource["Properties"]).into_iter();
                (id, named.filter(|other| json.get(other).is_some()).collect())
            })
            .collect();
        Self { json, references }
    }

    fn ids(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        keys(self.json)
    }

    fn get(&self, id: &str) -> &'a Json {
        &self.json[id]
    }

    fn kind(&self, id: &str) -> &'a str {
        self.json[id]["Type"].as_str().unwrap_or_default()
    }

    /// The resources that this one refers to.
    fn references(&self, id: &str) -> &[&'a str] {
        self.references.get(id).map_or(&[], Vec::as_slice)
    }

    /// The resources that a value refers to.
    fn mentioned_in(&self, value: &'a Json) -> Vec<&'a str> {
        mentioned(value).into_iter().filter(|id| self.json.get(id).is_some()).collect()
    }
}
