//! AdminSetUserPassword: a password for somebody, to keep or to replace at the next sign-in.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::password::{self, StoredPassword};
use crate::store::attempts::{self, Secret};
use crate::store::users::{self, UserStatus};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminSetUserPassword {
    user_pool_id: Option<String>,
    username: Option<String>,
    password: Option<String>,
    #[serde(default)]
    permanent: bool,
}

/// A permanent one also confirms the user; as in AWS no post-confirmation function runs for that.
pub(super) fn admin_set_user_password(
    turn: &Turn<'_>,
    request: AdminSetUserPassword,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let password = required(request.password, "password")?;
    let mut user = turn.named_user(request.username)?;
    password::check(&turn.pool().password_policy, &password)?;
    user.password = StoredPassword::new(turn.pool(), &user.sub, &password);
    (user.status, user.temporary_until_s) = match request.permanent {
        true => (UserStatus::Confirmed, None),
        false => (UserStatus::ForceChangePassword, Some(turn.temporary_password_end_s())),
    };
    attempts::succeeded(turn.db, &user.sub, Secret::Password)?;
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}
