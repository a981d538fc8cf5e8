//! GlobalSignOut: ends every sign-in of the user, on all devices.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GlobalSignOut {
    access_token: Option<String>,
}

pub(super) fn global_sign_out(turn: &Turn<'_>, request: GlobalSignOut) -> Result<Reply, Error> {
    let (_, user) = turn.signed_in(request.access_token)?;
    turn.revoke_all(&user.sub)?;
    Ok(json!({}).into())
}
