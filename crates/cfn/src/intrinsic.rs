//! CloudFormation's functions: `Fn::Sub`, `Fn::Join`, `Fn::If` and their kin.

use serde_json::{Map, Value as Json, json};

use crate::condition::ConditionHandle;
use crate::value::{List, Value};

/// `Fn::If`: `then` where the condition holds, else `otherwise`.
#[must_use]
pub fn if_<T>(
    condition: &ConditionHandle,
    then: impl Into<Value<T>>,
    otherwise: impl Into<Value<T>>,
) -> Value<T> {
    let (then, otherwise) = (then.into().into_json(), otherwise.into().into_json());
    Value::intrinsic("Fn::If", json!([condition.id(), then, otherwise]))
}

/// `AWS::NoValue`: as if the property, or the item of a list, were not written. For [`if_`].
#[must_use]
pub fn no_value<T>() -> Value<T> {
    Value::intrinsic("Ref", json!("AWS::NoValue"))
}

/// `Fn::Join`: the items of a list, with the separator between them.
#[must_use]
pub fn join(separator: &str, items: impl Into<Value<List<String>>>) -> Value<String> {
    Value::intrinsic("Fn::Join", json!([separator, items.into().into_json()]))
}

/// `Fn::Split`: text into a list.
#[must_use]
pub fn split(separator: &str, text: impl Into<Value<String>>) -> Value<List<String>> {
    Value::intrinsic("Fn::Split", json!([separator, text.into().into_json()]))
}

/// `Fn::Select`: one item of a list, counted from 0.
#[must_use]
pub fn select<T>(index: usize, items: impl Into<Value<List<T>>>) -> Value<T> {
    Value::intrinsic("Fn::Select", json!([index, items.into().into_json()]))
}

/// `Fn::Base64`: the text, encoded.
#[must_use]
pub fn base64(text: impl Into<Value<String>>) -> Value<String> {
    Value::intrinsic("Fn::Base64", text.into().into_json())
}

/// `Fn::ImportValue`: what another stack of the same account and region exports under this name.
#[must_use]
pub fn import_value<T>(export_name: impl Into<Value<String>>) -> Value<T> {
    Value::intrinsic("Fn::ImportValue", export_name.into().into_json())
}

/// `Fn::GetAZs`: the availability zones of a region that have a default subnet.
#[must_use]
pub fn get_azs(region: impl Into<Value<String>>) -> Value<List<String>> {
    Value::intrinsic("Fn::GetAZs", region.into().into_json())
}

/// `Fn::Cidr`: `count` blocks (1 to 256) of an IP address block, each with so many bits for its own hosts.
#[must_use]
pub fn cidr(block: impl Into<Value<String>>, count: u16, host_bits: u8) -> Value<List<String>> {
    let arguments = json!([block.into().into_json(), count, host_bits.to_string()]);
    Value::intrinsic("Fn::Cidr", arguments)
}

/// `Fn::Sub` with `{}` where a value goes, like `format!`; the compiler counts them.
///
/// A reference is written into the text (`${Bucket.Arn}`). A `${…}` of the text itself is left alone by
/// CloudFormation, so IAM's policy variables can be written as they are.
///
/// ```
/// use cfn::{pseudo, sub};
/// let arn = sub!("arn:{}:s3:::photos/${aws:username}/*", pseudo::partition());
/// assert_eq!(
///     arn.into_json(),
///     serde_json::json!({ "Fn::Sub": "arn:${AWS::Partition}:s3:::photos/${!aws:username}/*" })
/// );
/// ```
///
/// ```compile_fail
/// cfn::sub!("{}/{}", "only one"); // two placeholders
/// ```
#[macro_export]
macro_rules! sub {
    ($text:literal $(, $value:expr)* $(,)?) => {{
        const VALUES: &[&str] = &[$(stringify!($value)),*];
        const _: () = $crate::intrinsic::assert_placeholders($text, VALUES.len());
        $crate::intrinsic::sub($text, [$($crate::Value::<String>::from($value)),*])
    }};
}

/// What [`sub!`] calls once the placeholders are counted.
#[doc(hidden)]
#[must_use]
pub fn sub<const N: usize>(text: &str, values: [Value<String>; N]) -> Value<String> {
    let mut parts = text.split("{}").map(escape);
    let mut template = parts.next().unwrap_or_default();
    let mut variables = Map::new();
    for (value, part) in values.into_iter().zip(parts) {
        match written_inline(value.json()) {
            Some(inline) => template.push_str(&inline),
            None => {
                let name = format!("Value{}", variables.len() + 1);
                template.push_str(&format!("${{{name}}}"));
                variables.insert(name, value.into_json());
            }
        }
        template.push_str(&part);
    }
    let arguments = if variables.is_empty() { json!(template) } else { json!([template, variables]) };
    Value::intrinsic("Fn::Sub", arguments)
}

/// Fails the compilation unless `text` has `count` placeholders.
#[doc(hidden)]
pub const fn assert_placeholders(text: &str, count: usize) {
    let (bytes, mut at, mut found) = (text.as_bytes(), 0, 0);
    while at + 1 < bytes.len() {
        if bytes[at] == b'{' && bytes[at + 1] == b'}' {
            found += 1;
        }
        at += 1;
    }
    assert!(found == count, "the text has more or fewer placeholders than there are values");
}

fn escape(text: &str) -> String {
    text.replace("${", "${!")
}

/// The value inside a `Fn::Sub` text, if it can be written there.
fn written_inline(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(escape(text)),
        Json::Object(object) => match object.iter().next()? {
            (function, Json::String(id)) if function == "Ref" => Some(format!("${{{id}}}")),
            (function, Json::Array(path)) if function == "Fn::GetAtt" => {
                let path: Option<Vec<&str>> = path.iter().map(Json::as_str).collect();
                Some(format!("${{{}}}", path?.join(".")))
            }
            _ => None,
        },
        _ => None,
    }
}
