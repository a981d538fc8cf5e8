//! GetUserAttributeVerificationCode: a code to the address or phone number that is to be proved.

use serde::Deserialize;
use serde_json::json;

use super::verify_user_attribute::{medium, purpose};
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUserAttributeVerificationCode {
    access_token: Option<String>,
    attribute_name: Option<String>,
}

/// To the new address while one is waiting, else to the present one.
pub(super) fn get_user_attribute_verification_code(
    turn: &Turn<'_>,
    request: GetUserAttributeVerificationCode,
) -> Result<Reply, Error> {
    let medium = medium(request.attribute_name)?;
    let (_, user) = turn.signed_in(request.access_token)?;
    let address =
        match medium {
            Medium::Email => user.pending_email.as_deref().unwrap_or(user.email()),
            Medium::Sms => user.attributes.get("phone_number").map(String::as_str).ok_or_else(|| {
                Error::InvalidParameter("The user has no phone_number to verify".to_owned())
            })?,
        };
    turn.send_code_to(&user, address, purpose(medium))?;
    Ok(json!({ "CodeDeliveryDetails": medium.delivery_details(address) }).into())
}
