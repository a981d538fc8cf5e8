//! ForgotPassword: a reset code for who can read the user's mail.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, required};
use crate::store::codes::Purpose;
use crate::store::users::{self, User, UserStatus};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ForgotPassword {
    client_id: Option<String>,
    username: Option<String>,
}

pub(super) fn forgot_password(turn: &Turn<'_>, request: ForgotPassword) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let name = required(request.username, "username")?;
    let user = users::find(turn.db, &name)?;
    let has_temporary = |user: &User| user.status == UserStatus::ForceChangePassword;
    if user.as_ref().is_some_and(has_temporary) && !client.prevent_user_existence_errors {
        return Err(Error::NotAuthorized("User password cannot be reset in the current state."));
    }
    let is_known = user.is_some();
    let address =
        match user.filter(|user| user.has_verified_email() && user.is_enabled && !has_temporary(user)) {
            Some(user) => {
                turn.send_code(&user, Purpose::ResetPassword)?;
                user.email().to_owned()
            }
            None if client.prevent_user_existence_errors => name,
            None if is_known => {
                return Err(Error::InvalidParameter(
                "Cannot reset password for the user as there is no registered/verified email or phone_number"
                    .to_owned(),
            ));
            }
            None => return Err(Error::UserNotFound("Username/client id combination not found.")),
        };
    Ok(json!({ "CodeDeliveryDetails": Medium::Email.delivery_details(&address) }).into())
}
