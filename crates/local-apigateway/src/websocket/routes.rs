//! Which route a message takes, and what its integration answers.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>

use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::WebSocketApi;
use super::definition::Route;
use super::event::Client;
use crate::event::Pairs;
use crate::integration::IntegrationFailure;
use crate::mapping::Sources;
use crate::{IntegrationType, binary, jsonpath};

/// What became of a call.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There is no integration to call.
    None,
    Answered {
        status: u16,
        headers: Vec<(String, String)>,
        body: Option<Bytes>,
    },
    TimedOut,
    Failed,
}

impl WebSocketApi {
    /// The route that is named, else `$default`, if there is one. A message that is not JSON names none.
    pub(super) fn select(&self, message: &str) -> Option<&Route> {
        let named = serde_json::from_str::<Value>(message)
            .ok()
            .and_then(|message| selected(&self.definition.route_selection_expression, &message));
        let route = |key: &str| self.definition.routes.iter().find(|route| route.route_key == key);
        // `$connect` and `$disconnect` are not for clients to name.
        named.filter(|key| !key.starts_with('$')).and_then(|key| route(&key)).or_else(|| route("$default"))
    }

    /// Calls a route's integration. `event` is what a function gets.
    pub(super) async fn call_route(
        self: &Arc<Self>,
        route: &Route,
        client: &Client,
        event: Map<String, Value>,
        headers: &Pairs,
        query: &Pairs,
    ) -> Outcome {
        let Some(integration) = route.target.as_ref().and_then(|id| self.integrations.get(id)) else {
            return Outcome::None;
        };
        let none = IndexMap::new();
        let stage = self.definition.stages.iter().find(|stage| stage.name == client.stage);
        let body = event.get("body").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_binary = event.get("isBase64Encoded") == Some(&Value::Bool(true));
        let context = event.get("requestContext").and_then(Value::as_object).cloned().unwrap_or_default();
        let sources = Sources {
            context: &context,
            stage_variables: stage.map_or(&none, |stage| &stage.variables),
            path: &none,
            query,
            headers,
            body: &body,
            answer: None,
        };
        if integration.kind == IntegrationType::AwsProxy {
            let Some(function) = integration.function(&sources) else { return Outcome::Failed };
            let answer = timeout(integration.timeout, self.backend.invoke(&function, event.into())).await;
            return match answer {
                Err(_) => Outcome::TimedOut,
                Ok(Ok(answer)) => proxy(&answer).unwrap_or_else(|| {
                    tracing::warn!(
                        function,
                        route.route_key,
                        "a function's answer is not {{\"statusCode\": …}}"
                    );
                    Outcome::Failed
                }),
                Ok(Err(error)) => {
                    tracing::warn!(function, route.route_key, %error, "a function failed");
                    Outcome::Failed
                }
            };
        }
        let raw =
            if is_binary { binary::decode(&body).unwrap_or_default() } else { body.clone().into_bytes() };
        let template = self.template(integration.template_selection.as_deref(), &body);
        let ran = integration.run(&self.backend, &sources, &template, &raw.into(), is_binary).await;
        // Without integration responses, what was answered counts, and clients get it as it is.
        let answered = ran.and_then(|ran| match integration.has_responses() {
            true => integration.respond(ran, &sources, None, false),
            false => Ok(ran.into_answered()),
        });
        match answered {
            Ok(answered) => Outcome::Answered {
                status: answered.status,
                headers: answered.headers,
                body: Some(answered.body).filter(|body| !body.is_empty()),
            },
            Err(IntegrationFailure::TimedOut) => Outcome::TimedOut,
            Err(failure) => {
                tracing::warn!(%failure, route.route_key, "an integration failed");
                Outcome::Failed
            }
        }
    }

    /// Templates have keys of their own in WebSocket APIs.
    fn template(&self, expression: Option<&str>, body: &str) -> String {
        let expression = expression.unwrap_or("\\$default");
        match expression.strip_prefix('\\') {
            Some(literal) => literal.to_owned(),
            None => {
                let message = serde_json::from_str(body).unwrap_or(Value::Null);
                selected(expression, &message).unwrap_or_else(|| "$default".to_owned())
            }
        }
    }
}

/// `$request.body.a.b` or `${request.body.a.b}` of a message.
fn selected(expression: &str, message: &Value) -> Option<String> {
    let inner = expression.strip_prefix('$')?;
    let inner = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(inner);
    let path = inner.strip_prefix("request.body.")?;
    match jsonpath::find(message, &format!("$.{path}")).ok()?? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// What a function behind an AWS_PROXY integration answers. An answer without a status code is a success.
fn proxy(answer: &Value) -> Option<Outcome> {
    let answer = match answer {
        Value::Null => return Some(Outcome::Answered { status: 200, headers: Vec::new(), body: None }),
        Value::Object(answer) => answer,
        _ => return None,
    };
    let status = match answer.get("statusCode").unwrap_or(&Value::Null) {
        Value::Null => 200,
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let headers = answer.get("headers").and_then(Value::as_object);
    let header = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let body = match answer.get("body").unwrap_or(&Value::Null) {
        Value::Null => None,
        Value::String(text) if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            Some(binary::decode(text)?.into())
        }
        Value::String(text) => Some(Bytes::from(text.clone())),
        _ => return None,
    };
    Some(Outcome::Answered {
        status,
        headers: headers.into_iter().flatten().filter_map(header).collect(),
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_route_is_named_by_a_place_in_the_message() {
        let message = json!({"action": "send", "meta": {"kind": 7}, "list": [1]});
        for (expression, key) in [
            ("$request.body.action", Some("send")),
            ("${request.body.action}", Some("send")),
            ("$request.body.meta.kind", Some("7")),
            ("$request.body.absent", None),
            ("$request.body.list", None),
            ("$context.stage", None),
        ] {
            assert_eq!(selected(expression, &message).as_deref(), key, "{expression}");
        }
    }
}
