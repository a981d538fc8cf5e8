//! AdminUserGlobalSignOut: ends every sign-in of somebody.

use serde_json::json;

use super::Named;
use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;

pub(super) fn admin_user_global_sign_out(turn: &Turn<'_>, request: Named) -> Result<Reply, Error> {
    let user = request.user(turn)?;
    turn.revoke_all(&user.sub)?;
    Ok(json!({}).into())
}
