//! An integration with its templates and patterns read, when the API is built.

use std::time::Duration;

use indexmap::IndexMap;
use regex::Regex;

use super::{
    Integration, IntegrationResponse, IntegrationType, PassthroughBehavior, ResponseContentHandling, uri,
};
use crate::BuildError;
use crate::vtl::Template;

/// API Gateway waits no longer for an integration.
const LONGEST: Duration = Duration::from_millis(29_000);

#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) kind: IntegrationType,
    pub(crate) timeout: Duration,
    pub(super) uri: String,
    pub(super) method: Option<String>,
    pub(super) credentials: Option<String>,
    pub(super) parameters: IndexMap<String, String>,
    pub(super) templates: IndexMap<String, Template>,
    pub(super) passthrough: PassthroughBehavior,
    pub(super) content_handling: Option<ResponseContentHandling>,
    pub(super) responses: Vec<Response>,
    pub(crate) template_selection: Option<String>,
}

#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) pattern: Option<Regex>,
    pub(super) parameters: IndexMap<String, String>,
    pub(super) templates: IndexMap<String, Template>,
    pub(super) content_handling: Option<ResponseContentHandling>,
}

impl Prepared {
    /// Reads an integration; `place` is for errors.
    pub(crate) fn new(integration: &Integration, place: &str) -> Result<Prepared, BuildError> {
        let kind = integration.integration_type;
        let uri = integration.uri.clone().unwrap_or_default();
        match kind {
            IntegrationType::AwsProxy if uri::function(&uri).is_none() => {
                return Err(BuildError::new(
                    place,
                    format!("an AWS_PROXY integration calls a function, not {uri:?}"),
                ));
            }
            IntegrationType::Aws if uri::function(&uri).is_none() && uri::service(&uri).is_none() => {
                return Err(BuildError::new(
                    place,
                    format!("{uri:?} is not arn:aws:apigateway:{{region}}:{{service}}:path|action/…"),
                ));
            }
            IntegrationType::Http | IntegrationType::HttpProxy if uri.is_empty() => {
                return Err(BuildError::new(place, "an HTTP integration needs a URI"));
            }
            _ => {}
        }
        let responses =
            integration.integration_responses.iter().map(|response| Response::new(response, place));
        Ok(Prepared {
            kind,
            timeout: integration.timeout_in_millis.map_or(LONGEST, Duration::from_millis).min(LONGEST),
            uri,
            method: integration.integration_http_method.clone(),
            credentials: integration.credentials.clone(),
            parameters: integration.request_parameters.clone(),
            templates: templates(&integration.request_templates, place)?,
            passthrough: integration.passthrough_behavior,
            content_handling: integration.content_handling,
            responses: responses.collect::<Result<_, _>>()?,
            template_selection: integration.template_selection_expression.clone(),
        })
    }

    pub(crate) fn has_responses(&self) -> bool {
        !self.responses.is_empty()
    }
}

impl Response {
    fn new(response: &IntegrationResponse, place: &str) -> Result<Response, BuildError> {
        let status = response.status_code.parse().ok().filter(|status| (100..600).contains(status));
        let key = response.integration_response_key.as_deref();
        let of_key = key.filter(|key| *key != "$default").map(|key| key.trim_matches('/'));
        let pattern = response.selection_pattern.as_deref().or(of_key).filter(|pattern| !pattern.is_empty());
        let compiled = pattern.map(|pattern| Regex::new(&format!("^(?s:{pattern})$")));
        Ok(Response {
            // WebSocket APIs have keys in place of status codes.
            status: status.or(key.map(|_| 200)).ok_or_else(|| {
                BuildError::new(place, format!("{:?} is not a status code", response.status_code))
            })?,
            pattern: compiled.transpose().map_err(|error| {
                BuildError::new(place, format!("a selection pattern is not a regular expression: {error}"))
            })?,
            parameters: response.response_parameters.clone(),
            templates: templates(&response.response_templates, place)?,
            content_handling: response.content_handling,
        })
    }
}

fn templates(
    sources: &IndexMap<String, String>,
    place: &str,
) -> Result<IndexMap<String, Template>, BuildError> {
    let parsed = sources.iter().map(|(content_type, source)| match Template::parse(source) {
        Ok(template) => Ok((content_type.clone(), template)),
        Err(error) => {
            Err(BuildError::new(place, format!("the mapping template for {content_type}: {error}")))
        }
    });
    parsed.collect()
}
