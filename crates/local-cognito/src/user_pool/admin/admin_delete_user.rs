//! AdminDeleteUser: removes somebody, and their tokens end.

use super::Named;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

pub(super) fn admin_delete_user(turn: &Turn<'_>, request: Named) -> Result<Reply, Error> {
    let user = request.user(turn)?;
    turn.revoke_all(&user.sub)?;
    users::delete(turn.db, &user.sub)?;
    Ok(Reply::EMPTY)
}
