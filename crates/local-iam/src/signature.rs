//! Signature Version 4, in headers or in the query string: the request is signed again and must come out the same.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod presented;
mod time;

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use subtle::ConstantTimeEq as _;

use presented::{Place, Presented, is_of_signature};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A request as it was signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `POST`
    pub method: &'a str,
    /// `/graphql`, as sent.
    pub path: &'a str,
    /// Without the `?`, as sent; may be empty.
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
    /// What must come as `x-amz-security-token` with a temporary key (`ASIA…`), and with no other.
    pub session_token: Option<String>,
    /// From when on a temporary key does not count any more.
    pub expires_at: Option<SystemTime>,
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

impl SignatureError {
    /// The code of a request that bears no signature at all.
    pub const MISSING: &'static str = "MissingAuthenticationTokenException";
    /// The code of a temporary key that was good once.
    pub const EXPIRED: &'static str = "ExpiredTokenException";
}

/// Answers the access key id that signed the request for this service and region: in headers at this time or five
/// minutes around it, in the query string (`X-Amz-Signature`) for as long as `X-Amz-Expires` says.
/// `key` finds the secret of an access key id, also that of a temporary key which has expired.
pub fn verify(
    request: Signed<'_>,
    service: &str,
    region: &str,
    now: SystemTime,
    key: impl FnOnce(&str) -> Option<Key>,
) -> Result<String, SignatureError> {
    let presented = Presented::read(&request)?;
    presented.is_for(service, region)?;
    let Some(key) = key(&presented.access_key_id) else {
        return Err(unrecognized());
    };
    if key.session_token != presented.session_token {
        return Err(unrecognized());
    }
    if key.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(SignatureError {
            code: SignatureError::EXPIRED,
            message: "The security token included in the request is expired".to_owned(),
        });
    }
    presented.in_time(now)?;
    let expected = signature(request, &presented, &key)?;
    match bool::from(expected.as_bytes().ct_eq(presented.signature.as_bytes())) {
        true => Ok(presented.access_key_id),
        false => Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details."
                .to_owned(),
        )),
    }
}

/// The signature that the request should have.
fn signature(request: Signed<'_>, presented: &Presented, key: &Key) -> Result<String, SignatureError> {
    let mut settings = SigningSettings::default();
    // What was signed counts, also a header that this signer would have left out.
    settings.excluded_headers = None;
    // In headers, the token is among those if it was signed; AWS lets a service choose.
    let mut session_token = None;
    let mut query = request.query.to_owned();
    if let Place::Query { expires } = presented.place {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires);
        session_token.clone_from(&presented.session_token);
        // The signer adds them by itself.
        let others: Vec<&str> = query.split('&').filter(|pair| !is_of_signature(pair)).collect();
        query = others.join("&");
    }
    let failed = |error: &dyn std::fmt::Display| incomplete(format!("The request cannot be signed: {error}"));
    let identity =
        Credentials::new(&presented.access_key_id, &key.secret_access_key, session_token, None, "local-iam")
            .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&presented.region)
        .name(&presented.service)
        .time(presented.signed_at.at)
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?;
    let host = header(&request, "host").unwrap_or_default();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    let url = format!("http://{host}{}{query}", request.path);
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers = headers.filter(|(name, _)| {
        presented.signed_headers.iter().any(|signed| signed == name) && *name != "x-amz-date"
    });
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
mod tests;
