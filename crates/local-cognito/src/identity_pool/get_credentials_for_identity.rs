//! GetCredentialsForIdentity: AWS credentials for an hour, random, remembered for checking signatures.

use std::collections::HashMap;
use std::sync::PoisonError;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::Rng;
use serde::Deserialize;
use serde_json::json;

use super::{login, pool};
use crate::error::Error;
use crate::operation::{Reply, required};
use crate::store::identities::{self, Login, TemporaryCredentials};
use crate::turn::Turn;

const LIFETIME_S: i64 = 3600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetCredentialsForIdentity {
    identity_id: Option<String>,
    logins: Option<HashMap<String, String>>,
}

pub(super) fn get_credentials_for_identity(
    turn: &Turn<'_>,
    request: GetCredentialsForIdentity,
) -> Result<Reply, Error> {
    let identity_id = required(request.identity_id, "identityId")?;
    let login = login(turn, pool(turn)?, request.logins)?;
    let identity_id = identity_of(turn, identity_id, login.as_ref())?;
    let credentials = TemporaryCredentials {
        access_key_id: format!("ASIA{}", random_capitals(16)),
        secret_access_key: STANDARD.encode(rand::rng().random::<[u8; 30]>()),
        session_token: STANDARD.encode(rand::rng().random::<[u8; 96]>()),
        identity_id,
        login,
        expires_at_s: turn.now_s() + LIFETIME_S,
    };
    identities::forget_expired_credentials(turn.db, turn.now_s())?;
    identities::insert_credentials(turn.db, &credentials)?;
    let answer = json!({
        "IdentityId": credentials.identity_id,
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": credentials.expires_at_s,
        },
    });
    let mut known = turn.cognito.credentials.write().unwrap_or_else(PoisonError::into_inner);
    known.retain(|_, credentials| credentials.are_remembered(turn.now_s()));
    known.insert(credentials.access_key_id.clone(), credentials);
    Ok(answer.into())
}

/// A guest who has signed in keeps the identity, unless the user already has one: then it is that.
fn identity_of(turn: &Turn<'_>, identity_id: String, login: Option<&Login>) -> Result<String, Error> {
    let Some(owner) = identities::find(turn.db, &identity_id)? else {
        let shown: String = identity_id.chars().take(64).collect();
        return Err(Error::ResourceNotFound(format!("Identity '{shown}' not found.")));
    };
    match (owner, login) {
        (None, None) => Ok(identity_id),
        (None, Some(login)) => match identities::of_login(turn.db, login)? {
            Some(known) => Ok(known),
            None => {
                identities::link(turn.db, &identity_id, login)?;
                Ok(identity_id)
            }
        },
        (Some(owner), Some(login)) if owner == *login => Ok(identity_id),
        (Some(_), _) => Err(Error::NotAuthorized("Access to the identity is forbidden.")),
    }
}

fn random_capitals(length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut random = rand::rng();
    (0..length).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect()
}
