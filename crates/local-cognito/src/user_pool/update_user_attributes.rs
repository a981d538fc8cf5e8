//! UpdateUserAttributes: what a user may say about themselves.

use serde::Deserialize;
use serde_json::json;

use crate::attributes::{self, Attribute};
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateUserAttributes {
    access_token: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

pub(super) fn update_user_attributes(turn: &Turn<'_>, request: UpdateUserAttributes) -> Result<Reply, Error> {
    let written = request
        .user_attributes
        .ok_or_else(|| Error::missing("userAttributes"))?;
    let (_, mut user) = turn.signed_in(request.access_token)?;
    let address = user.email().to_owned();
    attributes::write(&mut user.attributes, written)?;
    if user.email() != address {
        return Err(Error::InvalidParameter(
            "The email attribute is the sign-in name; the local pool cannot change it.".to_owned(),
        ));
    }
    attributes::check_required(turn.pool(), &user.attributes)?;
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({ "CodeDeliveryDetailsList": [] }).into())
}
