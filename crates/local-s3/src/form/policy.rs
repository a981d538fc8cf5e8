//! What the policy of a form allows.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3s::dto::{Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Result};
use serde_json::Value;

use super::Form;

/// Fields that a policy need not name, beside those that begin with `x-ignore-`. A file is none of the fields.
const UNNAMED: [&str; 4] = ["policy", "x-amz-signature", "signature", "awsaccesskeyid"];

/// How many bytes the file may have.
pub(crate) type Sizes = std::ops::RangeInclusive<u64>;

/// Holds a form for `bucket` against its policy, and answers what is left to see: the size of the file.
pub(crate) fn allows(form: &Form, bucket: &str) -> S3Result<Sizes> {
    let json =
        BASE64_STANDARD.decode(form.needed("policy")?).map_err(|_| invalid("Invalid Base64 encoding."))?;
    let policy: Value = serde_json::from_slice(&json).map_err(|_| invalid("Invalid JSON."))?;
    let expiration = policy["expiration"].as_str().ok_or_else(|| invalid("Policy missing expiration."))?;
    let expiration = Timestamp::parse(TimestampFormat::DateTime, expiration)
        .map_err(|_| invalid(&format!("Invalid 'expiration' value: '{expiration}'")))?;
    if Timestamp::from(std::time::SystemTime::now()) >= expiration {
        return Err(denied("Policy expired."));
    }
    let conditions = policy["conditions"].as_array().ok_or_else(|| invalid("Policy missing conditions."))?;
    // The bucket is as good as a field: it must be named, too.
    let value = |name: &str| if name == "bucket" { Some(bucket) } else { form.field(name) };
    if form.field("bucket").is_some_and(|named| named != bucket) {
        return Err(denied("The field bucket names another bucket."));
    }
    let (mut named, mut sizes) = (Vec::new(), 0..=u64::MAX);
    for condition in conditions.iter().flat_map(each) {
        match &condition {
            Condition::Equals(name, wanted) if value(name) == Some(wanted) => named.push(name.clone()),
            Condition::StartsWith(name, start) if value(name).is_some_and(|v| starts(name, v, start)) => {
                named.push(name.clone());
            }
            Condition::Sizes(least, most) => sizes = *least.max(sizes.start())..=*most.min(sizes.end()),
            Condition::Equals(name, text) => return Err(failed("eq", name, text)),
            Condition::StartsWith(name, text) => return Err(failed("starts-with", name, text)),
            Condition::Unreadable(text) => return Err(denied(&format!("Policy Condition failed: {text}"))),
        }
    }
    let all = form.fields().map(|(name, _)| name).chain(["bucket"]);
    let is_extra = |name: &&str| {
        !UNNAMED.contains(name) && !name.starts_with("x-ignore-") && !named.iter().any(|other| other == name)
    };
    let extra: Vec<&str> = all.filter(is_extra).collect();
    match extra.is_empty() {
        true => Ok(sizes),
        false => Err(denied(&format!("Extra input fields: {}", extra.join(", ")))),
    }
}

enum Condition {
    Equals(String, String),
    StartsWith(String, String),
    Sizes(u64, u64),
    Unreadable(String),
}

/// `{"name": "value"}`, which may have several, or `["eq", "$name", "value"]`.
fn each(condition: &Value) -> Vec<Condition> {
    let unreadable = || Condition::Unreadable(condition.to_string());
    let size = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    match condition {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value.as_str() {
                Some(value) => Condition::Equals(name.to_ascii_lowercase(), value.to_owned()),
                None => unreadable(),
            })
            .collect(),
        Value::Array(words) => {
            let [Value::String(operator), first, second] = &words[..] else { return vec![unreadable()] };
            let name = first.as_str().and_then(|name| name.strip_prefix('$')).map(str::to_ascii_lowercase);
            let text = second.as_str().map(str::to_owned);
            vec![
                match (operator.to_ascii_lowercase().as_str(), name.zip(text), size(first).zip(size(second)))
                {
                    ("eq", Some((name, text)), _) => Condition::Equals(name, text),
                    ("starts-with", Some((name, text)), _) => Condition::StartsWith(name, text),
                    ("content-length-range", _, Some((least, most))) => Condition::Sizes(least, most),
                    _ => unreadable(),
                },
            ]
        }
        _ => vec![unreadable()],
    }
}

/// Of several types of content each must begin so.
fn starts(name: &str, value: &str, start: &str) -> bool {
    match name {
        "content-type" => value.split(',').all(|value| value.trim_start().starts_with(start)),
        _ => value.starts_with(start),
    }
}

fn failed(operator: &str, name: &str, text: &str) -> S3Error {
    denied(&format!("Policy Condition failed: [\"{operator}\", \"${name}\", \"{text}\"]"))
}

fn denied(why: &str) -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, format!("Invalid according to Policy: {why}"))
}

fn invalid(why: &str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidPolicyDocument, format!("Invalid Policy: {why}"))
}
