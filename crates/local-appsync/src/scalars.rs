//! AppSync's scalars: what may come in, and what goes out.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html>

use serde_json::Value;

mod internet;
mod time;

/// A variable or argument as a resolver gets it. None: the scalar does not take this value.
pub(crate) fn parse(scalar: &str, value: &Value) -> Option<Value> {
    match (scalar, value) {
        ("ID", Value::Number(number)) if number.is_i64() || number.is_u64() => {
            Some(number.to_string().into())
        }
        ("ID" | "String", Value::String(_)) | ("Boolean", Value::Bool(_)) => Some(value.clone()),
        ("Int", _) => int(value).map(Value::from),
        ("Float", Value::Number(_)) => Some(value.clone()),
        ("ID" | "String" | "Boolean" | "Float", _) => None,
        ("AWSTimestamp", _) => value.as_i64().map(Value::from),
        // Resolvers see the value, not its text.
        ("AWSJSON", _) => serde_json::from_str(value.as_str()?).ok(),
        (_, Value::String(text)) if is_predefined(scalar) => is_valid(scalar, text).then(|| value.clone()),
        _ if is_predefined(scalar) => None,
        _ => Some(value.clone()),
    }
}

/// A whole number may be written as one with a fraction of nothing: `3.0` and `3e1` are what some clients' JSON has.
/// So it is in graphql-java, and in the specification for results; in a document's own text `3.0` is no Int.
fn int(value: &Value) -> Option<i32> {
    match value.as_i64() {
        Some(whole) => i32::try_from(whole).ok(),
        None => value.as_f64().and_then(whole_i32),
    }
}

fn whole_i32(number: f64) -> Option<i32> {
    let is_int = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    is_int.then_some(number as i32)
}

/// A resolver's value as the client gets it. None: it cannot be told as this scalar.
///
/// AppSync is lenient here: numbers and booleans pass for strings, and texts that look like numbers for numbers.
pub(crate) fn serialize(scalar: &str, value: &Value) -> Option<Value> {
    match scalar {
        "ID" | "String" => text_of(value),
        "Int" => {
            let number = match value {
                Value::String(text) => text.parse::<f64>().ok()?,
                _ => value.as_f64()?,
            };
            whole_i32(number).map(Value::from)
        }
        "Float" => match value {
            Value::Number(_) => Some(value.clone()),
            Value::String(text) => {
                text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from)
            }
            _ => None,
        },
        "Boolean" => match value {
            Value::Bool(_) => Some(value.clone()),
            Value::Number(number) => Some(Value::Bool(number.as_f64() != Some(0.0))),
            Value::String(text) => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
            _ => None,
        },
        "AWSTimestamp" => match value {
            Value::String(text) => text.parse::<i64>().ok().map(Value::from),
            _ => value.as_i64().map(Value::from),
        },
        "AWSJSON" => match value {
            Value::String(text) => {
                serde_json::from_str::<serde::de::IgnoredAny>(text).ok().map(|_| value.clone())
            }
            _ => Some(value.to_string().into()),
        },
        _ if is_predefined(scalar) => is_valid(scalar, value.as_str()?).then(|| value.clone()),
        _ => Some(value.clone()),
    }
}

fn text_of(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(is_true) => Some(is_true.to_string().into()),
        _ => None,
    }
}

fn is_predefined(scalar: &str) -> bool {
    scalar.starts_with("AWS")
}

fn is_valid(scalar: &str, text: &str) -> bool {
    match scalar {
        "AWSDate" => time::is_date(text),
        "AWSTime" => time::is_time(text),
        "AWSDateTime" => time::is_date_time(text),
        "AWSEmail" => internet::is_email(text),
        "AWSURL" => internet::is_url(text),
        "AWSPhone" => internet::is_phone(text),
        "AWSIPAddress" => internet::is_ip_address(text),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn input_is_taken_only_if_the_scalar_allows_it() {
        let taken = [
            ("ID", json!(7), json!("7")),
            ("ID", json!("a"), json!("a")),
            ("Int", json!(-2147483648), json!(-2147483648)),
            ("Int", json!(3.0), json!(3)),
            ("Int", json!(-1e1), json!(-10)),
            ("Float", json!(1), json!(1)),
            ("AWSTimestamp", json!(1700000000), json!(1700000000)),
            ("AWSJSON", json!("{\"a\":[1]}"), json!({"a": [1]})),
            ("AWSDateTime", json!("2024-02-29T23:59:59.123Z"), json!("2024-02-29T23:59:59.123Z")),
            ("MyScalar", json!({"any": "thing"}), json!({"any": "thing"})),
        ];
        for (scalar, value, expected) in taken {
            assert_eq!(parse(scalar, &value), Some(expected), "{scalar} {value}");
        }
        let refused = [
            ("ID", json!(1.5)),
            ("Int", json!(2147483648_i64)),
            ("Int", json!("1")),
            ("Int", json!(1.5)),
            ("Int", json!(1e10)),
            ("Float", json!("1")),
            ("String", json!(1)),
            ("Boolean", json!("true")),
            ("AWSTimestamp", json!("now")),
            ("AWSJSON", json!("{")),
            ("AWSJSON", json!({})),
            ("AWSDateTime", json!(5)),
            ("AWSEmail", json!("nobody")),
        ];
        for (scalar, value) in refused {
            assert_eq!(parse(scalar, &value), None, "{scalar} {value}");
        }
    }

    #[test]
    fn output_is_converted_where_nothing_is_lost() {
        let told = [
            ("String", json!(1.5), json!("1.5")),
            ("String", json!(true), json!("true")),
            ("ID", json!(7), json!("7")),
            ("Int", json!(3.0), json!(3)),
            ("Int", json!("3"), json!(3)),
            ("Float", json!("2.5"), json!(2.5)),
            ("Boolean", json!("True"), json!(true)),
            ("Boolean", json!(0), json!(false)),
            ("AWSJSON", json!({"a": 1}), json!("{\"a\":1}")),
            ("AWSJSON", json!("{\"a\":1}"), json!("{\"a\":1}")),
            ("AWSTimestamp", json!("17"), json!(17)),
        ];
        for (scalar, value, expected) in told {
            assert_eq!(serialize(scalar, &value), Some(expected), "{scalar} {value}");
        }
        let not_told = [
            ("Int", json!(1.5)),
            ("Int", json!(4294967296_i64)),
            ("Float", json!("many")),
            ("Float", json!("inf")),
            ("String", json!({})),
            ("ID", json!([])),
            ("Boolean", json!("yes")),
            ("AWSDateTime", json!("yesterday")),
            ("AWSJSON", json!("not json")),
        ];
        for (scalar, value) in not_told {
            assert_eq!(serialize(scalar, &value), None, "{scalar} {value}");
        }
    }
}
