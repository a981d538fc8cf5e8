//! AdminResetUserPassword: the password is good no more, and a reset code is on its way.

use serde::Deserialize;
use serde_json::json;

use super::Named;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::codes::Purpose;
use crate::store::users::{self, UserStatus};
use crate::triggers::custom_message::{Message, Occasion};
use crate::triggers::{Metadata, NO_CLIENT};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminResetUserPassword {
    #[serde(flatten)]
    named: Named,
    client_metadata: Option<Metadata>,
}

pub(super) fn admin_reset_user_password(
    turn: &Turn<'_>,
    request: AdminResetUserPassword,
) -> Result<Reply, Error> {
    let AdminResetUserPassword { named, client_metadata: metadata } = request;
    let mut user = named.user(turn)?;
    if !matches!(user.status, UserStatus::Confirmed | UserStatus::ResetRequired) {
        return Err(Error::NotAuthorized("User password cannot be reset in the current state."));
    }
    if !user.has_verified_email() {
        return Err(Error::InvalidParameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number"
                .to_owned(),
        ));
    }
    user.status = UserStatus::ResetRequired;
    let message = Message {
        occasion: Occasion::ForgotPassword,
        user: &user,
        address: user.email(),
        client_id: NO_CLIENT,
        metadata: metadata.as_ref(),
    };
    let sent = turn.send_code(&message, Purpose::ResetPassword)?;
    users::update(turn.db, &user, turn.now_s())?;
    sent.and_then(turn, |_, ()| Ok(json!({}).into()))
}
