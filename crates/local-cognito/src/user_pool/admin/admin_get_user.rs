//! AdminGetUser: all that the pool tells about somebody.

use serde_json::json;

use super::Named;
use crate::attributes;
use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;
use crate::user_pool::set_user_mfa_preference;

pub(super) fn admin_get_user(turn: &Turn<'_>, request: Named) -> Result<Reply, Error> {
    let user = request.user(turn)?;
    let mut answer = json!({
        "Username": user.sub,
        "UserAttributes": attributes::list(&user),
        "UserCreateDate": user.created_at_s,
        "UserLastModifiedDate": user.modified_at_s,
        "Enabled": user.is_enabled,
        "UserStatus": user.status.as_str(),
    });
    set_user_mfa_preference::show(turn, &user, &mut answer)?;
    Ok(answer.into())
}
