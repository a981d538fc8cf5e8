//! What AWS's errors tell beside code and message, for which `s3s` (0.14.1) has no place.

use std::borrow::Cow;

use axum::http::{HeaderMap, request};
use percent_encoding::percent_decode_str;

use crate::request_id::RequestId;

/// What a request was about, for whoever hears that it failed.
pub(crate) struct Asked {
    bucket: String,
    key: String,
    /// Of a copy, where it should come from: `bucket/key`.
    source: Option<String>,
    condition: Option<&'static str>,
}

/// The conditions that a request may have, in the words of the error.
const CONDITIONS: [&str; 6] = [
    "If-Match",
    "If-None-Match",
    "If-Unmodified-Since",
    "x-amz-copy-source-If-Match",
    "x-amz-copy-source-If-None-Match",
    "x-amz-copy-source-If-Unmodified-Since",
];

impl Asked {
    /// `bucket` is the one that the request names in its host, if it does.
    pub(crate) fn of(parts: &request::Parts, bucket: Option<&str>) -> Asked {
        let path = percent_decode_str(parts.uri.path().trim_start_matches('/')).decode_utf8_lossy();
        let (bucket, key) = match bucket {
            Some(bucket) => (bucket, path.as_ref()),
            None => path.split_once('/').unwrap_or((&path, "")),
        };
        let source = text(&parts.headers, "x-amz-copy-source");
        let source = source.map(|source| percent_decode_str(source).decode_utf8_lossy().into_owned());
        let condition = CONDITIONS.into_iter().find(|name| parts.headers.contains_key(*name));
        Asked { bucket: bucket.to_owned(), key: key.to_owned(), source, condition }
    }

    /// The body of an error, with what AWS adds to it.
    pub(crate) fn explain(&self, error: &str, id: &RequestId) -> String {
        let code = error.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        let code = code.map(|(code, _)| code);
        let words = code.and_then(message).filter(|_| !error.contains("<Message>"));
        let words = words.map_or(String::new(), |words| element("Message", words));
        let more = match code {
            Some("NoSuchBucket" | "NoSuchTagSet" | "BucketNotEmpty") => element("BucketName", &self.bucket),
            Some("NoSuchKey") => element("Key", self.missing()),
            Some("PreconditionFailed") => {
                self.condition.map_or(String::new(), |name| element("Condition", name))
            }
            Some("AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError") => {
                let region = error.split_once("; expecting &apos;").or(error.split_once("; expecting '"));
                let region = region.and_then(|(_, rest)| rest.split(['&', '\'']).next());
                region.map_or(String::new(), |region| element("Region", region))
            }
            _ => String::new(),
        };
        let ids = element("RequestId", &id.request) + &element("HostId", &id.host);
        error.replace("</Error>", &format!("{words}{more}{ids}</Error>"))
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The key that is not there: of a copy, its source.
    fn missing(&self) -> &str {
        let source = self.source.as_deref().map(|source| source.trim_start_matches('/'));
        let key = source.and_then(|source| source.split_once('/')).map(|(_, key)| key);
        key.map_or(self.key.as_str(), |key| key.split_once("?versionId=").map_or(key, |(key, _)| key))
    }
}

/// The words of AWS for what `s3s` refuses without any.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
fn message(code: &str) -> Option<&'static str> {
    Some(match code {
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check your key and signing \
             method."
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedPOSTRequest" => "The body of your POST request is not well-formed multipart/form-data.",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MaxMessageLengthExceeded" => "Your request was too big.",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "InternalError" => "We encountered an internal error. Please try again.",
        _ => return None,
    })
}

/// Whether XML may hold a character at all (XML 1.0, section 2.2).
pub(crate) fn is_of_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// An answer in XML with references in place of characters that a reader would not read as they are: the end of a line
/// that XML takes for another, and those that it forbids, which S3 writes so, too.
pub(crate) fn with_references(xml: &str) -> Cow<'_, str> {
    let is_lost = |character: char| character == '\r' || !is_of_xml(character);
    if !xml.contains(is_lost) {
        return Cow::Borrowed(xml);
    }
    let written = |character: char| match is_lost(character) {
        true => format!("&#x{:X};", u32::from(character)),
        false => character.to_string(),
    };
    Cow::Owned(xml.chars().map(written).collect())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

pub(crate) fn element(name: &str, text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<{name}>{text}</{name}>")
}
