//! GetUserAuthFactors: what who is signed in can sign in with, first and second.

use serde::Deserialize;
use serde_json::json;

use super::{set_user_mfa_preference, user_auth};
use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUserAuthFactors {
    access_token: Option<String>,
}

pub(super) fn get_user_auth_factors(turn: &Turn<'_>, request: GetUserAuthFactors) -> Result<Reply, Error> {
    let (_, user) = turn.signed_in(request.access_token)?;
    let factors = user_auth::factors_of(turn, &user)?;
    let mut answer = json!({ "Username": user.sub, "ConfiguredUserAuthFactors": factors });
    set_user_mfa_preference::show(turn, &user, &mut answer)?;
    Ok(answer.into())
}
