//! ResendConfirmationCode: a new sign-up code; the old one is no longer good.

use serde::Deserialize;
use serde_json::json;

use super::hidden_user;
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, username};
use crate::progress::Progress;
use crate::store::codes::Purpose;
use crate::store::users::{self, UserStatus};
use crate::triggers::Metadata;
use crate::triggers::custom_message::{Message, Occasion};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResendConfirmationCode {
    client_id: Option<String>,
    username: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn resend_confirmation_code(
    turn: &Turn<'_>,
    request: ResendConfirmationCode,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let name = username(request.username)?;
    let metadata = request.client_metadata.as_ref();
    let (sent, address) = match users::find(turn.db, &name)? {
        Some(user) if user.status != UserStatus::Unconfirmed => {
            return Err(Error::InvalidParameter("User is already confirmed.".to_owned()));
        }
        Some(user) => {
            let address = user.email();
            let (occasion, client_id) = (Occasion::ResendCode, client.client_id.as_str());
            let message = Message { occasion, user: &user, address, client_id, metadata };
            (turn.send_code(&message, Purpose::SignUp)?, address.to_owned())
        }
        None if client.prevent_user_existence_errors => {
            hidden_user::pretend_code(turn, client, &name, Purpose::SignUp)?;
            (Progress::Done(()), name)
        }
        None => return Err(Error::UserNotFound("Username/client id combination not found.")),
    };
    sent.and_then(turn, move |_, ()| {
        Ok(json!({ "CodeDeliveryDetails": Medium::Email.delivery_details(&address) }).into())
    })
}
