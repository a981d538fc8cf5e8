//! DeleteUser: who is signed in leaves, and their tokens end.

use serde::Deserialize;

use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteUser {
    access_token: Option<String>,
}

pub(super) fn delete_user(turn: &Turn<'_>, request: DeleteUser) -> Result<Reply, Error> {
    let (_, user) = turn.signed_in(request.access_token)?;
    turn.revoke_all(&user.sub)?;
    users::delete(turn.db, &user.sub)?;
    Ok(Reply::EMPTY)
}
