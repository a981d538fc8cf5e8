//! A signature as it comes: the parts of the `Authorization` header, or of a presigned URL.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html>

use std::time::{Duration, SystemTime};

use percent_encoding::percent_decode_str;

use super::time::{SignedAt, around, until};
use super::{ALGORITHM, SignatureError, Signed, header, incomplete, invalid};

/// The longest life of a presigned URL: seven days.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The parameters of a presigned URL that are about its signature.
const PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

pub(super) struct Presented {
    pub(super) access_key_id: String,
    day: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    pub(super) signed_at: SignedAt,
    pub(super) session_token: Option<String>,
    pub(super) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    Headers,
    Query { expires: Duration },
}

impl Presented {
    pub(super) fn read(request: &Signed<'_>) -> Result<Presented, SignatureError> {
        let authorization = header(request, "authorization").unwrap_or_default();
        if let Some(parts) = authorization.strip_prefix(ALGORITHM) {
            return Presented::of_headers(request, parts);
        }
        match parameter(request.query, "X-Amz-Algorithm")? {
            Some(algorithm) if algorithm == ALGORITHM => Presented::of_query(request.query),
            _ => Err(SignatureError {
                code: SignatureError::MISSING,
                message: "Missing Authentication Token".to_owned(),
            }),
        }
    }

    fn of_headers(request: &Signed<'_>, parts: &str) -> Result<Presented, SignatureError> {
        let part = |name: &str| {
            let mut parts = parts.split(',').filter_map(|part| part.trim().split_once('='));
            parts.find(|(other, _)| *other == name).map(|(_, value)| value).ok_or_else(|| {
                incomplete(format!(
                    "Authorization header requires '{name}' parameter. Authorization={ALGORITHM}"
                ))
            })
        };
        let (credential, signed_headers, signature) =
            (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
        // It says which operation it is: a signature seen once must not serve for another one.
        let names_operation = header(request, "x-amz-target").is_some();
        if names_operation && !signed_headers.split(';').any(|name| name == "x-amz-target") {
            return Err(invalid(
                "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
            ));
        }
        Presented::new(
            credential,
            signed_headers,
            signature,
            SignedAt::read(header(request, "x-amz-date"), "the header 'X-Amz-Date'")?,
            header(request, "x-amz-security-token").map(str::to_owned),
            Place::Headers,
        )
    }

    fn of_query(query: &str) -> Result<Presented, SignatureError> {
        let needed = |name: &str| {
            parameter(query, name)?
                .ok_or_else(|| incomplete(format!("AWS query-string parameters must include '{name}'.")))
        };
        let expires = needed("X-Amz-Expires")?.parse().ok().map(Duration::from_secs);
        let Some(expires) = expires.filter(|expires| *expires <= LONGEST) else {
            return Err(incomplete("X-Amz-Expires must be at most a week, in seconds: 604800.".to_owned()));
        };
        Presented::new(
            &needed("X-Amz-Credential")?,
            &needed("X-Amz-SignedHeaders")?,
            &needed("X-Amz-Signature")?,
            SignedAt::read(Some(&needed("X-Amz-Date")?), "the parameter 'X-Amz-Date'")?,
            parameter(query, "X-Amz-Security-Token")?,
            Place::Query { expires },
        )
    }

    fn new(
        credential: &str,
        signed_headers: &str,
        signature: &str,
        signed_at: SignedAt,
        session_token: Option<String>,
        place: Place,
    ) -> Result<Presented, SignatureError> {
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key_id, day, region, service, "aws4_request"] = scope[..] else {
            return Err(incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
                    .to_owned(),
            ));
        };
        let signed_headers: Vec<String> = signed_headers.split(';').map(str::to_owned).collect();
        if !signed_headers.iter().any(|name| name == "host") {
            return Err(invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
            ));
        }
        Ok(Presented {
            access_key_id: access_key_id.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers,
            signature: signature.to_owned(),
            signed_at,
            session_token,
            place,
        })
    }

    pub(super) fn is_for(&self, service: &str, region: &str) -> Result<(), SignatureError> {
        if self.service != service {
            return Err(invalid(format!("Credential should be scoped to correct service: '{service}'.")));
        }
        if self.region != region {
            return Err(invalid(format!(
                "Credential should be scoped to a valid region, not '{}'.",
                self.region
            )));
        }
        let (day, signed_day) = (&self.day, &self.signed_at.day);
        if day != signed_day {
            return Err(invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{day}' != '{signed_day}'."
            )));
        }
        Ok(())
    }

    pub(super) fn in_time(&self, now: SystemTime) -> Result<(), SignatureError> {
        match self.place {
            Place::Headers => around(&self.signed_at, now),
            Place::Query { expires } => until(&self.signed_at, expires, now),
        }
    }
}

/// Whether a pair of the query string is one of those that the signature does not cover as such.
pub(super) fn is_of_signature(pair: &str) -> bool {
    PARAMETERS.contains(&pair.split('=').next().unwrap_or_default())
}

/// A parameter of the signature, decoded; twice the same one is refused, as only one of them can be what was signed.
fn parameter(query: &str, name: &str) -> Result<Option<String>, SignatureError> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs.filter(|(other, _)| *other == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(percent_decode_str(value).decode_utf8_lossy().into_owned())),
        (Some(_), Some(_)) => Err(incomplete(format!("'{name}' must be in the query string only once."))),
    }
}
