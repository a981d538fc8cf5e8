//! GetUser: the attributes of who is signed in.

use serde::Deserialize;
use serde_json::json;

use super::set_user_mfa_preference;
use crate::attributes;
use crate::error::Error;
use crate::operation::Reply;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUser {
    access_token: Option<String>,
}

pub(super) fn get_user(turn: &Turn<'_>, request: GetUser) -> Result<Reply, Error> {
    let (_, user) = turn.signed_in(request.access_token)?;
    let mut answer = json!({ "Username": user.sub, "UserAttributes": attributes::list(&user) });
    set_user_mfa_preference::show(turn, &user, &mut answer)?;
    Ok(answer.into())
}
