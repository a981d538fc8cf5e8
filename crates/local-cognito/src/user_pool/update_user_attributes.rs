//! UpdateUserAttributes: what a user may say about themselves.

use serde::Deserialize;
use serde_json::json;

use crate::attributes::{self, Attribute, Writer};
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::store::codes::{self, Purpose};
use crate::store::users;
use crate::triggers::Metadata;
use crate::triggers::custom_message::{Message, Occasion};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateUserAttributes {
    access_token: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    client_metadata: Option<Metadata>,
}

/// A new e-mail gets a code and becomes the e-mail when VerifyUserAttribute brings it back, which is what
/// `AttributesRequireVerificationBeforeUpdate: [email]` asks for.
pub(super) fn update_user_attributes(turn: &Turn<'_>, request: UpdateUserAttributes) -> Result<Reply, Error> {
    let written = request.user_attributes.ok_or_else(|| Error::missing("userAttributes"))?;
    let (claims, mut user) = turn.signed_in(request.access_token)?;
    let address = user.attributes.get("email").cloned();
    let wants_email = written.iter().any(|attribute| attribute.is("email"));
    attributes::write(&mut user.attributes, written, Writer::User)?;
    attributes::check_required(turn.pool(), &user.attributes)?;
    let wanted = user.email().to_owned();
    // Until the new address is proved, the present one stays.
    match &address {
        Some(address) => user.attributes.insert("email".to_owned(), address.clone()),
        None => user.attributes.remove("email"),
    };
    if wants_email && Some(&wanted) != address.as_ref() {
        turn.check_email_is_free(&wanted, &user)?;
        let message = Message {
            occasion: Occasion::UpdateUserAttribute,
            user: &user,
            address: &wanted,
            client_id: &claims.client_id,
            metadata: request.client_metadata.as_ref(),
        };
        let answer = json!({ "CodeDeliveryDetailsList": [Medium::Email.delivery_details(&wanted)] });
        let sent = turn.send_code(&message, Purpose::VerifyEmail)?;
        user.pending_email = Some(wanted);
        users::update(turn.db, &user, turn.now_s())?;
        return sent.and_then(turn, |_, ()| Ok(answer.into()));
    }
    if wants_email && user.pending_email.take().is_some() {
        // The code that is out would prove the other address.
        codes::cancel(turn.db, &user.sub, Purpose::VerifyEmail)?;
    }
    users::update(turn.db, &user, turn.now_s())?;
    Ok(json!({ "CodeDeliveryDetailsList": [] }).into())
}
