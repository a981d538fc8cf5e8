//! AdminEnableUser and AdminDisableUser: shuts somebody out, tokens included, and lets them in again.

use serde_json::json;

use super::Named;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

pub(super) fn admin_enable_user(turn: &Turn<'_>, request: Named) -> Result<Reply, Error> {
    let mut user = request.user(turn)?;
    user.is_enabled = true;
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}

pub(super) fn admin_disable_user(turn: &Turn<'_>, request: Named) -> Result<Reply, Error> {
    let mut user = request.user(turn)?;
    user.is_enabled = false;
    users::update(turn.db, &user, turn.now_s())?;
    turn.revoke_all(&user.sub)?;
    Ok(json!({}).into())
}
