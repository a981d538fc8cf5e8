//! AdminConfirmSignUp: confirms who signed up without their code; the address stays unverified.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::operation::Reply;
use crate::post_confirmation::{self, Source};
use crate::store::users::{self, UserStatus};
use crate::turn::Turn;
use crate::user_pool::confirm_sign_up::check_unconfirmed;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminConfirmSignUp {
    user_pool_id: Option<String>,
    username: Option<String>,
    client_metadata: Option<Map<String, Value>>,
}

pub(super) fn admin_confirm_sign_up(turn: &Turn<'_>, request: AdminConfirmSignUp) -> Result<Reply, Error> {
    /// What AWS tells the function when no app client took part.
    const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

    turn.check_user_pool(request.user_pool_id)?;
    let mut user = turn.named_user(request.username)?;
    check_unconfirmed(&user)?;
    user.status = UserStatus::Confirmed;
    users::update(turn.db, &user, turn.now_s())?;
    let event = post_confirmation::event(
        turn.pool(),
        &user,
        NO_CLIENT,
        Source::ConfirmSignUp,
        request.client_metadata,
    );
    Ok(Reply { body: Some(json!({})), confirmed: Some(event) })
}
