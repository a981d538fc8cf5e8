//! DynamoDB's values: AppSync's typed JSON on the way in, plain JSON on the way out.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value, json};

/// An item or a key.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// `{ "S": "text" }`, and so on.
#[derive(Debug, Clone)]
pub(super) struct Typed(pub(super) AttributeValue);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Typed, D::Error> {
        let binary = |text: String| {
            let bytes =
                BASE64_STANDARD.decode(&text).map_err(|_| D::Error::custom("a B that is not base64"))?;
            Ok(Blob::new(bytes))
        };
        Ok(Typed(match Written::deserialize(deserializer)? {
            Written::S(text) => AttributeValue::S(text),
            Written::N(NumberText(number)) => AttributeValue::N(number),
            Written::B(text) => AttributeValue::B(binary(text)?),
            Written::BOOL(value) => AttributeValue::Bool(value),
            Written::NULL(IgnoredAny) => AttributeValue::Null(true),
            Written::SS(texts) => AttributeValue::Ss(texts),
            Written::NS(numbers) => AttributeValue::Ns(numbers.into_iter().map(|number| number.0).collect()),
            Written::BS(texts) => {
                AttributeValue::Bs(texts.into_iter().map(binary).collect::<Result<_, D::Error>>()?)
            }
            Written::L(values) => AttributeValue::L(values.into_iter().map(|value| value.0).collect()),
            Written::M(values) => AttributeValue::M(untyped(values)),
        }))
    }
}

pub(super) fn untyped(values: HashMap<String, Typed>) -> Attributes {
    values.into_iter().map(|(name, value)| (name, value.0)).collect()
}

#[derive(Deserialize)]
#[allow(clippy::upper_case_acronyms, reason = "DynamoDB's names")]
enum Written {
    S(String),
    N(NumberText),
    B(String),
    BOOL(bool),
    NULL(IgnoredAny),
    SS(Vec<String>),
    NS(Vec<NumberText>),
    BS(Vec<String>),
    L(Vec<Typed>),
    M(HashMap<String, Typed>),
}

/// A number, which AppSync writes as such and DynamoDB as text.
struct NumberText(String);

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NumberText, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => Ok(NumberText(number.to_string())),
            Value::String(text) => Ok(NumberText(text)),
            other => Err(D::Error::custom(format!("{other} where a number belongs"))),
        }
    }
}

/// As `ctx.result` shows it: sets are lists, binary is base64, attributes come in the order of their names.
pub(super) fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::N(number) => plain_number(number),
        AttributeValue::B(bytes) => Value::String(BASE64_STANDARD.encode(bytes)),
        AttributeValue::Bool(value) => Value::Bool(*value),
        AttributeValue::Ss(texts) => texts.clone().into(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| plain_number(number)).collect(),
        AttributeValue::Bs(all) => {
            all.iter().map(|bytes| Value::String(BASE64_STANDARD.encode(bytes))).collect()
        }
        AttributeValue::L(values) => values.iter().map(plain).collect(),
        AttributeValue::M(values) => plain_item(values),
        // Null, and kinds of values that DynamoDB does not have yet.
        _ => Value::Null,
    }
}

pub(super) fn plain_item(item: &Attributes) -> Value {
    let mut attributes: Vec<_> = item.iter().collect();
    attributes.sort_by_key(|(name, _)| *name);
    attributes.into_iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
}

/// Integers stay integers; beyond 64 bits and in fractions a number is as precise as JavaScript's.
fn plain_number(number: &str) -> Value {
    let integer = number.parse::<i64>().map(Number::from).ok();
    let number = integer.or_else(|| Number::from_f64(number.parse().ok()?));
    number.map_or(Value::Null, Value::Number)
}

/// The typed JSON of a key, whose values are texts, numbers or binary.
pub(super) fn typed_key(key: &Attributes) -> Value {
    let typed = |value: &AttributeValue| match value {
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": BASE64_STANDARD.encode(bytes) }),
        other => json!({ "S": plain(other) }),
    };
    key.iter().map(|(name, value)| (name.clone(), typed(value))).collect::<Map<_, _>>().into()
}
