//! GetUserAttributeVerificationCode: a code to the address that is to be proved.

use serde::Deserialize;
use serde_json::json;

use super::verify_user_attribute::check_email;
use crate::email;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::codes::Purpose;
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
    check_email(request.attribute_name)?;
    let (_, user) = turn.signed_in(request.access_token)?;
    let address = user.pending_email.as_deref().unwrap_or(user.email());
    turn.send_code_to(&user, address, Purpose::VerifyEmail)?;
    Ok(json!({ "CodeDeliveryDetails": email::delivery_details(address) }).into())
}
