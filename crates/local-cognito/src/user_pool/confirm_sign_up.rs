//! ConfirmSignUp: the code proves the address; the user may sign in, and the post-confirmation function runs.
//!
//! As in AWS the confirmation is stored before the function is called. If the function fails, the answer is
//! `UserLambdaValidationException`, the user stays confirmed, and confirming again is refused with "Current
//! status is CONFIRMED": what the function should have made must be made good elsewhere.

use serde::Deserialize;
use serde_json::json;

use super::hidden_user;
use super::initiate_auth::Flow;
use super::sign_in::{self, SignIn};
use crate::challenges::Step;
use crate::config::FirstFactor;
use crate::error::Error;
use crate::operation::{Reply, required, username};
use crate::store::codes::{self, Purpose};
use crate::store::users::{self, User, UserStatus};
use crate::triggers::Metadata;
use crate::triggers::post_confirmation::{self, Source};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmSignUp {
    client_id: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    client_metadata: Option<Metadata>,
}

/// The session is for InitiateAuth. That of the sign-up may come along, as phones send it, and proves nothing more.
pub(super) fn confirm_sign_up(turn: &Turn<'_>, request: ConfirmSignUp) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let name = username(request.username)?;
    let code = required(request.confirmation_code, "confirmationCode")?;

    let Some(mut user) = users::find(turn.db, &name)? else {
        return Err(match client.prevent_user_existence_errors {
            true => hidden_user::guess_code(turn, &name, Purpose::SignUp)?,
            false => Error::UserNotFound("Username/client id combination not found."),
        });
    };
    check_unconfirmed(&user)?;
    codes::redeem(turn.db, &user.sub, Purpose::SignUp, &code, turn.now_s())?;
    user.status = UserStatus::Confirmed;
    user.attributes.insert("email_verified".to_owned(), "true".to_owned());
    users::update(turn.db, &user, turn.now_s())?;

    let source = Source::ConfirmSignUp;
    let told =
        post_confirmation::tell(turn, &user, &client.client_id, source, request.client_metadata.as_ref())?;
    let mut answer = json!({});
    // The code has come back from the address: as good as the code of an EMAIL_OTP.
    if Flow::User.is_allowed(client) && turn.pool().first_factors.contains(&FirstFactor::EmailOtp) {
        answer["Session"] = sign_in::open(turn, SignIn::new(client, None), &user, Step::Confirmed).into();
    }
    told.and_then(turn, |_, ()| Ok(answer.into()))
}

pub(super) fn check_unconfirmed(user: &User) -> Result<(), Error> {
    Err(Error::NotAuthorized(match user.status {
        UserStatus::Unconfirmed => return Ok(()),
        UserStatus::Confirmed => "User cannot be confirmed. Current status is CONFIRMED",
        UserStatus::ForceChangePassword => {
            "User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD"
        }
        UserStatus::ResetRequired => "User cannot be confirmed. Current status is RESET_REQUIRED",
    }))
}
