//! GetUserAttributeVerificationCode: a code to the address or phone number that is to be proved.

use serde::Deserialize;
use serde_json::json;

use super::verify_user_attribute::{medium, purpose};
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::triggers::Metadata;
use crate::triggers::custom_message::{Message, Occasion};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUserAttributeVerificationCode {
    access_token: Option<String>,
    attribute_name: Option<String>,
    client_metadata: Option<Metadata>,
}

/// To the new address while one is waiting, else to the present one.
pub(super) fn get_user_attribute_verification_code(
    turn: &Turn<'_>,
    request: GetUserAttributeVerificationCode,
) -> Result<Reply, Error> {
    let medium = medium(request.attribute_name)?;
    let (claims, user) = turn.signed_in(request.access_token)?;
    let address =
        match medium {
            Medium::Email => user.pending_email.as_deref().unwrap_or(user.email()),
            Medium::Sms => user.attributes.get("phone_number").map(String::as_str).ok_or_else(|| {
                Error::InvalidParameter("The user has no phone_number to verify".to_owned())
            })?,
        };
    let message = Message {
        occasion: Occasion::VerifyUserAttribute,
        user: &user,
        address,
        client_id: &claims.client_id,
        metadata: request.client_metadata.as_ref(),
    };
    let answer = json!({ "CodeDeliveryDetails": medium.delivery_details(address) });
    turn.send_code(&message, purpose(medium))?.and_then(turn, |_, ()| Ok(answer.into()))
}
