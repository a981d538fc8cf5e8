//! Tokens of OpenID Connect providers: signature, issuer, audience and age.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#openid-connect-authorization>

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use regex_lite::Regex;
use serde_json::{Value, json};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use crate::caller::{Caller, Refused, now_s};
use crate::definition::{AuthMode, BuildError};

/// Keys are fetched again for a key id that is not among them, or after a failure, but not more often.
const REFETCH_AFTER: Duration = Duration::from_secs(10);

/// The template's `OpenIDConnectConfig`.
#[derive(Clone)]
pub struct OidcProvider {
    /// `Issuer`: what the claim `iss` must be.
    pub issuer: String,
    /// `ClientId`: an expression that the claim `aud` or `azp` must match as a whole.
    pub client_id: Option<String>,
    /// `IatTTL`: how old a token may be, by its claim `iat`.
    pub iat_ttl: Option<Duration>,
    /// `AuthTTL`: how long ago the sign-in may be, by the claim `auth_time`.
    pub auth_ttl: Option<Duration>,
    /// Where the provider's keys come from.
    pub keys: Arc<dyn ProviderKeys>,
}

/// Fetches the keys of a provider.
#[async_trait]
pub trait ProviderKeys: Send + Sync {
    /// The document behind the `jwks_uri` of the provider's configuration; the error is for the log.
    async fn jwks(&self) -> Result<Value, String>;
}

/// An [`OidcProvider`] at work.
pub(crate) struct Verifier {
    provider: OidcProvider,
    client_id: Option<Regex>,
    /// As they were got last.
    keys: Arc<RwLock<Option<JwkSet>>>,
    /// When the last fetch ended. Held during the next: those whose key is not known wait for what it gets.
    fetched_at: Arc<Mutex<Option<Instant>>>,
}

impl Verifier {
    pub(crate) fn new(provider: OidcProvider) -> Result<Verifier, BuildError> {
        let whole = |expression: &String| Regex::new(&format!("^(?:{expression})$"));
        let client_id = provider.client_id.as_ref().map(whole).transpose();
        Ok(Verifier {
            client_id: client_id.map_err(|error| BuildError::InvalidExpression(error.to_string()))?,
            provider,
            keys: Arc::default(),
            fetched_at: Arc::default(),
        })
    }

    /// Whether the token says that it is of this provider.
    pub(crate) fn issued(&self, claims: &Value) -> bool {
        claims["iss"] == self.provider.issuer.as_str()
    }

    pub(crate) async fn verify(&self, token: &str) -> Result<Caller, Refused> {
        let header = decode_header(token).map_err(|_| Refused::new("Unable to parse JWT token."))?;
        // A secret that both sides know is not what a public key is for.
        if matches!(header.alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
            return Err(Refused::not_authorized());
        }
        let key = self.key(header.kid.as_deref()).await?;
        let mut validation = Validation::new(header.alg);
        validation.validate_aud = false;
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.provider.issuer]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        let claims = decode::<Value>(token, &key, &validation).map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => Refused::new("Token has expired."),
            _ => Refused::not_authorized(),
        })?;
        let claims = claims.claims;
        self.is_for_client(&claims)?;
        self.is_fresh(&claims, "iat", self.provider.iat_ttl)?;
        self.is_fresh(&claims, "auth_time", self.provider.auth_ttl)?;
        let identity = json!({ "claims": claims, "issuer": claims["iss"], "sub": claims["sub"] });
        let expires_at_s = claims["exp"].as_u64();
        Ok(Caller { mode: AuthMode::Oidc, identity, groups: Vec::new(), expires_at_s, permission: None })
    }

    fn is_for_client(&self, claims: &Value) -> Result<(), Refused> {
        let Some(expression) = &self.client_id else {
            return Ok(());
        };
        let audience = match &claims["aud"] {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => Vec::from_iter(one.as_str()),
        };
        match audience.into_iter().chain(claims["azp"].as_str()).any(|client| expression.is_match(client)) {
            true => Ok(()),
            false => Err(Refused::not_authorized()),
        }
    }

    fn is_fresh(&self, claims: &Value, claim: &str, ttl: Option<Duration>) -> Result<(), Refused> {
        match (ttl, claims[claim].as_u64()) {
            (None, _) => Ok(()),
            (Some(ttl), Some(since_s)) if now_s() <= since_s.saturating_add(ttl.as_secs()) => Ok(()),
            (Some(_), Some(_)) => Err(Refused::new("Token has expired.")),
            (Some(_), None) => Err(Refused::not_authorized()),
        }
    }

    async fn key(&self, kid: Option<&str>) -> Result<DecodingKey, Refused> {
        if let Some(key) = self.known(kid) {
            return Ok(key);
        }
        let fetched_at = Arc::clone(&self.fetched_at).lock_owned().await;
        if fetched_at.is_none_or(|fetched_at| fetched_at.elapsed() >= REFETCH_AFTER) {
            // A task of its own: a caller who leaves does not take the others' keys away.
            let _ = tokio::spawn(fetch(self.provider.clone(), Arc::clone(&self.keys), fetched_at)).await;
        }
        self.known(kid).ok_or_else(Refused::not_authorized)
    }

    fn known(&self, kid: Option<&str>) -> Option<DecodingKey> {
        find(self.keys.read().unwrap_or_else(PoisonError::into_inner).as_ref()?, kid)
    }
}

async fn fetch(
    provider: OidcProvider,
    keys: Arc<RwLock<Option<JwkSet>>>,
    mut fetched_at: OwnedMutexGuard<Option<Instant>>,
) {
    let jwks = provider.keys.jwks().await;
    match jwks.and_then(|jwks| keys_in(&jwks)) {
        Ok(got) => *keys.write().unwrap_or_else(PoisonError::into_inner) = Some(got),
        Err(reason) => {
            let issuer = &provider.issuer;
            tracing::warn!(issuer, %reason, "the provider's keys cannot be had, its tokens are refused");
        }
    }
    *fetched_at = Some(Instant::now());
}

/// A key of a kind that is not known here does not spoil the others.
fn keys_in(jwks: &Value) -> Result<JwkSet, String> {
    let all = jwks["keys"].as_array().ok_or_else(|| "what it publishes has no list of keys".to_owned())?;
    Ok(JwkSet { keys: all.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect() })
}

/// A token without a key id is of the only key.
fn find(keys: &JwkSet, kid: Option<&str>) -> Option<DecodingKey> {
    let key = match kid {
        Some(kid) => keys.find(kid)?,
        None => match &keys.keys[..] {
            [only] => only,
            _ => return None,
        },
    };
    DecodingKey::from_jwk(key).ok()
}

/// The claims of a token, not verified; `None` if it is no JWT.
pub(crate) fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok().filter(Value::is_object)
}
