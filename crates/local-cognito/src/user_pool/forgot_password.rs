//! ForgotPassword: a reset code for who can read the user's mail.

use serde::Deserialize;
use serde_json::json;

use super::hidden_user;
use super::migrate_user;
use crate::config::ClientConfig;
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, username};
use crate::progress::Progress;
use crate::store::codes::Purpose;
use crate::store::users::{self, User, UserStatus};
use crate::triggers::Metadata;
use crate::triggers::custom_message::{Message, Occasion};
use crate::triggers::user_migration::Wish;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ForgotPassword {
    client_id: Option<String>,
    username: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn forgot_password(turn: &Turn<'_>, request: ForgotPassword) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let name = username(request.username)?;
    let told = request.client_metadata;
    let migrated = migrate_user::migrate(turn, client, &name, &Wish::ForgotPassword, told.as_ref())?;
    let client = client.clone();
    migrated.and_then(turn, move |turn, _| send_code(turn, &client, name, told.as_ref()))
}

fn send_code(
    turn: &Turn<'_>,
    client: &ClientConfig,
    name: String,
    metadata: Option<&Metadata>,
) -> Result<Reply, Error> {
    let user = users::find(turn.db, &name)?;
    let has_temporary = |user: &User| user.status == UserStatus::ForceChangePassword;
    if user.as_ref().is_some_and(has_temporary) && !client.prevent_user_existence_errors {
        return Err(Error::NotAuthorized("User password cannot be reset in the current state."));
    }
    let known = user.as_ref().map(|user| user.sub.clone());
    let (sent, address) =
        match user.filter(|user| user.has_verified_email() && user.is_enabled && !has_temporary(user)) {
            Some(user) => {
                let address = user.email();
                let (occasion, client_id) = (Occasion::ForgotPassword, client.client_id.as_str());
                let message = Message { occasion, user: &user, address, client_id, metadata };
                (turn.send_code(&message, Purpose::ResetPassword)?, address.to_owned())
            }
            None if client.prevent_user_existence_errors => {
                match known {
                    Some(sub) => turn.pretend_code(&client.client_id, &sub, Purpose::ResetPassword)?,
                    None => hidden_user::pretend_code(turn, client, &name, Purpose::ResetPassword)?,
                }
                (Progress::Done(()), name)
            }
            None if known.is_some() => {
                return Err(Error::InvalidParameter(
                "Cannot reset password for the user as there is no registered/verified email or phone_number"
                    .to_owned(),
            ));
            }
            None => return Err(Error::UserNotFound("Username/client id combination not found.")),
        };
    sent.and_then(turn, move |_, ()| {
        Ok(json!({ "CodeDeliveryDetails": Medium::Email.delivery_details(&address) }).into())
    })
}
