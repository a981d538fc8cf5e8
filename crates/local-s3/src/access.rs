//! Who may do what: every request is signed by a known key, with its session token, and no header is smuggled in.

use std::sync::Arc;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::{CopyObjectInput, CopySource, UploadPartCopyInput};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};

use crate::range::Admitted;

mod actions;
pub(crate) mod parameters;
pub(crate) mod promises;

pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";

/// The longest life of a presigned URL, in seconds: seven days (AWS, "Authenticating Requests: Using Query
/// Parameters").
const MAX_PRESIGNED_S: u32 = 7 * 24 * 60 * 60;

/// Finds the secret of an access key id, or nothing if the key is unknown.
///
/// It is asked once or twice per request and must not block for long.
pub type Credentials = Arc<dyn Fn(&str) -> Option<Credential> + Send + Sync>;

/// The secret half of an access key.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token that must come with the key if it is a temporary one (`ASIA…`).
    pub session_token: Option<String>,
    /// Whether it is a temporary key that does not count any more.
    pub has_expired: bool,
}

/// Decides what the holder of an access key may do; the error is what to tell them.
///
/// It is asked once or more per request and must not block for long.
pub type Permits = Arc<dyn Fn(&Attempt) -> Result<(), String> + Send + Sync>;

/// What somebody wants to do, in the words of IAM.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whose signature it is.
    pub access_key_id: String,
    /// As `s3:GetObject`.
    pub action: &'static str,
    /// The ARN of an object or bucket, or `*`.
    pub resource: String,
    /// The values of condition keys, such as `s3:prefix`.
    pub circumstances: Vec<(&'static str, String)>,
}

/// Lets signed requests through to the operations.
#[derive(Clone)]
pub(crate) struct Gate {
    /// The number of the account whose buckets they are.
    pub(crate) account: String,
    /// The region for which they must be signed.
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    pub(crate) permits: Permits,
}

#[async_trait::async_trait]
impl S3Auth for Gate {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match (self.credentials)(access_key) {
            Some(credential) if credential.has_expired => {
                Err(s3_error!(ExpiredToken, "The provided token has expired."))
            }
            Some(credential) => Ok(SecretKey::from(credential.secret_access_key)),
            None => Err(unknown_key()),
        }
    }
}

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = cx.credentials() else {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        };
        let query: Vec<(String, String)> = cx.uri().query().map(parameters).unwrap_or_default();
        let parameter = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        if let Some(signed) = parameter("X-Amz-SignedHeaders") {
            nothing_unsigned(signed, cx.headers())?;
            expires_in_time(parameter("X-Amz-Expires"))?;
        }
        let header = |name: &str| cx.headers().get(name).and_then(|value| value.to_str().ok());
        self.is_of_region(header("authorization"), parameter("X-Amz-Credential"))?;
        parameters::are_known(cx.s3_op().name(), &query)?;
        let hoisted =
            |name: &str| query.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
        promises::can_be_kept(&self.account, cx.s3_op().name(), |name| {
            header(name).or_else(|| hoisted(name))
        })?;
        self.token_matches(
            &credentials.access_key,
            header(SECURITY_TOKEN).or(parameter("X-Amz-Security-Token")),
        )?;
        let (operation, path) = (cx.s3_op().name(), cx.s3_path());
        let attempts = actions::attempts(&credentials.access_key, operation, path, parameter);
        attempts.iter().try_for_each(|attempt| self.permits(attempt))?;
        let may_label = match path {
            S3Path::Object { bucket, key } if cx.headers().contains_key("x-amz-tagging") => {
                self.permits_key(Some(credentials), "s3:PutObjectTagging", bucket, key)
            }
            _ => Ok(()),
        };
        may_label?;
        if let Some(admitted) = cx.extensions_mut().get::<Admitted>() {
            admitted.tell();
        }
        Ok(())
    }

    /// The source of a copy must be readable.
    async fn copy_object(&self, request: &mut S3Request<CopyObjectInput>) -> S3Result<()> {
        self.permits_source(request.credentials.as_ref(), &request.input.copy_source)
    }

    async fn upload_part_copy(&self, request: &mut S3Request<UploadPartCopyInput>) -> S3Result<()> {
        self.permits_source(request.credentials.as_ref(), &request.input.copy_source)
    }
}

impl Gate {
    /// Access points are not served, so there is nothing to read from one.
    fn permits_source(
        &self,
        credentials: Option<&s3s::auth::Credentials>,
        source: &CopySource,
    ) -> S3Result<()> {
        match source {
            CopySource::Bucket { bucket, key, version_id } => {
                let action = if version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
                self.permits_key(credentials, action, bucket, key)
            }
            _ => Ok(()),
        }
    }

    /// The refusal of one object, which a request for many answers beside the others.
    pub(crate) fn permits_key(
        &self,
        credentials: Option<&s3s::auth::Credentials>,
        action: &'static str,
        bucket: &str,
        key: &str,
    ) -> S3Result<()> {
        let Some(credentials) = credentials else {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        };
        self.permits(&actions::on_object(&credentials.access_key, action, bucket, key))
    }

    /// Signatures of version 2 are for no region.
    fn is_of_region(&self, authorization: Option<&str>, credential: Option<&str>) -> S3Result<()> {
        let scope = authorization.and_then(|value| value.split("Credential=").nth(1)?.split(',').next());
        let region = |scope: &'_ str| scope.rsplit('/').nth(2).map(str::to_owned);
        match (scope.and_then(region), credential.and_then(region)) {
            (Some(region), _) if region != self.region => Err(wrong_region(&region, &self.region)),
            (None, Some(region)) if region != self.region => Err(S3Error::with_message(
                S3ErrorCode::AuthorizationQueryParametersError,
                format!(
                    "Error parsing the X-Amz-Credential parameter; the region '{region}' is wrong; expecting '{}'",
                    self.region
                ),
            )),
            _ => Ok(()),
        }
    }

    fn permits(&self, attempt: &Attempt) -> S3Result<()> {
        (self.permits)(attempt).map_err(|message| S3Error::with_message(S3ErrorCode::AccessDenied, message))
    }

    pub(crate) fn token_matches(&self, access_key: &str, given: Option<&str>) -> S3Result<()> {
        let needed = (self.credentials)(access_key).and_then(|credential| credential.session_token);
        match (needed, given) {
            // As AWS, which finds a temporary key by its token.
            (Some(_), None) => Err(unknown_key()),
            (Some(needed), Some(given)) if given != needed => {
                Err(s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid."))
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn wrong_region(region: &str, expected: &str) -> S3Error {
    S3Error::with_message(
        S3ErrorCode::AuthorizationHeaderMalformed,
        format!(
            "The authorization header is malformed; the region '{region}' is wrong; expecting '{expected}'"
        ),
    )
}

fn unknown_key() -> S3Error {
    s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records.")
}

/// A presigned URL grants what was signed and no more: an `x-amz-` header that was not signed is refused.
fn nothing_unsigned(signed: &str, headers: &http::HeaderMap) -> S3Result<()> {
    let is_signed = |name: &str| signed.split(';').any(|s| s.eq_ignore_ascii_case(name));
    let unsigned =
        headers.keys().find(|name| name.as_str().starts_with("x-amz-") && !is_signed(name.as_str()));
    match unsigned {
        None => Ok(()),
        Some(name) => Err(S3Error::with_message(
            S3ErrorCode::AccessDenied,
            format!("There were headers present in the request which were not signed: {name}"),
        )),
    }
}

fn expires_in_time(expires: Option<&str>) -> S3Result<()> {
    match expires.and_then(|s| s.parse::<u32>().ok()) {
        Some(seconds) if seconds <= MAX_PRESIGNED_S => Ok(()),
        _ => Err(s3_error!(
            AuthorizationQueryParametersError,
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
             than 604800 seconds"
        )),
    }
}

/// The parameters of a query string, decoded.
pub(crate) fn parameters(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    query.split('&').map(pair).collect()
}
