//! AdminSetUserMFAPreference: switches the second factor off for who lost it, or on again.

use serde::Deserialize;

use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;
use crate::user_pool::set_user_mfa_preference::{self, MfaPreference};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminSetUserMfaPreference {
    user_pool_id: Option<String>,
    username: Option<String>,
    #[serde(flatten)]
    preference: MfaPreference,
}

pub(super) fn admin_set_user_mfa_preference(
    turn: &Turn<'_>,
    request: AdminSetUserMfaPreference,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    set_user_mfa_preference::set(turn, &user, request.preference)
}
