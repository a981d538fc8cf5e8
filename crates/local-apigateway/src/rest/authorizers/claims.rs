//! A user pool's claims: which token a method wants, and how functions see the claims.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// With scopes a method wants an access token that has one of them, without any an ID token.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html>
pub(super) fn suit(claims: &Map<String, Value>, scopes: &[String]) -> bool {
    let kind = claims.get("token_use").and_then(Value::as_str).unwrap_or_default();
    if scopes.is_empty() {
        return kind == "id";
    }
    let granted = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    kind == "access" && granted.split(' ').any(|granted| scopes.iter().any(|scope| scope == granted))
}

/// All as text: lists with commas between, the times of issue and expiry as Java writes dates.
pub(super) fn written_out(claims: &Map<String, Value>) -> Map<String, Value> {
    let text = |name: &str, value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items =
                items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            items.collect::<Vec<_>>().join(",")
        }
        Value::Number(number) if ["exp", "iat"].contains(&name) => {
            let at = number.as_i64().and_then(|at| Timestamp::from_second(at).ok());
            at.map_or_else(|| number.to_string(), |at| at.strftime("%a %b %d %H:%M:%S UTC %Y").to_string())
        }
        other => other.to_string(),
    };
    claims.iter().map(|(name, value)| (name.clone(), text(name, value).into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_written_as_in_events_from_aws() {
        let claims = json!({
            "sub": "s", "cognito:groups": ["a", "b"], "email_verified": true,
            "auth_time": 1595526421, "iat": 1595526421, "exp": 1595530021,
        });
        assert_eq!(
            Value::Object(written_out(claims.as_object().unwrap())),
            json!({
                "sub": "s", "cognito:groups": "a,b", "email_verified": "true", "auth_time": "1595526421",
                "iat": "Thu Jul 23 17:47:01 UTC 2020", "exp": "Thu Jul 23 18:47:01 UTC 2020",
            })
        );
    }
}
