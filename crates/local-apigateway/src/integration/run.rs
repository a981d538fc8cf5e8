//! Runs an integration with mapping templates: from the request to what was answered.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::prepared::Prepared;
use super::{IntegrationType, PassthroughBehavior, ResponseContentHandling, uri};
use crate::backend::{Backend, OutwardAnswer, OutwardCall, Target};
use crate::binary;
use crate::mapping::{Rendered, Sources};

/// Why an integration gave no answer. The texts are for the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum IntegrationFailure {
    #[error("it took longer than its timeout")]
    TimedOut,
    #[error("{0}")]
    NotReached(String),
    #[error("{0}")]
    Misconfigured(String),
    #[error("no mapping template is for this content type, and the body is not passed through")]
    UnsupportedMediaType,
}

/// An answer, and the text that chooses the integration response.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(super) answer: OutwardAnswer,
    pub(super) selected_by: String,
}

impl Ran {
    /// As it is, for a WebSocket integration without responses.
    pub(crate) fn into_answered(self) -> super::Answered {
        let OutwardAnswer { status, headers, body } = self.answer;
        super::Answered { status, headers, body }
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        let found = self.answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        found.map(|(_, value)| value.as_str())
    }
}

/// The body that goes out, and what the template has overridden.
struct Outgoing {
    body: Bytes,
    overridden: Value,
}

impl Prepared {
    /// The function that an AWS_PROXY integration calls.
    pub(crate) fn function(&self, sources: &Sources<'_>) -> Option<String> {
        let uri = uri::with_stage_variables(&self.uri, sources.stage_variables);
        uri::function(&uri).map(str::to_owned)
    }

    /// Renders the request, makes the call. `template` is the key of the template to use, if it is there.
    pub(crate) async fn run(
        &self,
        backend: &Arc<dyn Backend>,
        sources: &Sources<'_>,
        template: &str,
        body: &Bytes,
        is_binary: bool,
    ) -> Result<Ran, IntegrationFailure> {
        let outgoing = self.outgoing(sources, template, body, is_binary)?;
        if self.kind == IntegrationType::Mock {
            return mocked(&outgoing.body);
        }
        let call = async {
            match self.function(sources) {
                Some(function) if self.kind == IntegrationType::Aws => {
                    let is_event =
                        self.mapped("header", sources, &outgoing.overridden).iter().any(|(name, value)| {
                            name.eq_ignore_ascii_case("x-amz-invocation-type") && value == "Event"
                        });
                    call_function(backend, function, &outgoing.body, is_event).await
                }
                _ => self.call_outward(backend, sources, outgoing).await,
            }
        };
        timeout(self.timeout, call).await.unwrap_or(Err(IntegrationFailure::TimedOut))
    }

    fn outgoing(
        &self,
        sources: &Sources<'_>,
        template: &str,
        body: &Bytes,
        is_binary: bool,
    ) -> Result<Outgoing, IntegrationFailure> {
        let Some(template) = self.templates.get(template) else {
            let may_pass = match self.passthrough {
                PassthroughBehavior::WhenNoMatch => true,
                PassthroughBehavior::WhenNoTemplates => self.templates.is_empty(),
                PassthroughBehavior::Never => false,
            };
            if !may_pass {
                return Err(IntegrationFailure::UnsupportedMediaType);
            }
            let body = match self.content_handling {
                Some(ResponseContentHandling::ConvertToText) if is_binary => binary::encode(body).into(),
                Some(ResponseContentHandling::ConvertToBinary) if !is_binary => decoded(body)?,
                _ => body.clone(),
            };
            return Ok(Outgoing { body, overridden: Value::Null });
        };
        let encoded;
        let sources = if self.content_handling == Some(ResponseContentHandling::ConvertToText) && is_binary {
            encoded = binary::encode(body);
            &Sources { body: &encoded, ..*sources }
        } else {
            sources
        };
        let Rendered { body, request_override, .. } = sources
            .render(template)
            .map_err(|error| IntegrationFailure::Misconfigured(format!("the request's template: {error}")))?;
        Ok(Outgoing { body: body.into(), overridden: request_override })
    }

    /// The integration's parameters of one kind (`header`, `querystring`, `path`), and those of the template over them.
    fn mapped(&self, kind: &str, sources: &Sources<'_>, overridden: &Value) -> Vec<(String, String)> {
        let prefix = format!("integration.request.{kind}.");
        let mut mapped: Vec<(String, String)> = Vec::new();
        for (target, source) in &self.parameters {
            if let (Some(name), Some(value)) = (target.strip_prefix(&prefix), sources.map(source)) {
                mapped.push((name.to_owned(), value));
            }
        }
        for (name, value) in overridden.get(kind).and_then(Value::as_object).into_iter().flatten() {
            mapped.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            mapped.push((name.clone(), text));
        }
        mapped
    }

    async fn call_outward(
        &self,
        backend: &Arc<dyn Backend>,
        sources: &Sources<'_>,
        outgoing: Outgoing,
    ) -> Result<Ran, IntegrationFailure> {
        let mapped = |kind| self.mapped(kind, sources, &outgoing.overridden);
        let filled = uri::with_stage_variables(&self.uri, sources.stage_variables);
        let filled = uri::with_path(&filled, &mapped("path"));
        let is_proxy = self.kind == IntegrationType::HttpProxy;
        let mut headers = mapped("header");
        let mut query = mapped("querystring");
        if is_proxy {
            let own = |name: &str| !["host", "transfer-encoding", "upgrade"].contains(&name);
            let passed = sources.headers.0.iter().filter(|(name, _)| own(&name.to_ascii_lowercase()));
            headers = passed.cloned().chain(headers).collect();
            query = sources.query.0.iter().cloned().chain(query).collect();
        } else if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let call = OutwardCall {
            target: uri::service(&filled).unwrap_or(Target::Url(filled)),
            credentials: self.credentials.clone(),
            method: self.method.clone().unwrap_or_else(|| "POST".to_owned()),
            query,
            headers,
            body: outgoing.body,
        };
        let answer =
            backend.call(call).await.map_err(|error| IntegrationFailure::NotReached(error.to_string()))?;
        Ok(Ran { selected_by: answer.status.to_string(), answer })
    }
}

/// A mock's template gives the status that chooses the response.
fn mocked(body: &[u8]) -> Result<Ran, IntegrationFailure> {
    let status =
        serde_json::from_slice::<Value>(body).ok().and_then(|body| match body.get("statusCode")? {
            Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        });
    let status = status.ok_or_else(|| {
        IntegrationFailure::Misconfigured(
            "a mock's request template must give {\"statusCode\": …}".to_owned(),
        )
    })?;
    Ok(Ran { answer: OutwardAnswer { status, ..OutwardAnswer::default() }, selected_by: status.to_string() })
}

async fn call_function(
    backend: &Arc<dyn Backend>,
    function: String,
    body: &Bytes,
    is_event: bool,
) -> Result<Ran, IntegrationFailure> {
    let answered = |status: u16, body: Value, selected_by: String| {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let body = if body.is_null() && status == 202 { Bytes::new() } else { body.to_string().into() };
        Ok(Ran { answer: OutwardAnswer { status, headers, body }, selected_by })
    };
    let event = if body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(body) };
    let event = match event {
        Ok(event) => event,
        // What Lambda itself answers.
        Err(error) => {
            let message = format!("Could not parse request body into json: {error}");
            return answered(400, json!({"Type": "User", "message": message}), "400".to_owned());
        }
    };
    if is_event {
        let backend = Arc::clone(backend);
        tokio::spawn(async move {
            if let Err(error) = backend.invoke(&function, event).await {
                tracing::warn!(function, %error, "a function that nobody waits for failed");
            }
        });
        return answered(202, Value::Null, "202".to_owned());
    }
    match backend.invoke(&function, event).await {
        Ok(value) => answered(200, value, "200".to_owned()),
        Err(error) => {
            let body = json!({"errorMessage": error.error_message, "errorType": error.error_type});
            answered(200, body, error.error_message)
        }
    }
}

fn decoded(body: &[u8]) -> Result<Bytes, IntegrationFailure> {
    let text = String::from_utf8_lossy(body);
    binary::decode(&text).map(Bytes::from).ok_or_else(|| {
        IntegrationFailure::Misconfigured("a body to convert to binary is not base64".to_owned())
    })
}
