//! GetTokensFromRefreshToken: how Amplify refreshes; needs no flow allowed, as in AWS.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::tokens;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetTokensFromRefreshToken {
    client_id: Option<String>,
    refresh_token: Option<String>,
}

pub(super) fn get_tokens_from_refresh_token(
    turn: &Turn<'_>,
    request: GetTokensFromRefreshToken,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let result = tokens::refresh(turn, client, &required(request.refresh_token, "refreshToken")?)?;
    Ok(json!({ "AuthenticationResult": result }).into())
}
