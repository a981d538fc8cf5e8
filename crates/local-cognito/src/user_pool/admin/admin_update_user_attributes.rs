//! AdminUpdateUserAttributes: changes at once what somebody would have to prove.

use serde::Deserialize;
use serde_json::json;

use crate::attributes::{self, Attribute, Writer};
use crate::error::Error;
use crate::operation::Reply;
use crate::store::codes::{self, Purpose};
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminUpdateUserAttributes {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

/// A new e-mail counts as unverified, unless the same request says `email_verified`.
pub(super) fn admin_update_user_attributes(
    turn: &Turn<'_>,
    request: AdminUpdateUserAttributes,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let written = request.user_attributes.ok_or_else(|| Error::missing("userAttributes"))?;
    let mut user = turn.named_user(request.username)?;
    let address = user.email().to_owned();
    let says_verified = written.iter().any(|attribute| attribute.is("email_verified"));
    attributes::write(&mut user.attributes, written, Writer::Operator)?;
    if user.email() != address {
        turn.check_email_is_free(user.email(), &user)?;
        user.pending_email = None;
        codes::cancel(turn.db, &user.sub, Purpose::VerifyEmail)?;
        if !says_verified {
            user.attributes.insert("email_verified".to_owned(), "false".to_owned());
        }
    }
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}
