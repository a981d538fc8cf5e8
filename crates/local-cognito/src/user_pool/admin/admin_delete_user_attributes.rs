//! AdminDeleteUserAttributes: takes attributes of somebody away.

use serde::Deserialize;
use serde_json::json;

use crate::attributes;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminDeleteUserAttributes {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attribute_names: Option<Vec<String>>,
}

pub(super) fn admin_delete_user_attributes(
    turn: &Turn<'_>,
    request: AdminDeleteUserAttributes,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let names = request.user_attribute_names.ok_or_else(|| Error::missing("userAttributeNames"))?;
    let mut user = turn.named_user(request.username)?;
    attributes::remove(turn.pool(), &mut user.attributes, &names)?;
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}
