//! ConfirmForgotPassword: the reset code and a new password.

use serde::Deserialize;
use serde_json::json;

use super::hidden_user;
use crate::error::Error;
use crate::operation::{Reply, required, username};
use crate::password::{self, StoredPassword};
use crate::store::attempts::{self, Secret};
use crate::store::codes::{self, Purpose};
use crate::store::users::{self, UserStatus};
use crate::triggers::Metadata;
use crate::triggers::post_confirmation::{self, Source};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmForgotPassword {
    client_id: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    password: Option<String>,
    client_metadata: Option<Metadata>,
}

/// The password is looked at first, so that a poor one does not cost the code.
pub(super) fn confirm_forgot_password(
    turn: &Turn<'_>,
    request: ConfirmForgotPassword,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let name = username(request.username)?;
    let code = required(request.confirmation_code, "confirmationCode")?;
    let password = required(request.password, "password")?;
    password::check(&turn.pool().password_policy, &password)?;

    let Some(mut user) = users::find(turn.db, &name)? else {
        return Err(match client.prevent_user_existence_errors {
            true => hidden_user::guess_code(turn, &name, Purpose::ResetPassword)?,
            false => Error::UserNotFound("Username/client id combination not found."),
        });
    };
    codes::redeem(turn.db, &user.sub, Purpose::ResetPassword, &code, turn.now_s())?;
    user.password = StoredPassword::new(turn.pool(), &user.sub, &password);
    if user.status == UserStatus::ResetRequired {
        user.status = UserStatus::Confirmed;
    }
    attempts::succeeded(turn.db, &user.sub, Secret::Password)?;
    users::update(turn.db, &user, turn.now_s())?;

    let source = Source::ConfirmForgotPassword;
    let told =
        post_confirmation::tell(turn, &user, &client.client_id, source, request.client_metadata.as_ref())?;
    told.and_then(turn, |_, ()| Ok(json!({}).into()))
}
