//! How API Gateway words its own failures, and how an API can reword them.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>

mod failure;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use failure::Failure;

use super::call::Call;
use super::definition::GatewayResponse;
use crate::mapping;

/// The failures that an API can reword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResponseType {
    /// A policy does not let the caller through.
    AccessDenied,
    /// The API is not configured as it should be.
    ApiConfigurationError,
    /// An authorizer's answer is not one.
    AuthorizerConfigurationError,
    /// An authorizer failed.
    AuthorizerFailure,
    /// The body does not fit its model.
    BadRequestBody,
    /// A required parameter is missing.
    BadRequestParameters,
    /// All others below 500.
    #[serde(rename = "DEFAULT_4XX")]
    Default4xx,
    /// All others from 500.
    #[serde(rename = "DEFAULT_5XX")]
    Default5xx,
    /// A session token has expired.
    ExpiredToken,
    /// What the integration calls cannot be reached.
    IntegrationFailure,
    /// The integration took too long.
    IntegrationTimeout,
    /// The API key is missing or unknown.
    InvalidApiKey,
    /// The signature is wrong.
    InvalidSignature,
    /// There is no such method, or no signature.
    MissingAuthenticationToken,
    /// More than a usage plan allows.
    QuotaExceeded,
    /// The body is too large.
    RequestTooLarge,
    /// There is no such resource.
    ResourceNotFound,
    /// Too many requests at once.
    Throttled,
    /// The caller is not known.
    Unauthorized,
    /// The body is not passed through.
    UnsupportedMediaType,
    /// The firewall stopped it.
    WafFiltered,
}

/// Those that an API has reworded.
pub(super) struct GatewayResponses(Vec<GatewayResponse>);

impl GatewayResponses {
    pub(super) fn new(responses: &[GatewayResponse]) -> GatewayResponses {
        GatewayResponses(responses.to_vec())
    }

    pub(super) fn response(&self, failure: &Failure, call: &Call) -> Response<Body> {
        let of = |kind| self.0.iter().find(|response| response.response_type == kind);
        let default = if failure.status < 500 { ResponseType::Default4xx } else { ResponseType::Default5xx };
        let reworded = of(failure.kind).or_else(|| of(default));
        let status = reworded.and_then(|response| response.status_code.as_ref()?.parse().ok());
        let mut context = call.context.clone();
        let message = failure.message.as_deref();
        context.insert(
            "error".to_owned(),
            json!({
                "message": message,
                // With its quotes.
                "messageString": json!(message).to_string(),
                "responseType": failure.response_type(),
                "validationErrorString": failure.validation,
            }),
        );
        let accept = call.headers.get_ignoring_case("accept").unwrap_or_default();
        let template = reworded.and_then(|response| {
            let templates = &response.response_templates;
            let accepted = accept.split(',').find_map(|part| templates.get_key_value(part.trim()));
            accepted.or_else(|| templates.get_key_value("application/json")).or_else(|| templates.first())
        });
        let (content_type, body) = match template {
            Some((content_type, template)) => (content_type.as_str(), filled(template, &context, call)),
            None => ("application/json", json!({"message": message}).to_string()),
        };
        let mut response = Response::new(Body::from(body));
        let status = status.unwrap_or(failure.status);
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if let Ok(content_type) = HeaderValue::from_str(content_type) {
            headers.insert(header::CONTENT_TYPE, content_type);
        }
        headers.insert("x-amzn-errortype", HeaderValue::from_static(failure.error_type));
        let mut sources = call.sources("");
        sources.context = &context;
        for (target, expression) in reworded.into_iter().flat_map(|response| &response.response_parameters) {
            let name = target.strip_prefix("gatewayresponse.header.").map(HeaderName::try_from);
            let value = sources.map(expression).map(|value| HeaderValue::from_str(&value));
            if let (Some(Ok(name)), Some(Ok(value))) = (name, value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Fills in `$context.…` and `$stageVariables.…`; nothing else is done with these templates.
fn filled(template: &str, context: &serde_json::Map<String, Value>, call: &Call) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let (name, end) = match after.strip_prefix('{') {
            Some(inner) => match inner.split_once('}') {
                Some((name, after)) => (name, after),
                None => ("", after),
            },
            None => after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len())),
        };
        // A full stop is not part of the name.
        let name = if end.len() + name.len() == after.len() { name.trim_end_matches('.') } else { name };
        let value = match name.split_once('.') {
            Some(("context", path)) => Some(mapping::at(context, path).cloned().unwrap_or(Value::Null)),
            Some(("stageVariables", name)) => {
                Some(call.stage_variables.get(name).map_or(Value::Null, |value| value.as_str().into()))
            }
            _ => None,
        };
        let Some(value) = value else {
            text.push('$');
            rest = after;
            continue;
        };
        match value {
            Value::Null => {}
            Value::String(value) => text.push_str(&value),
            other => text.push_str(&other.to_string()),
        }
        let length = after.len() - end.len();
        let dots = after[..length].len() - after[..length].trim_end_matches('.').len();
        rest = &after[length - if after.starts_with('{') { 0 } else { dots }..];
    }
    text + rest
}

/// Before any API is known, there is nothing to reword it with.
pub(super) fn no_such_stage() -> Response<Body> {
    let headers = [("x-amzn-errortype", "ForbiddenException"), ("content-type", "application/json")];
    (StatusCode::FORBIDDEN, headers, json!({"message": "Forbidden"}).to_string()).into_response()
}
