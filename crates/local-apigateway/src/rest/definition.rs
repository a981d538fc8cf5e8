//! What a REST API consists of. The parts bear the names of CloudFormation's `AWS::ApiGateway::*`, by which they can
//! also be deserialized.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::gateway_response::ResponseType;
use crate::{Integration, Throttle};

/// A REST API.
#[derive(Debug, Clone, Default)]
pub struct Definition {
    /// As `a1b2c3d4e5`; a part of its addresses.
    pub api_id: String,
    /// In events and ARNs.
    pub account_id: String,
    /// In ARNs.
    pub region: String,
    /// `requestContext.domainName`: where functions think they are called.
    pub domain_name: String,
    /// Paths and their methods.
    pub resources: Vec<Resource>,
    /// By id, as methods name them.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// By id, as methods name them.
    pub validators: BTreeMap<String, RequestValidator>,
    /// JSON Schemas (draft 4) by name.
    pub models: BTreeMap<String, Value>,
    /// How failures are worded.
    pub gateway_responses: Vec<GatewayResponse>,
    /// As `image/png`, `image/*`, `*/*`.
    pub binary_media_types: Vec<String>,
    /// The keys that methods with `ApiKeyRequired` take.
    pub api_keys: Vec<ApiKey>,
    /// Where such methods look for the key.
    pub api_key_source: ApiKeySource,
    /// Where the API is deployed.
    pub stages: Vec<Stage>,
    /// API Gateway's quotas.
    pub limits: Limits,
}

/// API Gateway's quotas; tests may narrow them.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Of a request, 10 MB.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { body_bytes: 10 * 1024 * 1024 }
    }
}

/// A path.
#[derive(Debug, Clone, Default)]
pub struct Resource {
    /// In events.
    pub id: String,
    /// In full, as `/rooms/{roomId}/messages` or `/{proxy+}`.
    pub path: String,
    /// What can be done there.
    pub methods: Vec<Method>,
}

/// What can be done at a path.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Method {
    /// As `GET`; `ANY` is for those that are not listed.
    pub http_method: String,
    /// Who may call.
    pub authorization_type: AuthorizationType,
    /// Which authorizer says so.
    pub authorizer_id: Option<String>,
    /// With a user pool: scopes of which the access token needs one. Without any, an ID token is asked for.
    pub authorization_scopes: Vec<String>,
    /// Whether a key is needed as well.
    pub api_key_required: bool,
    /// `requestContext.operationName`
    pub operation_name: Option<String>,
    /// As `method.request.querystring.q`; true if it is required.
    pub request_parameters: BTreeMap<String, bool>,
    /// Model names by content type; `$default` is for the others.
    pub request_models: BTreeMap<String, String>,
    /// Whether and what is validated.
    pub request_validator_id: Option<String>,
    /// What answers.
    pub integration: Integration,
    /// The responses that integration responses may give.
    pub method_responses: Vec<MethodResponse>,
}

/// How callers of a method are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorizationType {
    /// Not at all.
    #[default]
    None,
    /// By their signatures.
    AwsIam,
    /// By what a function says.
    Custom,
    /// By a user pool's tokens.
    CognitoUserPools,
}

/// A status that a method may answer with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MethodResponse {
    /// As `200`.
    pub status_code: String,
    /// As `method.response.header.X`.
    pub response_parameters: BTreeMap<String, bool>,
}

/// Who says who callers are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Authorizer {
    /// What kind it is.
    #[serde(rename = "Type")]
    pub kind: AuthorizerType,
    /// As `method.request.header.Authorization`; several for `REQUEST`, with commas between.
    #[serde(default)]
    pub identity_source: Option<String>,
    /// For `TOKEN`: a regular expression for the whole token.
    #[serde(default)]
    pub identity_validation_expression: Option<String>,
    /// The function's URI.
    #[serde(default)]
    pub authorizer_uri: Option<String>,
    /// For how long answers are remembered, in seconds, at most 3,600; 300 by default, 0 for not at all.
    #[serde(default)]
    pub authorizer_result_ttl_in_seconds: Option<u64>,
    /// The user pools.
    #[serde(default, rename = "ProviderARNs")]
    pub provider_arns: Vec<String>,
}

/// The kinds of authorizers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorizerType {
    /// A function that is given a token.
    Token,
    /// A function that is given the request.
    Request,
    /// User pools.
    CognitoUserPools,
}

/// What of a request is validated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RequestValidator {
    /// Against the models.
    pub validate_request_body: bool,
    /// Whether the required ones are there.
    pub validate_request_parameters: bool,
}

/// How a failure is worded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GatewayResponse {
    /// Which failure.
    pub response_type: ResponseType,
    /// In place of its own.
    #[serde(default)]
    pub status_code: Option<String>,
    /// As `gatewayresponse.header.X` → `'literal'`.
    #[serde(default)]
    pub response_parameters: IndexMap<String, String>,
    /// By content type; only variables are filled in.
    #[serde(default)]
    pub response_templates: IndexMap<String, String>,
}

/// A key that clients show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiKey {
    /// `requestContext.identity.apiKeyId`
    pub id: String,
    /// What clients send.
    pub value: String,
}

/// Where a key comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApiKeySource {
    /// The header `x-api-key`.
    #[default]
    Header,
    /// The authorizer's `usageIdentifierKey`.
    Authorizer,
}

/// A deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stage {
    /// A part of its addresses.
    pub name: String,
    /// `stageVariables`
    pub variables: IndexMap<String, String>,
    /// For all methods together.
    pub throttle: Option<Throttle>,
}
