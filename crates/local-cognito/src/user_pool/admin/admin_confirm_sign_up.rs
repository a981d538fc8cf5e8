//! AdminConfirmSignUp: confirms who signed up without their code; the address stays unverified.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::Reply;
use crate::store::users::{self, UserStatus};
use crate::triggers::post_confirmation::{self, Source};
use crate::triggers::{Metadata, NO_CLIENT};
use crate::turn::Turn;
use crate::user_pool::confirm_sign_up::check_unconfirmed;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminConfirmSignUp {
    user_pool_id: Option<String>,
    username: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn admin_confirm_sign_up(turn: &Turn<'_>, request: AdminConfirmSignUp) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let mut user = turn.named_user(request.username)?;
    check_unconfirmed(&user)?;
    user.status = UserStatus::Confirmed;
    users::update(turn.db, &user, turn.now_s())?;
    let source = Source::ConfirmSignUp;
    let told = post_confirmation::tell(turn, &user, NO_CLIENT, source, request.client_metadata.as_ref())?;
    told.and_then(turn, |_, ()| Ok(json!({}).into()))
}
