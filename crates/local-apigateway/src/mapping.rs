//! From requests to integrations and back: mapping templates and parameter mappings.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>

mod gateway_objects;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::backend::OutwardAnswer;
use crate::event::Pairs;
use crate::jsonpath;
use crate::vtl::{self, Template, TemplateError};

/// What templates and mappings may refer to.
pub(crate) struct Sources<'a> {
    pub(crate) context: &'a Map<String, Value>,
    pub(crate) stage_variables: &'a IndexMap<String, String>,
    pub(crate) path: &'a IndexMap<String, String>,
    pub(crate) query: &'a Pairs,
    pub(crate) headers: &'a Pairs,
    /// The request's body, or for a response the answer's.
    pub(crate) body: &'a str,
    /// What the integration answered, for a response.
    pub(crate) answer: Option<&'a OutwardAnswer>,
}

/// What a template made.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) body: String,
    /// `$context.requestOverride`: `header`, `path`, `querystring`.
    pub(crate) request_override: Value,
    /// `$context.responseOverride`: `header`, `status`.
    pub(crate) response_override: Value,
}

impl Sources<'_> {
    pub(crate) fn render(&self, template: &Template) -> Result<Rendered, TemplateError> {
        let mut context = self.context.clone();
        context.insert("requestOverride".to_owned(), json!({"header": {}, "path": {}, "querystring": {}}));
        context.insert("responseOverride".to_owned(), json!({"header": {}}));
        let context = vtl::Value::from_json(&Value::Object(context));
        let variables = self.stage_variables.iter();
        let mut scope = HashMap::from([
            ("context".to_owned(), context.clone()),
            ("input".to_owned(), gateway_objects::input(self)),
            ("util".to_owned(), gateway_objects::util()),
            (
                "stageVariables".to_owned(),
                vtl::Value::map(
                    variables.map(|(name, value)| (name.clone(), vtl::Value::text(value.as_str()))),
                ),
            ),
        ]);
        let body = template.render(&mut scope)?;
        let overridden = |name| match &context {
            vtl::Value::Map(map) => map.borrow().get(name).map_or(Ok(Value::Null), vtl::Value::to_json),
            _ => Ok(Value::Null),
        };
        Ok(Rendered {
            body,
            request_override: overridden("requestOverride")?,
            response_override: overridden("responseOverride")?,
        })
    }

    /// What a mapping expression stands for, as `'literal'`, `method.request.header.X`, `integration.response.body.a`,
    /// `context.requestId`, `stageVariables.x`.
    pub(crate) fn map(&self, expression: &str) -> Option<String> {
        let expression = expression.trim();
        if let Some(literal) = expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Some(literal.to_owned());
        }
        if let Some(name) = expression.strip_prefix("stageVariables.") {
            return self.stage_variables.get(name).cloned();
        }
        if let Some(path) = expression.strip_prefix("context.") {
            return text(at(self.context, path)?);
        }
        for prefix in ["method.request.", "route.request."] {
            if let Some(place) = expression.strip_prefix(prefix) {
                return self.of_request(place);
            }
        }
        self.of_answer(expression.strip_prefix("integration.response.")?)
    }

    fn of_request(&self, place: &str) -> Option<String> {
        if place == "body" {
            return Some(self.body.to_owned());
        }
        let (kind, name) = place.split_once('.')?;
        match kind {
            "path" => self.path.get(name).cloned(),
            "querystring" => self.query.get(name).map(str::to_owned),
            "multivaluequerystring" => {
                joined(self.query.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()))
            }
            "header" => self.headers.get_ignoring_case(name).map(str::to_owned),
            "multivalueheader" => joined(self.headers.all_ignoring_case(name)),
            "body" => in_body(self.body, name),
            _ => None,
        }
    }

    fn of_answer(&self, place: &str) -> Option<String> {
        let answer = self.answer?;
        if place == "body" {
            return Some(self.body.to_owned());
        }
        let (kind, name) = place.split_once('.')?;
        let values =
            || answer.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
        match kind {
            "header" => values().next_back().map(str::to_owned),
            "multivalueheader" => joined(values()),
            "body" => in_body(self.body, name),
            _ => None,
        }
    }
}

fn joined<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let values: Vec<&str> = values.collect();
    if values.is_empty() { None } else { Some(values.join(",")) }
}

fn in_body(body: &str, path: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    text(&jsonpath::find(&body, path).ok()??)
}

/// `identity.sourceIp` in the context.
pub(crate) fn at<'v>(context: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut names = path.split('.');
    let mut value = context.get(names.next()?)?;
    for name in names {
        value = value.get(name)?;
    }
    Some(value)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
