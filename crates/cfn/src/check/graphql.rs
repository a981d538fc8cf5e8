//! The GraphQL schema: that it parses, that its types exist, and that every resolver's field does.

use std::collections::{BTreeMap, BTreeSet};

use apollo_parser::Parser;
use apollo_parser::cst::{self, CstNode as _, Definition};

use super::policies::nearest;
use super::problem::Findings;
use super::view::View;

/// The scalars of GraphQL, and those that AppSync adds. Source: "Scalar types in GraphQL" in its guide.
const SCALARS: [&str; 14] = [
    "AWSDate",
    "AWSDateTime",
    "AWSEmail",
    "AWSIPAddress",
    "AWSJSON",
    "AWSPhone",
    "AWSTime",
    "AWSTimestamp",
    "AWSURL",
    "Boolean",
    "Float",
    "ID",
    "Int",
    "String",
];

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for schema in view.of("AWS::AppSync::GraphQLSchema") {
        let Some(text) = schema.get("Definition").as_str() else {
            continue;
        };
        let tree = Parser::new(text).parse();
        let mut errors = tree.errors().peekable();
        if errors.peek().is_some() {
            for error in errors.take(5) {
                let line = text.get(..error.index()).unwrap_or(text).matches('\n').count() + 1;
                let what = error.message();
                findings.error(schema.id, format!("line {line} of the schema: {what}; correct it"));
            }
            continue;
        }
        let types = Types::of(&tree.document());
        types.check(schema.id, findings);
        for resolver in view.of("AWS::AppSync::Resolver") {
            if !view.is_same(resolver.get("ApiId"), schema.get("ApiId")) {
                continue;
            }
            let (parent, field) = (resolver.get("TypeName").as_str(), resolver.get("FieldName").as_str());
            if let (Some(parent), Some(field)) = (parent, field) {
                types.resolves(resolver.id, parent, field, findings);
            }
        }
    }
}

#[derive(Default)]
struct Types {
    /// All types, and the fields of those that have some.
    fields: BTreeMap<String, BTreeSet<String>>,
    /// Where a type is named, and its name.
    uses: Vec<(String, String)>,
    twice: Vec<String>,
    roots: BTreeSet<String>,
}

impl Types {
    fn of(document: &cst::Document) -> Self {
        let mut types = Self::default();
        for definition in document.definitions() {
            types.add(definition);
        }
        types
    }

    fn add(&mut self, definition: Definition) {
        use Definition as D;
        let is_extension = definition.syntax().text().to_string().trim_start().starts_with("extend");
        let (name, fields) = match definition {
            D::ObjectTypeDefinition(t) => (t.name(), t.fields_definition()),
            D::ObjectTypeExtension(t) => (t.name(), t.fields_definition()),
            D::InterfaceTypeDefinition(t) => (t.name(), t.fields_definition()),
            D::InterfaceTypeExtension(t) => (t.name(), t.fields_definition()),
            D::InputObjectTypeDefinition(t) => {
                let name = t.name().map(|name| name.text().to_string()).unwrap_or_default();
                let inputs = t.input_fields_definition().into_iter();
                for input in inputs.flat_map(|fields| fields.input_value_definitions()) {
                    self.used(&name, input.ty());
                }
                (t.name(), None)
            }
            D::EnumTypeDefinition(t) => (t.name(), None),
            D::ScalarTypeDefinition(t) => (t.name(), None),
            D::UnionTypeDefinition(t) => {
                let name = t.name().map(|name| name.text().to_string()).unwrap_or_default();
                for member in t.union_member_types().into_iter().flat_map(|members| members.named_types()) {
                    let member = member.name().map(|name| name.text().to_string()).unwrap_or_default();
                    self.uses.push((name.clone(), member));
                }
                (t.name(), None)
            }
            D::SchemaDefinition(schema) => {
                for root in schema.root_operation_type_definitions() {
                    let name = root.named_type().and_then(|named| named.name());
                    let name = name.map(|name| name.text().to_string()).unwrap_or_default();
                    self.uses.push(("schema".to_owned(), name.clone()));
                    self.roots.insert(name);
                }
                return;
            }
            _ => return,
        };
        let Some(name) = name.map(|name| name.text().to_string()) else {
            return;
        };
        if self.fields.contains_key(&name) && !is_extension {
            self.twice.push(name.clone());
        }
        let mut names = BTreeSet::new();
        for field in fields.into_iter().flat_map(|fields| fields.field_definitions()) {
            let own = field.name().map(|name| name.text().to_string()).unwrap_or_default();
            self.used(&format!("{name}.{own}"), field.ty());
            let arguments = field.arguments_definition().into_iter();
            for argument in arguments.flat_map(|arguments| arguments.input_value_definitions()) {
                self.used(&format!("{name}.{own}"), argument.ty());
            }
            if !names.insert(own.clone()) {
                self.twice.push(format!("{name}.{own}"));
            }
        }
        self.fields.entry(name).or_default().extend(names);
    }

    fn used(&mut self, at: &str, kind: Option<cst::Type>) {
        let mut kind = kind;
        while let Some(outer) = kind {
            kind = match outer {
                cst::Type::NamedType(named) => {
                    if let Some(name) = named.name() {
                        self.uses.push((at.to_owned(), name.text().to_string()));
                    }
                    None
                }
                cst::Type::ListType(list) => list.ty(),
                cst::Type::NonNullType(inner) => match (inner.named_type(), inner.list_type()) {
                    (Some(named), _) => Some(cst::Type::NamedType(named)),
                    (_, Some(list)) => Some(cst::Type::ListType(list)),
                    _ => None,
                },
            };
        }
    }

    fn check(&self, schema: &str, findings: &mut Findings<'_>) {
        let names: Vec<&str> = self.fields.keys().map(String::as_str).collect();
        for (at, name) in &self.uses {
            if !self.fields.contains_key(name) && !SCALARS.contains(&name.as_str()) {
                let hint = near(name, &names);
                findings.error(
                    schema,
                    format!(
                        "`{at}` in the schema is of the type `{name}`, which does not exist{hint}: add it"
                    ),
                );
            }
        }
        for name in &self.twice {
            findings.error(schema, format!("`{name}` is in the schema twice: remove one"));
        }
        if !self.fields.contains_key("Query") && self.roots.is_empty() {
            findings.error(schema, "the schema has no type `Query`, which AppSync asks for: add it");
        }
    }

    fn resolves(&self, resolver: &str, parent: &str, field: &str, findings: &mut Findings<'_>) {
        let Some(fields) = self.fields.get(parent) else {
            let names: Vec<&str> = self.fields.keys().map(String::as_str).collect();
            let hint = near(parent, &names);
            let text = format!(
                "it resolves `{parent}.{field}`, but the schema has no type `{parent}`{hint}: correct it"
            );
            return findings.error(resolver, text);
        };
        if !fields.contains(field) {
            let names: Vec<&str> = fields.iter().map(String::as_str).collect();
            let hint = near(field, &names);
            let text =
                format!("it resolves `{parent}.{field}`, but `{parent}` has no such field{hint}: correct it");
            findings.error(resolver, text);
        }
    }
}

fn near(name: &str, names: &[&str]) -> String {
    nearest(name, names).map_or(String::new(), |near| format!(" (the nearest is `{near}`)"))
}
