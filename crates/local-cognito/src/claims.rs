//! Checking a token: is it ours, whole, current and not revoked?

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::UserPoolConfig;
use crate::signing_key::SigningKey;

/// What a good token says.
#[derive(Debug, Clone)]
pub struct Claims {
    /// Every claim, as it stands in the token.
    pub raw: Map<String, Value>,
    /// Access or id token.
    pub token_use: TokenUse,
    /// The user's id.
    pub sub: String,
    /// The user's name in the pool (`username` or `cognito:username`); equal to `sub` in these pools.
    pub username: String,
    /// `cognito:groups`, empty when absent.
    pub groups: Vec<String>,
    /// The app client: `client_id` or `aud`.
    pub client_id: String,
    /// Which sign-in the token comes from.
    pub event_id: String,
    /// When the token ends, in epoch seconds.
    pub expires_at_s: i64,
}

/// The two kinds of JWT that Cognito signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// For calling APIs.
    Access,
    /// Says who the user is.
    Id,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a JWT with the claims of a Cognito token.
    #[error("the token is malformed")]
    Malformed,
    /// Not signed by this pool's key with RS256, or for another issuer or client.
    #[error("the token was not issued by this user pool")]
    Forged,
    /// Past its `exp`; get a new one with the refresh token.
    #[error("the token has expired")]
    Expired,
    /// Its user signed out, was deleted, or revoked the refresh token; sign in again.
    #[error("the token has been revoked")]
    Revoked,
}

/// Reads a token of this pool; revocation is for the caller to check.
pub(crate) fn verify(
    token: &str,
    key: &SigningKey,
    pool: &UserPoolConfig,
    now_s: i64,
) -> Result<Claims, TokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let header: JwtHeader = part(header)?;
    let raw: Map<String, Value> = part(payload)?;
    let is_ours = header.alg == "RS256" && header.kid.as_deref() == Some(key.kid.as_str());
    if !is_ours || !key.has_signed(signed, signature) {
        return Err(TokenError::Forged);
    }
    let claims = parse(raw)?;
    let is_known_client = pool.clients.iter().any(|client| client.client_id == claims.client_id);
    if claims.raw.get("iss").and_then(Value::as_str) != Some(&pool.issuer) || !is_known_client {
        return Err(TokenError::Forged);
    }
    if now_s >= claims.expires_at_s {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

#[derive(Deserialize)]
struct JwtHeader {
    alg: String,
    kid: Option<String>,
}

fn part<T: serde::de::DeserializeOwned>(encoded: &str) -> Result<T, TokenError> {
    let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

fn parse(raw: Map<String, Value>) -> Result<Claims, TokenError> {
    let text =
        |name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(TokenError::Malformed);
    let token_use = match text("token_use")?.as_str() {
        "access" => TokenUse::Access,
        "id" => TokenUse::Id,
        _ => return Err(TokenError::Malformed),
    };
    let (username, client_id) = match token_use {
        TokenUse::Access => ("username", "client_id"),
        TokenUse::Id => ("cognito:username", "aud"),
    };
    let groups = raw.get("cognito:groups").and_then(Value::as_array);
    Ok(Claims {
        token_use,
        sub: text("sub")?,
        username: text(username)?,
        client_id: text(client_id)?,
        event_id: text("event_id")?,
        groups: groups.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        expires_at_s: raw.get("exp").and_then(Value::as_i64).ok_or(TokenError::Malformed)?,
        raw,
    })
}
