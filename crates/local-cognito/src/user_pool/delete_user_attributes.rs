//! DeleteUserAttributes: what a user no longer wants to say about themselves.

use serde::Deserialize;
use serde_json::json;

use crate::attributes;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteUserAttributes {
    access_token: Option<String>,
    user_attribute_names: Option<Vec<String>>,
}

pub(super) fn delete_user_attributes(turn: &Turn<'_>, request: DeleteUserAttributes) -> Result<Reply, Error> {
    let names = request.user_attribute_names.ok_or_else(|| Error::missing("userAttributeNames"))?;
    let (_, mut user) = turn.signed_in(request.access_token)?;
    attributes::remove(turn.pool(), &mut user.attributes, &names)?;
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}
