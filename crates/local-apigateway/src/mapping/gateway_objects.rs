//! `$input` and `$util` of mapping templates.

use std::rc::Rc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;

use super::Sources;
use crate::vtl::{Object, TemplateError, Value};
use crate::{binary, jsonpath};

pub(super) fn input(sources: &Sources<'_>) -> Value {
    let texts = |pairs: Vec<(&str, &str)>| {
        Value::map(pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::text(value))))
    };
    let pairs =
        |pairs: &'_ [(String, String)]| texts(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect());
    Value::Object(Rc::new(Input {
        body: sources.body.to_owned(),
        path: texts(sources.path.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect()),
        querystring: pairs(&sources.query.0),
        header: pairs(&sources.headers.0),
    }))
}

struct Input {
    body: String,
    path: Value,
    querystring: Value,
    header: Value,
}

impl Input {
    /// Null if the body is no JSON or the path leads nowhere.
    fn at(&self, path: &Value) -> Result<Option<Json>, TemplateError> {
        let body = if self.body.trim().is_empty() { "{}" } else { self.body.as_str() };
        let Ok(body) = serde_json::from_str::<Json>(body) else {
            return Err(TemplateError("$input reads a body that is not JSON".to_owned()));
        };
        jsonpath::find(&body, &path.to_text()?).map_err(|error| TemplateError(error.to_string()))
    }

    fn parameter(&self, name: &str) -> Value {
        for place in [&self.path, &self.querystring] {
            if let Value::Map(map) = place
                && let Some(value) = map.borrow().get(name)
            {
                return value.clone();
            }
        }
        let Value::Map(headers) = &self.header else { return Value::text("") };
        let headers = headers.borrow();
        let found = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or_else(|| Value::text(""), |(_, value)| value.clone())
    }
}

impl Object for Input {
    fn property(&self, name: &str) -> Option<Value> {
        (name == "body").then(|| Value::text(if self.body.is_empty() { "{}" } else { self.body.as_str() }))
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
        match (name, arguments) {
            ("body", []) => Ok(self.property("body").unwrap_or(Value::Null)),
            // What is not there is an empty text, in quotes.
            ("json", [path]) => Ok(Value::text(self.at(path)?.unwrap_or_else(|| "".into()).to_string())),
            ("path", [path]) => Ok(self.at(path)?.as_ref().map_or(Value::Null, Value::from_json)),
            ("params", []) => Ok(Value::map([
                ("path".to_owned(), self.path.clone()),
                ("querystring".to_owned(), self.querystring.clone()),
                ("header".to_owned(), self.header.clone()),
            ])),
            ("params", [name]) => Ok(self.parameter(&name.to_text()?)),
            _ => {
                Err(TemplateError(format!("$input has no method {name} with {} arguments", arguments.len())))
            }
        }
    }
}

pub(super) fn util() -> Value {
    Value::Object(Rc::new(Util))
}

struct Util;

/// What Java's `URLEncoder` leaves alone.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');

impl Object for Util {
    fn property(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
        let [argument] = arguments else {
            return Err(TemplateError(format!("$util.{name} takes one argument")));
        };
        if matches!(argument, Value::Null) {
            return Ok(Value::Null);
        }
        let text = argument.to_text()?;
        let made = match name {
            "escapeJavaScript" => escape_javascript(&text),
            "urlEncode" => utf8_percent_encode(&text, FORM).to_string().replace(' ', "+"),
            "urlDecode" => percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned(),
            "base64Encode" => binary::encode(text.as_bytes()),
            "base64Decode" => {
                let decoded = binary::decode(&text).ok_or_else(|| {
                    TemplateError("$util.base64Decode was given what is not base64".to_owned())
                })?;
                String::from_utf8_lossy(&decoded).into_owned()
            }
            "parseJson" => {
                let parsed: Json = serde_json::from_str(&text).map_err(|error| {
                    TemplateError(format!("$util.parseJson was given what is not JSON: {error}"))
                })?;
                return Ok(Value::from_json(&parsed));
            }
            _ => return Err(TemplateError(format!("$util has no method {name}"))),
        };
        Ok(Value::text(made))
    }
}

/// As the Java library that API Gateway uses: also single quotes and slashes.
fn escape_javascript(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some(c @ ('\'' | '"' | '\\' | '/')) => {
                escaped.push('\\');
                escaped.push(c);
            }
            Some('\n') => escaped.push_str("\\n"),
            Some('\r') => escaped.push_str("\\r"),
            Some('\t') => escaped.push_str("\\t"),
            Some('\u{8}') => escaped.push_str("\\b"),
            Some('\u{c}') => escaped.push_str("\\f"),
            Some(c @ ' '..='~') => escaped.push(c),
            _ => escaped.push_str(&format!("\\u{unit:04X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use serde_json::json;

    use crate::event::Pairs;
    use crate::mapping::{Rendered, Sources};
    use crate::vtl::Template;

    fn run(template: &str, body: &str) -> Rendered {
        let context = json!({"requestId": "r", "identity": {"sourceIp": "127.0.0.1"}});
        let pairs = |name: &str, value: &str| Pairs(vec![(name.to_owned(), value.to_owned())]);
        let map = |name: &str, value: &str| IndexMap::from([(name.to_owned(), value.to_owned())]);
        let sources = Sources {
            context: context.as_object().unwrap(),
            stage_variables: &map("table", "T"),
            path: &map("id", "7"),
            query: &pairs("q", "a b"),
            headers: &pairs("Content-Type", "application/json"),
            body,
            answer: None,
        };
        sources.render(&Template::parse(template).unwrap()).unwrap()
    }

    #[test]
    fn input_reads_the_body_and_the_parameters() {
        let body = r#"{"a": {"b": "it's"}, "n": [1, 2], "t": true}"#;
        for (template, text) in [
            ("$input.json('$.a')", r#"{"b":"it's"}"#),
            ("$input.json('$.a.b')", r#""it's""#),
            ("$input.json('$.absent')", "\"\""),
            ("$input.path('$.a.b') $input.path('$.n')[1] $input.path('$.n').size()", "it's 2 2"),
            ("[$input.path('$.absent')]", "[]"),
            ("#set($root = $input.path('$'))$root.a.b [$root.absent.x]", "it's []"),
            (
                "$input.params('id') $input.params('q') $input.params('content-type')",
                "7 a b application/json",
            ),
            ("[$input.params('absent')]", "[]"),
            ("$input.params().path.id $input.params().header.get('Content-Type')", "7 application/json"),
            ("#foreach($p in $input.params().keySet())$p #end", "path querystring header "),
            ("$context.requestId $context.identity.sourceIp [$context.absent.x]", "r 127.0.0.1 []"),
            ("$stageVariables.table [$stageVariables.absent]", "T []"),
            ("#if($input.path('$.t'))yes#end", "yes"),
        ] {
            assert_eq!(run(template, body).body, text, "{template}");
        }
        assert_eq!(run("$input.body", body).body, body);
        assert_eq!(run("$input.body $input.json('$')", "").body, "{} {}");
    }

    #[test]
    fn util_encodes_and_decodes() {
        for (template, text) in [
            ("$util.escapeJavaScript($input.path('$.t'))", r#"a\"b\'c\/d\ne\\f\u00E9\uD83D\uDE00"#),
            ("$util.urlEncode('a b&c=é*')", "a+b%26c%3D%C3%A9*"),
            ("$util.urlDecode('a+b%26c')", "a b&c"),
            ("$util.base64Encode('hi') $util.base64Decode('aGk=')", "aGk= hi"),
            ("$util.parseJson('{\"a\": [5]}').a[0]", "5"),
        ] {
            assert_eq!(run(template, "{\"t\": \"a\\\"b'c/d\\ne\\\\fé😀\"}").body, text, "{template}");
        }
    }

    #[test]
    fn overrides_are_handed_on() {
        let rendered = run(
            "#set($context.responseOverride.status = 201)\
             #set($context.responseOverride.header.X-Made = \"y\")\
             #set($context.requestOverride.path.id = $input.params('id'))",
            "",
        );
        assert_eq!(rendered.response_override, json!({"header": {"X-Made": "y"}, "status": 201}));
        assert_eq!(rendered.request_override["path"], json!({"id": "7"}));
    }
}
