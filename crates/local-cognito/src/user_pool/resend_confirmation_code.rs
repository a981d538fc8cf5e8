//! ResendConfirmationCode: a new sign-up code; the old one is no longer good.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, required};
use crate::store::codes::Purpose;
use crate::store::users::{self, UserStatus};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResendConfirmationCode {
    client_id: Option<String>,
    username: Option<String>,
}

pub(super) fn resend_confirmation_code(
    turn: &Turn<'_>,
    request: ResendConfirmationCode,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let name = required(request.username, "username")?;
    let address = match users::find(turn.db, &name)? {
        Some(user) if user.status != UserStatus::Unconfirmed => {
            return Err(Error::InvalidParameter("User is already confirmed.".to_owned()));
        }
        Some(user) => {
            turn.send_code(&user, Purpose::SignUp)?;
            user.email().to_owned()
        }
        None if client.prevent_user_existence_errors => name,
        None => return Err(Error::UserNotFound("Username/client id combination not found.")),
    };
    Ok(json!({ "CodeDeliveryDetails": Medium::Email.delivery_details(&address) }).into())
}
