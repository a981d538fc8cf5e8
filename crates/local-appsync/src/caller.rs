//! Who calls, and what the host answers about it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::credentials::{Credentials, Evidence};
use crate::definition::AuthMode;
use crate::{Api, oidc};

/// Tells who holds some credentials: the host's side of authorization.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Verifies a key, a token or a signature.
    async fn authenticate(&self, credentials: &Credentials) -> Result<Caller, Refused>;
}

/// Someone whose credentials were verified.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What kind of credentials it was.
    pub mode: AuthMode,
    /// The `identity` of the Context, in AppSync's shape for the mode; null for an API key. `sourceIp` is filled in
    /// where the shape has it.
    /// <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html#aws-appsync-resolver-context-reference-identity-js>
    pub identity: Value,
    /// The user's groups (`cognito:groups`), for directives that name groups.
    pub groups: Vec<String>,
    /// When the credentials end, in seconds since 1970; WebSockets opened with them end then.
    pub expires_at_s: Option<u64>,
    /// What narrows the schema's directives for this caller, if anything does: IAM policies, or the `deniedFields`
    /// of a Lambda authorizer.
    pub permission: Option<Permission>,
}

/// Which fields a caller may access, by type and name; [`Authenticator`]s make it of policies.
#[derive(Clone)]
pub struct Permission(Arc<Admits>);

/// Asked with a type and a field of it.
type Admits = dyn Fn(&str, &str) -> bool + Send + Sync;

impl Permission {
    /// It is asked with the type and the name of each field that is selected.
    pub fn new(admits: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Permission {
        Permission(Arc::new(admits))
    }

    pub(crate) fn admits(&self, type_name: &str, field_name: &str) -> bool {
        (self.0)(type_name, field_name)
    }
}

impl fmt::Debug for Permission {
    /// Its address: permissions are the same only if they are clones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({:p})", self.0)
    }
}

/// Credentials that are not accepted: mostly a 401 of errorType `UnauthorizedException`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// The status of the answer.
    pub status: u16,
    /// For the program that reads the answer; Amplify takes it from the header `x-amzn-errortype`.
    pub error_type: String,
    /// For the person who reads the answer, such as `Token has expired.`.
    pub message: String,
}

impl Refused {
    /// With a message of your own.
    pub fn new(message: impl Into<String>) -> Refused {
        Refused { status: 401, error_type: "UnauthorizedException".to_owned(), message: message.into() }
    }

    /// A signature that does not count, with the name that AWS gives the reason, as `InvalidSignatureException`.
    /// AppSync answers 403: <https://github.com/aws-amplify/amplify-js/issues/2422>.
    pub fn forbidden(error_type: impl Into<String>, message: impl Into<String>) -> Refused {
        Refused { status: 403, error_type: error_type.into(), message: message.into() }
    }

    /// AppSync's text when it does not say more.
    pub fn not_authorized() -> Refused {
        Refused::new("You are not authorized to make this call.")
    }
}

/// Finds out who shows this evidence, by a mode that the API has.
pub(crate) async fn identify(
    api: &Api,
    evidence: Evidence<'_>,
    source_ip: IpAddr,
) -> Result<Caller, Refused> {
    let credentials = evidence.credentials(&api.modes)?;
    let mut caller = match &credentials {
        Credentials::Token(token) => of_token(api, token, &credentials, &evidence).await?,
        _ => api.authenticator.authenticate(&credentials).await?,
    };
    if !api.modes.contains(&caller.mode) {
        return Err(Refused::not_authorized());
    }
    if caller.expires_at_s.is_some_and(|expires_at_s| expires_at_s <= now_s()) {
        return Err(Refused::new("Token has expired."));
    }
    if let (AuthMode::UserPool | AuthMode::Iam, Value::Object(identity)) = (caller.mode, &mut caller.identity)
    {
        identity.insert("sourceIp".to_owned(), json!([source_ip]));
    }
    Ok(caller)
}

/// A JWT is its issuer's, where user pools or providers are configured; anything else is for the function.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization>
async fn of_token(
    api: &Api,
    token: &str,
    credentials: &Credentials,
    evidence: &Evidence<'_>,
) -> Result<Caller, Refused> {
    let claims = oidc::claims(token);
    let provider =
        claims.as_ref().and_then(|claims| api.oidc.iter().find(|provider| provider.issued(claims)));
    if let Some(provider) = provider {
        return provider.verify(token).await;
    }
    let has_pools = api.modes.contains(&AuthMode::UserPool);
    let takes_jwt = has_pools || api.modes.contains(&AuthMode::Oidc);
    match &api.lambda_authorizer {
        Some(gatekeeper) if claims.is_none() || !takes_jwt => gatekeeper.admit(token, evidence).await,
        _ if has_pools => api.authenticator.authenticate(credentials).await,
        _ if claims.is_none() => Err(Refused::new("Unable to parse JWT token.")),
        _ => Err(Refused::not_authorized()),
    }
}

/// Seconds since 1970.
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
