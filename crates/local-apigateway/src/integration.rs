//! Integrations: what stands behind a method or a route. Both kinds of API share them.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integration-settings.html>

mod prepared;
mod response;
mod run;
mod uri;

use indexmap::IndexMap;
use serde::Deserialize;

pub(crate) use prepared::Prepared;
pub(crate) use response::Answered;
pub(crate) use run::IntegrationFailure;
pub(crate) use uri::{function as uri_function, with_stage_variables};

/// An integration, with the properties of `AWS::ApiGateway::Method`'s `Integration`; those of
/// `AWS::ApiGatewayV2::Integration` are read as well.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Integration {
    /// What kind it is.
    #[serde(rename = "Type", alias = "IntegrationType")]
    pub integration_type: IntegrationType,
    /// The method of the call; functions are always called with POST.
    #[serde(alias = "IntegrationMethod")]
    pub integration_http_method: Option<String>,
    /// As `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations`; `${stageVariables.x}` is
    /// filled in.
    #[serde(alias = "IntegrationUri")]
    pub uri: Option<String>,
    /// The role to assume for a call to a service of AWS, as an ARN.
    #[serde(alias = "CredentialsArn")]
    pub credentials: Option<String>,
    /// As `integration.request.header.X` → `method.request.header.Y`.
    pub request_parameters: IndexMap<String, String>,
    /// Mapping templates by content type; for WebSocket APIs by template key, `$default` or `\$default`.
    pub request_templates: IndexMap<String, String>,
    /// What happens to a body that no template is for.
    pub passthrough_behavior: PassthroughBehavior,
    /// What becomes of the answer.
    pub integration_responses: Vec<IntegrationResponse>,
    /// At most 29,000, which it is by default.
    pub timeout_in_millis: Option<u64>,
    /// What becomes of a binary request.
    #[serde(alias = "ContentHandlingStrategy")]
    pub content_handling: Option<ResponseContentHandling>,
    /// WebSocket APIs only: which template to take, as `$request.body.kind` or `\$default`.
    pub template_selection_expression: Option<String>,
}

/// The kinds of integrations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntegrationType {
    /// A function or another service, with mapping templates.
    Aws,
    /// A function that gets the request as an event and answers as API Gateway expects.
    AwsProxy,
    /// An HTTP endpoint, with mapping templates.
    Http,
    /// An HTTP endpoint that gets the request as it is.
    HttpProxy,
    /// None: the request's template gives the status code.
    #[default]
    Mock,
}

/// What happens to a body whose content type has no template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PassthroughBehavior {
    /// It is passed on.
    #[default]
    WhenNoMatch,
    /// It is passed on if there are no templates at all.
    WhenNoTemplates,
    /// It is refused with 415.
    Never,
}

/// A conversion of bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResponseContentHandling {
    /// Base64 becomes bytes.
    ConvertToBinary,
    /// Bytes become base64.
    ConvertToText,
}

/// What becomes of an answer.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IntegrationResponse {
    /// The status of the method's response, as `200`.
    pub status_code: String,
    /// A regular expression for the whole of a function's error message, or of another answer's status code. The
    /// response without one is for all that no other is for.
    pub selection_pattern: Option<String>,
    /// WebSocket APIs only, in place of the pattern: `$default`, or `/pattern/` for the status code.
    pub integration_response_key: Option<String>,
    /// As `method.response.header.X` → `'literal'` or `integration.response.header.Y`.
    pub response_parameters: IndexMap<String, String>,
    /// Mapping templates by content type.
    pub response_templates: IndexMap<String, String>,
    /// A conversion of the answer's body.
    #[serde(alias = "ContentHandlingStrategy")]
    pub content_handling: Option<ResponseContentHandling>,
}
