//! ChangePassword: a new password for who is signed in and knows the old one.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::password::{self, StoredPassword};
use crate::store::attempts::{self, Secret};
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangePassword {
    access_token: Option<String>,
    previous_password: Option<String>,
    proposed_password: Option<String>,
}

pub(super) fn change_password(turn: &Turn<'_>, request: ChangePassword) -> Result<Reply, Error> {
    let proposed = required(request.proposed_password, "proposedPassword")?;
    let previous = required(request.previous_password, "previousPassword")?;
    let (_, mut user) = turn.signed_in(request.access_token)?;
    password::check(&turn.pool().password_policy, &proposed)?;
    if attempts::check(turn.db, &user.sub, Secret::Password, turn.now_ms).is_err() {
        return Err(Error::LimitExceeded);
    }
    if !user.password.is(turn.pool(), &user.sub, &previous) {
        attempts::failed(turn.db, &user.sub, Secret::Password, turn.now_ms)?;
        return Err(Error::INCORRECT_PASSWORD);
    }
    attempts::succeeded(turn.db, &user.sub, Secret::Password)?;
    user.password = StoredPassword::new(turn.pool(), &user.sub, &proposed);
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}
