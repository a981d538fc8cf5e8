//! Signature Version 4 in the `Authorization` header: the request is signed again and must come out the same.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use subtle::ConstantTimeEq as _;

/// How far the clock of whoever signs may be off; AWS says five minutes.
const SKEW: Duration = Duration::from_secs(5 * 60);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A request as it was signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `POST`
    pub method: &'a str,
    /// `/graphql`, as sent.
    pub path: &'a str,
    /// Without the `?`; may be empty.
    pub query: &'a str,
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    /// As sent.
    pub body: &'a [u8],
}

/// The secret half of an access key.
#[derive(Debug, Clone)]
pub struct Key {
    /// What the signature is made with.
    pub secret_access_key: String,
    /// What must come as `x-amz-security-token` with a temporary key (`ASIA…`).
    pub session_token: Option<String>,
}

/// Why a signature does not count; AWS's names and texts.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SignatureError {
    /// As `InvalidSignatureException`; its HTTP status is 403, if a service says nothing else.
    pub code: &'static str,
    /// For the person who reads the answer.
    pub message: String,
}

/// Answers the access key id that signed the request for this service and region, at this time or five minutes
/// around it. `key` finds the secret of an access key id.
pub fn verify(
    request: Signed<'_>,
    service: &str,
    region: &str,
    now: SystemTime,
    key: impl FnOnce(&str) -> Option<Key>,
) -> Result<String, SignatureError> {
    let authorization = Authorization::parse(header(&request, "authorization").unwrap_or_default())?;
    let signed_at = signed_at(&request)?;
    authorization.is_for(service, region, &signed_at.day)?;
    let Some(key) = key(authorization.access_key_id) else {
        return Err(unrecognized());
    };
    if key
        .session_token
        .as_deref()
        .is_some_and(|token| header(&request, "x-amz-security-token") != Some(token))
    {
        return Err(unrecognized());
    }
    in_time(signed_at.at, now, &signed_at.text)?;
    let expected = signature(request, &authorization, &key, signed_at.at)?;
    match bool::from(expected.as_bytes().ct_eq(authorization.signature.as_bytes())) {
        true => Ok(authorization.access_key_id.to_owned()),
        false => Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details."
                .to_owned(),
        )),
    }
}

/// The parts of the `Authorization` header.
struct Authorization<'a> {
    access_key_id: &'a str,
    day: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn parse(header: &'a str) -> Result<Authorization<'a>, SignatureError> {
        let Some(rest) = header.strip_prefix(ALGORITHM) else {
            return Err(SignatureError {
                code: "MissingAuthenticationTokenException",
                message: "Missing Authentication Token".to_owned(),
            });
        };
        let part = |name: &str| {
            let mut parts = rest.split(',').filter_map(|part| part.trim().split_once('='));
            parts.find(|(other, _)| *other == name).map(|(_, value)| value).ok_or_else(|| {
                incomplete(format!(
                    "Authorization header requires '{name}' parameter. Authorization={ALGORITHM}"
                ))
            })
        };
        let (credential, signed, signature) =
            (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key_id, day, region, service, "aws4_request"] = scope[..] else {
            return Err(incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
                    .to_owned(),
            ));
        };
        let signed_headers: Vec<&str> = signed.split(';').collect();
        if !signed_headers.contains(&"host") {
            return Err(invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
            ));
        }
        Ok(Authorization { access_key_id, day, region, service, signed_headers, signature })
    }

    fn is_for(&self, service: &str, region: &str, day: &str) -> Result<(), SignatureError> {
        if self.service != service {
            return Err(invalid(format!("Credential should be scoped to correct service: '{service}'.")));
        }
        if self.region != region {
            return Err(invalid(format!(
                "Credential should be scoped to a valid region, not '{}'.",
                self.region
            )));
        }
        if self.day != day {
            return Err(invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{}' != '{day}'.",
                self.day
            )));
        }
        Ok(())
    }
}

struct SignedAt {
    text: String,
    day: String,
    at: SystemTime,
}

/// `x-amz-date`, as `20150830T123600Z`.
fn signed_at(request: &Signed<'_>) -> Result<SignedAt, SignatureError> {
    let text = header(request, "x-amz-date").unwrap_or_default();
    let parsed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text)
        .ok()
        .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok());
    match parsed {
        Some(time) => Ok(SignedAt {
            text: text.to_owned(),
            day: time.strftime("%Y%m%d").to_string(),
            at: SystemTime::from(time.timestamp()),
        }),
        None => Err(incomplete(
            "Date must be in ISO-8601 'basic format' in the header 'X-Amz-Date', as 20150830T123600Z."
                .to_owned(),
        )),
    }
}

fn in_time(at: SystemTime, now: SystemTime, text: &str) -> Result<(), SignatureError> {
    let basic = |time: SystemTime| {
        jiff::Timestamp::try_from(time)
            .map(|time| time.strftime("%Y%m%dT%H%M%SZ").to_string())
            .unwrap_or_default()
    };
    if at + SKEW < now {
        let oldest = basic(now - SKEW);
        return Err(invalid(format!(
            "Signature expired: {text} is now earlier than {oldest} ({} - 5 min.)",
            basic(now)
        )));
    }
    if now + SKEW < at {
        let latest = basic(now + SKEW);
        return Err(invalid(format!(
            "Signature not yet current: {text} is still later than {latest} ({} + 5 min.)",
            basic(now)
        )));
    }
    Ok(())
}

fn signature(
    request: Signed<'_>,
    authorization: &Authorization<'_>,
    key: &Key,
    at: SystemTime,
) -> Result<String, SignatureError> {
    // The token is among the headers if it was signed; AWS lets a service choose.
    let identity =
        Credentials::new(authorization.access_key_id, &key.secret_access_key, None, None, "local-iam").into();
    let mut settings = SigningSettings::default();
    // What was signed counts, also a header that this signer would have left out.
    settings.excluded_headers = None;
    let failed = |error: &dyn std::fmt::Display| incomplete(format!("The request cannot be signed: {error}"));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(authorization.region)
        .name(authorization.service)
        .time(at)
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?;
    let host = header(&request, "host").unwrap_or_default();
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let url = format!("http://{host}{}{query}", request.path);
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers =
        headers.filter(|(name, _)| authorization.signed_headers.contains(name) && *name != "x-amz-date");
    let signable = SignableRequest::new(request.method, url, headers, SignableBody::Bytes(request.body))
        .map_err(|error| failed(&error))?;
    let signed = sign(signable, &params.into()).map_err(|error| failed(&error))?;
    Ok(signed.signature().to_owned())
}

fn header<'a>(request: &Signed<'a>, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn unrecognized() -> SignatureError {
    SignatureError {
        code: "UnrecognizedClientException",
        message: "The security token included in the request is invalid.".to_owned(),
    }
}

fn invalid(message: String) -> SignatureError {
    SignatureError { code: "InvalidSignatureException", message }
}

fn incomplete(message: String) -> SignatureError {
    SignatureError { code: "IncompleteSignatureException", message }
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
