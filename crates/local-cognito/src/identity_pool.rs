//! The operations of `AWSCognitoIdentityService`, and the one question they share: whose login is this?

use std::collections::HashMap;

use crate::claims::TokenUse;
use crate::config::IdentityPoolConfig;
use crate::error::Error;
use crate::operation::operations;
use crate::store::identities::Login;
use crate::turn::Turn;

mod get_credentials_for_identity;
mod get_id;

operations! {
    "GetId" => get_id::get_id,
    "GetCredentialsForIdentity" => get_credentials_for_identity::get_credentials_for_identity,
}

fn pool<'a>(turn: &Turn<'a>) -> Result<&'a IdentityPoolConfig, Error> {
    let pool = turn.cognito.identity_pool.as_ref();
    pool.ok_or_else(|| Error::ResourceNotFound("The template has no identity pool.".to_owned()))
}

/// The user whose id token is in `Logins`, or `None` for a guest where guests are welcome.
fn login(
    turn: &Turn<'_>,
    pool: &IdentityPoolConfig,
    logins: Option<HashMap<String, String>>,
) -> Result<Option<Login>, Error> {
    let logins = logins.unwrap_or_default();
    let our_name = turn.pool().issuer.split_once("://").map_or("", |(_, name)| name);
    if logins.keys().any(|name| name != our_name) {
        return Err(Error::NotAuthorized("Token is not from a supported provider of this identity pool."));
    }
    let Some((provider_name, token)) = logins.into_iter().next() else {
        return match pool.allow_guests {
            true => Ok(None),
            false => {
                Err(Error::NotAuthorized("Unauthenticated access is not supported for this identity pool."))
            }
        };
    };
    let claims = turn.cognito.verify(&token, turn.now_s());
    let claims = claims.map_err(|_| Error::NotAuthorized("Invalid login token."))?;
    let is_accepted = pool
        .providers
        .iter()
        .any(|provider| provider.provider_name == provider_name && provider.client_id == claims.client_id);
    // An access token has no audience that the identity pool could trust.
    match is_accepted && claims.token_use == TokenUse::Id {
        true => Ok(Some(Login { provider_name, sub: claims.sub })),
        false => Err(Error::NotAuthorized("Invalid login token. Incorrect token audience.")),
    }
}
