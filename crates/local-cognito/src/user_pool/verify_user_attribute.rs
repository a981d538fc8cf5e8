//! VerifyUserAttribute: the code proves the e-mail address or phone number; a new address is now the sign-in name.

use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::medium::Medium;
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
    let medium = medium(request.attribute_name)?;
    let code = required(request.code, "code")?;
    let (_, mut user) = turn.signed_in(request.access_token)?;
    codes::redeem(turn.db, &user.sub, purpose(medium), &code, turn.now_s())?;
    let address = if medium == Medium::Email { user.pending_email.take() } else { None };
    if let Some(address) = address {
        // Somebody may have signed up with it meanwhile.
        turn.check_email_is_free(&address, &user)?;
        user.attributes.insert("email".to_owned(), address);
    }
    user.attributes.insert(format!("{}_verified", medium.attribute()), "true".to_owned());
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({}).into())
}

/// How an attribute is verified.
pub(super) fn medium(attribute_name: Option<String>) -> Result<Medium, Error> {
    match required(attribute_name, "attributeName")?.as_str() {
        "email" => Ok(Medium::Email),
        "phone_number" => Ok(Medium::Sms),
        _ => Err(Error::InvalidParameter("AttributeName must be email or phone_number".to_owned())),
    }
}

pub(super) fn purpose(medium: Medium) -> Purpose {
    match medium {
        Medium::Email => Purpose::VerifyEmail,
        Medium::Sms => Purpose::VerifyPhone,
    }
}
