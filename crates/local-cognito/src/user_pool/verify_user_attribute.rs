//! VerifyUserAttribute: the code proves the address; a new one is now the e-mail and the sign-in name.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::store::codes::{self, Purpose};
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VerifyUserAttribute {
    access_token: Option<String>,
    attribute_name: Option<String>,
    code: Option<String>,
}

pub(super) fn verify_user_attribute(turn: &Turn<'_>, request: VerifyUserAttribute) -> Result<Reply, Error> {
    check_email(request.attribute_name)?;
    let code = required(request.code, "code")?;
    let (_, mut user) = turn.signed_in(request.access_token)?;
    codes::redeem(turn.db, &user.sub, Purpose::VerifyEmail, &code, turn.now_s())?;
    if let Some(address) = user.pending_email.take() {
        // Somebody may have signed up with it meanwhile.
        turn.check_email_is_free(&address, &user)?;
        user.attributes.insert("email".to_owned(), address);
    }
    user.attributes.insert("email_verified".to_owned(), "true".to_owned());
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}

/// The e-mail is what the local pool can verify.
pub(super) fn check_email(attribute_name: Option<String>) -> Result<(), Error> {
    match required(attribute_name, "attributeName")?.as_str() {
        "email" => Ok(()),
        _ => Err(Error::InvalidParameter("The local pool verifies the attribute email only".to_owned())),
    }
}
