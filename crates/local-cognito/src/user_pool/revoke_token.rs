//! RevokeToken: ends one sign-in, which is what Amplify's signOut does.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::store::sessions;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RevokeToken {
    client_id: Option<String>,
    token: Option<String>,
}

/// A token that is unknown or already ended is no error (RFC 7009, section 2.2).
pub(super) fn revoke_token(turn: &Turn<'_>, request: RevokeToken) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let token = required(request.token, "token")?;
    if !client.token_revocation {
        return Err(Error::UnsupportedOperation("Token revocation is not enabled for this client."));
    }
    match sessions::find(turn.db, &token)? {
        Some(session) if session.client_id != client.client_id => return Err(Error::Unauthorized),
        Some(session) => turn.revoke(&session.event_id)?,
        // Only a JWT has dots.
        None if token.contains('.') => return Err(Error::UnsupportedTokenType),
        None => {}
    }
    Ok(json!({}).into())
}
