//! Who calls, and what the host answers about it.

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::Api;
use crate::credentials::{Credentials, Evidence};
use crate::definition::AuthMode;

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
}

/// Credentials that are not accepted: a 401 of errorType `UnauthorizedException`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// For the person who reads the answer, such as `Token has expired.`.
    pub message: String,
}

impl Refused {
    /// With a message of your own.
    pub fn new(message: impl Into<String>) -> Refused {
        Refused { message: message.into() }
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
    let mut caller = api.authenticator.authenticate(&credentials).await?;
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

/// Seconds since 1970.
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
