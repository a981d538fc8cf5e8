//! Signatures of calls to API Gateway (AWS Signature Version 4, in headers): computed again, and compared.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use local_apigateway::{Signatory, SignatureError, SignedRequest};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::stack::{ACCOUNT, REGION};

/// How far a clock may be wrong.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Whose signature it is; `known` gives the credentials of an access key id.
pub(super) fn verify(
    request: &SignedRequest,
    known: impl FnOnce(&str) -> Option<Credentials>,
) -> Result<Signatory, SignatureError> {
    let header = |name: &str| request.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value);
    let authorization = header("authorization").ok_or(SignatureError::Missing)?;
    let invalid = |why: &str| SignatureError::Invalid(why.to_owned());
    let parts = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")
        .ok_or_else(|| invalid("Authorization must be a signature of version 4 (AWS4-HMAC-SHA256)."))?;
    let part =
        |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (Some(credential), Some(signed_headers), Some(signature)) =
        (part("Credential"), part("SignedHeaders"), part("Signature"))
    else {
        return Err(invalid("Authorization must have Credential, SignedHeaders and Signature."));
    };
    let scope: Vec<&str> = credential.split('/').collect();
    let [access_key_id, _, REGION, "execute-api", "aws4_request"] = scope[..] else {
        return Err(invalid("Credential must be scoped to us-east-1/execute-api/aws4_request."));
    };
    let signed_headers: Vec<&str> = signed_headers.split(';').collect();
    if !signed_headers.contains(&"host") {
        return Err(invalid("'Host' must be a signed header."));
    }
    let credentials = known(access_key_id)
        .ok_or_else(|| invalid("The security token included in the request is invalid."))?;
    if credentials.session_token() != header("x-amz-security-token").map(String::as_str) {
        return Err(invalid("The security token included in the request is invalid."));
    }
    let at = header("x-amz-date").and_then(|date| time(date));
    let at = at.ok_or_else(|| invalid("The request must have a date (x-amz-date)."))?;
    let off = SystemTime::now().duration_since(at).unwrap_or_else(|ahead| ahead.duration());
    if off > TOLERANCE {
        return Err(invalid("Signature expired: x-amz-date is more than five minutes off."));
    }
    let expected = expected(request, &signed_headers, &credentials, at)
        .map_err(|error| SignatureError::Invalid(format!("The request cannot be signed: {error}")))?;
    if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
        return Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS \
             Secret Access Key and signing method.",
        ));
    }
    let identity = [
        ("accessKey", access_key_id),
        ("accountId", ACCOUNT),
        ("caller", access_key_id),
        ("user", access_key_id),
    ];
    let identity = identity.map(|(name, value)| (name.to_owned(), Value::from(value)));
    Ok(Signatory { identity: Map::from_iter(identity) })
}

fn expected(
    request: &SignedRequest,
    signed_headers: &[&str],
    credentials: &Credentials,
    at: SystemTime,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut settings = SigningSettings::default();
    // What the client signed counts, whatever it is.
    settings.excluded_headers = None;
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("execute-api")
        .time(at)
        .settings(settings)
        .build()?;
    let headers = || request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let host = headers().find(|(name, _)| *name == "host").map_or("localhost", |(_, host)| host);
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let url = format!("http://{host}{}{query}", request.path);
    let signed = headers().filter(|(name, _)| signed_headers.contains(name));
    let signable = SignableRequest::new(&request.method, &url, signed, SignableBody::Bytes(&request.body))?;
    Ok(sign(signable, &params.into())?.signature().to_owned())
}

fn time(date: &str) -> Option<SystemTime> {
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials::new("AKIAEXAMPLE", "secret", None, None, "test")
    }

    /// As the SDK signs `PostToConnection`.
    fn request() -> SignedRequest {
        let url = "http://localhost:4000/_apis/w1/live/@connections/abc%3D";
        let identity = credentials().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("execute-api")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let headers = [("host", "localhost:4000"), ("content-type", "application/octet-stream")];
        let signable =
            SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(b"hi")).unwrap();
        let (signed, _) = sign(signable, &params.into()).unwrap().into_parts();
        let added = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        SignedRequest {
            method: "POST".to_owned(),
            path: "/_apis/w1/live/@connections/abc%3D".to_owned(),
            query: String::new(),
            headers: headers.into_iter().chain(added).collect(),
            body: "hi".into(),
        }
    }

    fn verified(request: &SignedRequest) -> Result<Signatory, SignatureError> {
        verify(request, |id| (id == "AKIAEXAMPLE").then(credentials))
    }

    #[test]
    fn what_the_sdk_signs_is_taken() {
        assert_eq!(verified(&request()).unwrap().identity["accessKey"], "AKIAEXAMPLE");
    }

    #[test]
    fn what_was_changed_after_signing_is_refused() {
        let changes: [fn(&mut SignedRequest); 5] = [
            |request| request.body = "ho".into(),
            |request| request.path.push('x'),
            |request| request.method = "DELETE".to_owned(),
            |request| request.query = "a=b".to_owned(),
            |request| request.headers[1].1.push('x'),
        ];
        for change in changes {
            let mut request = request();
            change(&mut request);
            assert!(matches!(verified(&request), Err(SignatureError::Invalid(_))));
        }
    }

    #[test]
    fn what_is_unsigned_unknown_or_old_is_refused() {
        let mut unsigned = request();
        unsigned.headers.retain(|(name, _)| name != "authorization");
        assert_eq!(verified(&unsigned), Err(SignatureError::Missing));
        assert!(verify(&request(), |_| None).is_err());
        let mut old = request();
        for (name, value) in &mut old.headers {
            if name == "x-amz-date" {
                *value = "20200101T000000Z".to_owned();
            }
        }
        let message = verified(&old).unwrap_err().to_string();
        assert!(message.contains("expired"), "{message}");
    }
}
