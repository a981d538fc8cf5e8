//! GetTokensFromRefreshToken: how Amplify refreshes; needs no flow allowed, as in AWS.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::tokens;
use crate::triggers::Metadata;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetTokensFromRefreshToken {
    client_id: Option<String>,
    refresh_token: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn get_tokens_from_refresh_token(
    turn: &Turn<'_>,
    request: GetTokensFromRefreshToken,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let refresh_token = required(request.refresh_token, "refreshToken")?;
    tokens::refresh(turn, client, refresh_token, request.client_metadata.as_ref())?
        .and_then(turn, |_, result| Ok(json!({ "AuthenticationResult": result }).into()))
}
