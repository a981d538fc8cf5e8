//! From an integration's answer to the response of a method or route.

use bytes::Bytes;
use serde_json::Value;

use super::prepared::{Prepared, Response};
use super::run::{IntegrationFailure, Ran};
use super::{IntegrationType, ResponseContentHandling};
use crate::backend::OutwardAnswer;
use crate::binary;
use crate::mapping::Sources;
use crate::vtl::Template;

/// What the client gets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Prepared {
    /// `accept` chooses among several templates; `key` does so in WebSocket APIs.
    pub(crate) fn respond(
        &self,
        ran: Ran,
        sources: &Sources<'_>,
        accept: Option<&str>,
        is_binary: bool,
    ) -> Result<Answered, IntegrationFailure> {
        if self.kind == IntegrationType::HttpProxy {
            let OutwardAnswer { status, headers, body } = ran.answer;
            return Ok(Answered { status, headers, body });
        }
        let response = self.select(&ran.selected_by).ok_or_else(|| {
            IntegrationFailure::Misconfigured(format!(
                "no integration response is for {:?}, and none is without a selection pattern",
                ran.selected_by
            ))
        })?;
        let text = String::from_utf8_lossy(&ran.answer.body);
        let sources = Sources { body: &text, answer: Some(&ran.answer), ..*sources };
        let mut headers = Vec::new();
        let mut status = response.status;
        let body = match template(response, accept) {
            None => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                converted(&ran.answer.body, response.content_handling, is_binary)?
            }
            Some((content_type, template)) => {
                headers.push(("content-type".to_owned(), content_type.to_owned()));
                let rendered = sources.render(template).map_err(|error| {
                    IntegrationFailure::Misconfigured(format!("the response's template: {error}"))
                })?;
                status = overridden_status(&rendered.response_override).unwrap_or(status);
                let overridden = rendered.response_override.get("header").and_then(Value::as_object);
                for (name, value) in overridden.into_iter().flatten() {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    set(&mut headers, name, value);
                }
                converted(rendered.body.as_bytes(), response.content_handling, false)?
            }
        };
        for (target, source) in &response.parameters {
            let Some(name) = target.strip_prefix("method.response.header.") else { continue };
            if let Some(value) = sources.map(source)
                && !headers.iter().any(|(other, _)| other == name)
            {
                set(&mut headers, name, value);
            }
        }
        Ok(Answered { status, headers, body })
    }

    fn select(&self, by: &str) -> Option<&Response> {
        let matching =
            |response: &&Response| response.pattern.as_ref().is_some_and(|pattern| pattern.is_match(by));
        let default = || self.responses.iter().find(|response| response.pattern.is_none());
        self.responses.iter().find(matching).or_else(default)
    }
}

fn set(headers: &mut Vec<(String, String)>, name: &str, value: String) {
    headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    headers.push((name.to_owned(), value));
}

/// The one that the client accepts, else that for JSON, else the first.
fn template<'r>(response: &'r Response, accept: Option<&str>) -> Option<(&'r str, &'r Template)> {
    let named = |name: &str| response.templates.get_key_value(name);
    let accepted =
        accept.and_then(|accept| accept.split(',').find_map(|part| named(part.split(';').next()?.trim())));
    let found = accepted.or_else(|| named("application/json")).or_else(|| response.templates.first());
    found.map(|(content_type, template)| (content_type.as_str(), template))
}

/// Anything but a status code is ignored.
fn overridden_status(overridden: &Value) -> Option<u16> {
    let status = match overridden.get("status")? {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (100..600).contains(&status).then_some(status)
}

fn converted(
    body: &[u8],
    handling: Option<ResponseContentHandling>,
    is_binary: bool,
) -> Result<Bytes, IntegrationFailure> {
    match handling {
        Some(ResponseContentHandling::ConvertToText) if is_binary => Ok(binary::encode(body).into()),
        Some(ResponseContentHandling::ConvertToBinary) => {
            let text = String::from_utf8_lossy(body);
            binary::decode(&text).map(Bytes::from).ok_or_else(|| {
                IntegrationFailure::Misconfigured("an answer to convert to binary is not base64".to_owned())
            })
        }
        _ => Ok(Bytes::copy_from_slice(body)),
    }
}
