//! AdminResetUserPassword: the password is good no more, and a reset code is on its way.

use serde_json::json;

use super::Named;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::codes::Purpose;
use crate::store::users::{self, UserStatus};
use crate::turn::Turn;

pub(super) fn admin_reset_user_password(turn: &Turn<'_>, request: Named) -> Result<Reply, Error> {
    let mut user = request.user(turn)?;
    if !matches!(user.status, UserStatus::Confirmed | UserStatus::ResetRequired) {
        return Err(Error::NotAuthorized("User password cannot be reset in the current state."));
    }
    if !user.has_verified_email() {
        return Err(Error::InvalidParameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number"
                .to_owned(),
        ));
    }
    turn.send_code(&user, Purpose::ResetPassword)?;
    user.status = UserStatus::ResetRequired;
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}
