//! Request validators: required parameters, and bodies against models.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html>

use std::collections::BTreeMap;

use boon::{Compiler, Draft, SchemaIndex, Schemas, UrlLoader};
use serde_json::Value;

use super::call::Call;
use super::definition::Definition;
use super::gateway_response::Failure;
use super::methods::PreparedMethod;
use crate::BuildError;
use crate::binary::BinaryMediaTypes;

/// The models, compiled.
pub(super) struct Models {
    schemas: Schemas,
    by_name: BTreeMap<String, SchemaIndex>,
}

/// Schemas refer to one another by the models' addresses and to nothing else, least of all to files.
struct NoLoader;

impl UrlLoader for NoLoader {
    fn load(&self, url: &str) -> Result<Value, Box<dyn std::error::Error>> {
        Err(format!("{url} is not among the API's models").into())
    }
}

impl Models {
    pub(super) fn compile(definition: &Definition) -> Result<Models, BuildError> {
        let mut compiler = Compiler::new();
        compiler.use_loader(Box::new(NoLoader));
        compiler.set_default_draft(Draft::V4);
        let address = |name: &str| {
            format!("https://apigateway.amazonaws.com/restapis/{}/models/{name}", definition.api_id)
        };
        let place = |name: &str| format!("the model {name}");
        for (name, schema) in &definition.models {
            compiler
                .add_resource(&address(name), schema.clone())
                .map_err(|error| BuildError::new(place(name), error.to_string()))?;
        }
        let mut schemas = Schemas::new();
        let mut by_name = BTreeMap::new();
        for name in definition.models.keys() {
            let index = compiler
                .compile(&address(name), &mut schemas)
                .map_err(|error| BuildError::new(place(name), format!("{error:#}")))?;
            by_name.insert(name.clone(), index);
        }
        Ok(Models { schemas, by_name })
    }

    pub(super) fn validate(
        &self,
        method: &PreparedMethod,
        call: &Call,
        binary: &BinaryMediaTypes,
    ) -> Result<(), Failure> {
        if method.validator.validate_request_parameters {
            validate_parameters(method, call)?;
        }
        if method.validator.validate_request_body && !binary.include(call.content_type()) {
            self.validate_body(method, call)?;
        }
        Ok(())
    }

    fn validate_body(&self, method: &PreparedMethod, call: &Call) -> Result<(), Failure> {
        let models = &method.method.request_models;
        let Some(model) = models.get(call.media_type()).or_else(|| models.get("$default")) else {
            return Ok(());
        };
        let Some(schema) = self.by_name.get(model) else { return Ok(()) };
        let body: Value = serde_json::from_slice(&call.body)
            .map_err(|error| Failure::invalid_body(format!("[the body is not JSON: {error}]")))?;
        self.schemas.validate(&body, *schema).map_err(|error| {
            let causes: Vec<String> = leaves(&error)
                .map(|cause| format!("{}: {}", place(&cause.instance_location.to_string()), cause.kind))
                .collect();
            Failure::invalid_body(format!("[{}]", causes.join(", ")))
        })
    }
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "the body" } else { pointer }
}

/// The errors that have no other cause.
fn leaves<'e>(
    error: &'e boon::ValidationError<'e, 'e>,
) -> Box<dyn Iterator<Item = &'e boon::ValidationError<'e, 'e>> + 'e> {
    if error.causes.is_empty() {
        return Box::new(std::iter::once(error));
    }
    Box::new(error.causes.iter().flat_map(|cause| leaves(cause)))
}

fn validate_parameters(method: &PreparedMethod, call: &Call) -> Result<(), Failure> {
    let sources = call.sources("");
    let required = method.method.request_parameters.iter().filter(|(_, is_required)| **is_required);
    let missing: Vec<&str> = required
        .map(|(expression, _)| expression.as_str())
        .filter(|expression| sources.map(expression).is_none_or(|value| value.is_empty()))
        .map(|expression| expression.rsplit('.').next().unwrap_or_default())
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Failure::missing_parameters(&missing)) }
}
