//! A schema made ready: each field with who may access it and what answers it, each mutation with its subscriptions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use apollo_compiler::ast::{self, Directive, OperationType, Type};
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::{ExtendedType, Implementers, ObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node};

use crate::authorization::{Allowed, strings};
use crate::definition::{AuthMode, BuildError, Definition, Field};
use crate::resolver::Resolver;

pub(crate) struct Schema {
    pub(crate) graphql: Valid<apollo_compiler::Schema>,
    pub(crate) implementers: apollo_compiler::collections::HashMap<Name, Implementers>,
    /// The subscription fields that each mutation field feeds.
    pub(crate) subscribers_of: HashMap<String, Vec<String>>,
    pub(crate) warnings: Vec<String>,
    fields: HashMap<Name, HashMap<Name, FieldPlan>>,
}

/// What to do when a field is selected.
pub(crate) struct FieldPlan {
    pub(crate) allowed: Allowed,
    /// None: the field is a property of its parent's value.
    pub(crate) resolver: Option<Arc<dyn Resolver>>,
}

impl Schema {
    pub(crate) fn compile(mut definition: Definition) -> Result<Schema, BuildError> {
        let graphql = parse(&definition.schema)?;
        let mut fields: HashMap<Name, HashMap<Name, FieldPlan>> = HashMap::new();
        for object in object_types(&graphql) {
            let plans = fields.entry(object.name.clone()).or_default();
            for (name, field) in &object.fields {
                let allowed = Allowed::of(
                    field.directives.iter().map(Node::as_ref),
                    object.directives.iter().map(|directive| directive.as_ref()),
                    definition.default_mode,
                );
                let resolver = definition.resolvers.remove(&Field::new(object.name.as_str(), name.as_str()));
                plans.insert(name.clone(), FieldPlan { allowed, resolver });
            }
        }
        if let Some(field) = definition.resolvers.into_keys().min() {
            return Err(BuildError::UnknownField(field));
        }
        let implementers = graphql.implementers_map();
        let subscribers_of = subscribers(&graphql)?;
        let mut schema = Schema { graphql, implementers, subscribers_of, fields, warnings: Vec::new() };
        let mut modes = vec![definition.default_mode];
        modes.extend(definition.additional_modes);
        schema.warnings = schema.find_warnings(&modes);
        Ok(schema)
    }

    /// None for a field that the schema does not have.
    pub(crate) fn plan(&self, type_name: &str, field_name: &str) -> Option<&FieldPlan> {
        self.fields.get(type_name)?.get(field_name)
    }

    fn find_warnings(&self, modes: &[AuthMode]) -> Vec<String> {
        let mut warnings = Vec::new();
        for (type_name, fields) in self.fields.iter().collect::<BTreeMap<_, _>>() {
            for (name, plan) in fields.iter().collect::<BTreeMap<_, _>>() {
                for mode in plan.allowed.modes().filter(|mode| !modes.contains(mode)) {
                    warnings.push(format!(
                        "{type_name}.{name} allows {mode:?}, a mode that the API does not have."
                    ));
                }
                let is_entry = self.is_root(type_name, OperationType::Query)
                    || self.is_root(type_name, OperationType::Mutation);
                if is_entry && plan.resolver.is_none() {
                    warnings.push(format!("{type_name}.{name} has no resolver: it is always null."));
                }
            }
        }
        if let Some(subscription) = root(&self.graphql, OperationType::Subscription) {
            warnings.extend(subscription.fields.values().flat_map(|field| self.subscription_warnings(field)));
        }
        warnings
    }

    fn subscription_warnings(&self, field: &ast::FieldDefinition) -> Vec<String> {
        let name = &field.name;
        let mut warnings = Vec::new();
        if field.ty.is_non_null() {
            warnings.push(format!(
                "Subscription.{name} is non-null: a subscription resolver that answers null would refuse it."
            ));
        }
        if field.directives.get("aws_subscribe").is_none() {
            warnings.push(format!("Subscription.{name} has no @aws_subscribe: it never delivers anything."));
        }
        for argument in &field.arguments {
            if self.graphql.type_field(field.ty.inner_named_type(), &argument.name).is_err() {
                warnings.push(format!(
                    "Subscription.{name}({}:) is no field of {}: unless the resolver sets a filter, nothing matches it.",
                    argument.name,
                    field.ty.inner_named_type(),
                ));
            }
        }
        warnings
    }

    fn is_root(&self, type_name: &Name, operation: OperationType) -> bool {
        self.graphql.root_operation(operation) == Some(type_name)
    }
}

/// AppSync's limit on the schema.
const MOST_BYTES: usize = 1024 * 1024;

/// Adds what AppSync predefines, except what the schema declares itself for the sake of other tools.
fn parse(sdl: &str) -> Result<Valid<apollo_compiler::Schema>, BuildError> {
    let invalid = |errors: &dyn std::fmt::Display| BuildError::InvalidSchema(errors.to_string());
    if sdl.len() > MOST_BYTES {
        let length = sdl.len();
        return Err(invalid(&format_args!("it has {length} bytes; AppSync takes at most {MOST_BYTES}")));
    }
    let own = ast::Document::parse(sdl, "schema.graphql").map_err(|errors| invalid(&errors.errors))?;
    let mut predefined = ast::Document::parse(include_str!("predefined.graphql"), "predefined.graphql")
        .expect("the predefined definitions are a constant that tests parse");
    predefined.definitions.retain(|definition| {
        own.definitions.iter().all(|other| {
            other.name() != definition.name()
                || other.as_directive_definition().is_some() != definition.as_directive_definition().is_some()
        })
    });
    let mut builder = apollo_compiler::Schema::builder();
    Parser::new().parse_into_schema_builder(predefined.to_string(), "predefined.graphql", &mut builder);
    Parser::new().parse_into_schema_builder(sdl, "schema.graphql", &mut builder);
    let schema = builder.build().map_err(|errors| invalid(&errors.errors))?;
    schema.validate().map_err(|errors| invalid(&errors.errors))
}

fn subscribers(graphql: &apollo_compiler::Schema) -> Result<HashMap<String, Vec<String>>, BuildError> {
    let mut subscribers: HashMap<String, Vec<String>> = HashMap::new();
    let Some(subscription) = root(graphql, OperationType::Subscription) else {
        return Ok(subscribers);
    };
    let mutation_type = root(graphql, OperationType::Mutation);
    for field in subscription.fields.values() {
        let mutations = field
            .directives
            .get("aws_subscribe")
            .and_then(|directive: &Node<Directive>| strings(directive, "mutations"));
        for mutation in mutations.unwrap_or_default() {
            let invalid = |reason: String| BuildError::InvalidSubscription {
                field: Field::new(subscription.name.as_str(), field.name.as_str()),
                mutation: mutation.clone(),
                reason,
            };
            let Some(fed_by) = mutation_type.and_then(|ty| ty.fields.get(mutation.as_str())) else {
                return Err(invalid("the schema has no such mutation".to_owned()));
            };
            if !same_shape(&fed_by.ty, &field.ty) {
                return Err(invalid(format!("it returns {}, not {}", fed_by.ty, field.ty)));
            }
            subscribers.entry(mutation).or_default().push(field.name.to_string());
        }
    }
    Ok(subscribers)
}

/// Types that differ at most in what may be null.
fn same_shape(one: &Type, other: &Type) -> bool {
    one.is_list() == other.is_list() && one.inner_named_type() == other.inner_named_type()
}

fn root(graphql: &apollo_compiler::Schema, operation: OperationType) -> Option<&Node<ObjectType>> {
    graphql.get_object(graphql.root_operation(operation)?)
}

fn object_types(graphql: &apollo_compiler::Schema) -> impl Iterator<Item = &Node<ObjectType>> {
    graphql.types.values().filter_map(|definition| match definition {
        ExtendedType::Object(object) if !definition.is_built_in() => Some(object),
        _ => None,
    })
}
