//! A REST API of the template, as the engine wants it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use local_apigateway::rest::{Definition, Method, Resource as Path, Stage};
use serde_json::Value;

use super::{parts, read, throttle};
use crate::stack::{ACCOUNT, REGION, Resource, Stack, StackError};

pub(super) fn definition(stack: &Stack, api: &Resource, host: &str) -> Result<Definition, StackError> {
    let of_api = |kind: &'static str| parts(stack, kind, "/RestApiId", api);
    let mut definition = Definition {
        api_id: api.physical_id.clone(),
        account_id: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        domain_name: host.to_owned(),
        binary_media_types: api.texts("/BinaryMediaTypes"),
        ..Definition::default()
    };
    let mut paths = BTreeMap::new();
    for (_, resource) in of_api("AWS::ApiGateway::Resource") {
        let path = path(stack, resource)?;
        paths.insert(
            resource.physical_id.clone(),
            Path { id: resource.physical_id.clone(), path, ..Path::default() },
        );
    }
    for (id, method) in of_api("AWS::ApiGateway::Method") {
        let on = method.text("/ResourceId").unwrap_or_default();
        // What is none of the resources is the root, which has no resource of its own in a template.
        let root = || Path { id: on.clone(), path: "/".to_owned(), ..Path::default() };
        let read: Method = read(id, &method.properties)?;
        paths.entry(on.clone()).or_insert_with(root).methods.push(read);
    }
    definition.resources = paths.into_values().collect();
    for (id, authorizer) in of_api("AWS::ApiGateway::Authorizer") {
        definition.authorizers.insert(authorizer.physical_id.clone(), read(id, &authorizer.properties)?);
    }
    for (id, validator) in of_api("AWS::ApiGateway::RequestValidator") {
        definition.validators.insert(validator.physical_id.clone(), read(id, &validator.properties)?);
    }
    for (_, model) in of_api("AWS::ApiGateway::Model") {
        let name = model.text("/Name").unwrap_or_else(|| model.physical_id.clone());
        definition.models.insert(name, model.property("/Schema").cloned().unwrap_or_default());
    }
    for (id, response) in of_api("AWS::ApiGateway::GatewayResponse") {
        definition.gateway_responses.push(read(id, &response.properties)?);
    }
    for (id, stage) in of_api("AWS::ApiGateway::Stage") {
        let variables: IndexMap<String, String> = match stage.property("/Variables") {
            Some(variables) => read(id, variables)?,
            None => IndexMap::new(),
        };
        let settings = stage.property("/MethodSettings").and_then(Value::as_array);
        let of_all = settings.into_iter().flatten().find(|settings| settings["HttpMethod"] == "*");
        definition.stages.push(Stage {
            name: stage.text("/StageName").unwrap_or_default(),
            variables,
            throttle: throttle(of_all),
        });
    }
    Ok(definition)
}

/// In full: the parts of all above it.
fn path(stack: &Stack, resource: &Resource) -> Result<String, StackError> {
    let mut path = String::new();
    let mut at = Some(resource);
    // A circle of parents cannot be longer than there are resources.
    for _ in 0..=stack.resources.len() {
        let Some(resource) = at else { return Ok(path) };
        path = format!("/{}{path}", resource.text("/PathPart").unwrap_or_default());
        let parent = resource.text("/ParentId");
        let mut resources = stack.of_kind("AWS::ApiGateway::Resource");
        at = resources.find(|(_, other)| Some(&other.physical_id) == parent.as_ref()).map(|(_, other)| other);
    }
    Err(StackError(format!("a resource of the REST API is its own parent: {path}")))
}
