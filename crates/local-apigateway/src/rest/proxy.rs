//! What a function behind an AWS_PROXY integration answers.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format>

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::binary;

/// None if the answer is not one that a function may give; API Gateway then says 502.
pub(super) fn response(answer: &Value, accepts_binary: bool) -> Option<Response<Body>> {
    let answer = answer.as_object()?;
    const MEMBERS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];
    if answer.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
        return None;
    }
    let status = match answer.get("statusCode").unwrap_or(&Value::Null) {
        Value::Null => 200,
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let status = StatusCode::from_u16(status).ok().filter(|status| (200..600).contains(&status.as_u16()))?;
    let is_encoded = match answer.get("isBase64Encoded").unwrap_or(&Value::Null) {
        Value::Null => false,
        Value::Bool(is_encoded) => *is_encoded,
        _ => return None,
    };
    let body = match answer.get("body").unwrap_or(&Value::Null) {
        Value::Null => Bytes::new(),
        Value::String(text) if is_encoded && accepts_binary => binary::decode(text)?.into(),
        Value::String(text) => text.clone().into(),
        _ => return None,
    };
    let mut headers = headers(answer.get("headers"), answer.get("multiValueHeaders"))?;
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Some(response)
}

/// Headers that are API Gateway's own: a function's get another name.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>
const REMAPPED: [&str; 9] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "host",
    "server",
    "user-agent",
    "www-authenticate",
];
const DROPPED: [&str; 5] = ["expect", "max-forwards", "te", "transfer-encoding", "upgrade"];

fn headers(single: Option<&Value>, multiple: Option<&Value>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, values) in object(multiple)? {
        let values = match values {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            add(&mut headers, name, value)?;
        }
    }
    for (name, value) in object(single)? {
        // A header in both counts once, with the value among the several.
        let value_text = text(value)?;
        let is_there = HeaderName::try_from(renamed(name)).ok().is_some_and(|name| {
            headers.get_all(name).iter().any(|other| other.as_bytes() == value_text.as_bytes())
        });
        if !is_there {
            add(&mut headers, name, value)?;
        }
    }
    Some(headers)
}

fn object(value: Option<&Value>) -> Option<Vec<(&String, &Value)>> {
    match value.unwrap_or(&Value::Null) {
        Value::Null => Some(Vec::new()),
        Value::Object(map) => Some(map.iter().collect()),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn renamed(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if REMAPPED.contains(&lower.as_str()) { format!("x-amzn-remapped-{lower}") } else { lower }
}

fn add(headers: &mut HeaderMap, name: &str, value: &Value) -> Option<()> {
    let text = text(value)?;
    if value.is_null() || DROPPED.contains(&name.to_ascii_lowercase().as_str()) {
        return Some(());
    }
    headers.append(HeaderName::try_from(renamed(name)).ok()?, HeaderValue::from_str(&text).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_documented_members_and_types_are_taken() {
        for malformed in [
            json!(null),
            json!("text"),
            json!([1]),
            json!({"statusCode": 200, "message": "hi"}),
            json!({"statusCode": "two"}),
            json!({"statusCode": 1000}),
            json!({"statusCode": 200, "body": {"a": 1}}),
            json!({"statusCode": 200, "headers": []}),
            json!({"statusCode": 200, "headers": {"a": {}}}),
            json!({"statusCode": 200, "headers": {"a b": "c"}}),
            json!({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}),
            json!({"statusCode": 200, "isBase64Encoded": "yes"}),
        ] {
            assert!(response(&malformed, false).is_none(), "{malformed}");
        }
        for (good, status) in [
            (json!({}), 200),
            (json!({"statusCode": "201"}), 201),
            (json!({"statusCode": 204, "body": null, "headers": null}), 204),
        ] {
            assert_eq!(response(&good, false).unwrap().status().as_u16(), status);
        }
    }

    #[test]
    fn headers_are_merged_renamed_and_kept_apart() {
        let answer = json!({
            "headers": {"X-One": "1", "Flag": true, "Number": 2, "Server": "mine", "X-Many": "a"},
            "multiValueHeaders": {"X-Many": ["a", "b"], "Set-Cookie": ["c=1", "d=2"]},
        });
        let response = response(&answer, false).unwrap();
        let all = |name| -> Vec<&str> {
            response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
        };
        assert_eq!(all("x-many"), ["a", "b"]);
        assert_eq!(all("set-cookie"), ["c=1", "d=2"]);
        assert_eq!(all("x-one"), ["1"]);
        assert_eq!(all("flag"), ["true"]);
        assert_eq!(all("number"), ["2"]);
        assert_eq!(all("x-amzn-remapped-server"), ["mine"]);
        assert_eq!(all("content-type"), ["application/json"]);
    }
}
