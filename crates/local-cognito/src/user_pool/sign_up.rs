//! SignUp: an unconfirmed user, and a code on its way to the e-mail address.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::initiate_auth::Flow;
use super::sign_in::{self, SignIn};
use crate::attributes::{self, Attribute, Writer};
use crate::challenges::Step;
use crate::config::ClientConfig;
use crate::email;
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, required, username};
use crate::password::{self, StoredPassword};
use crate::store::codes::Purpose;
use crate::store::users::{self, User, UserStatus};
use crate::triggers::custom_message::{Message, Occasion};
use crate::triggers::pre_sign_up::{self, Account, Source};
use crate::triggers::{Metadata, post_confirmation};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SignUp {
    client_id: Option<String>,
    username: Option<String>,
    password: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    validation_data: Option<Vec<Attribute>>,
    client_metadata: Option<Metadata>,
}

/// Without a password, where the pool has another first factor. The session is for ConfirmSignUp.
pub(super) fn sign_up(turn: &Turn<'_>, request: SignUp) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let address = username(request.username)?;
    let password = match request.password.filter(|password| !password.is_empty()) {
        None if turn.pool().is_passwordless() => None,
        given => Some(required(given, "password")?),
    };
    if !email::is_address(&address) {
        return Err(Error::InvalidParameter("Username should be an email.".to_owned()));
    }
    if let Some(password) = &password {
        password::check(&turn.pool().password_policy, password)?;
    }

    let mut attributes = BTreeMap::new();
    attributes::write(&mut attributes, request.user_attributes.unwrap_or_default(), Writer::User)?;
    let written = attributes.insert("email".to_owned(), address.clone());
    if written.is_some_and(|written| written.to_lowercase() != address.to_lowercase()) {
        return Err(Error::InvalidParameter(
            "The email attribute must be the Username, for e-mail is the sign-in name.".to_owned(),
        ));
    }
    attributes::check_required(turn.pool(), &attributes)?;

    turn.check_is_new(&address)?;
    let sub = Uuid::new_v4().to_string();
    let metadata = request.client_metadata;
    let account = Account {
        sub: &sub,
        client_id: &client.client_id,
        attributes: &attributes,
        validation_data: request.validation_data.as_deref(),
        metadata: metadata.as_ref(),
    };
    let client = client.clone();
    pre_sign_up::allow(turn, &account, Source::SignUp).and_then(turn, move |turn, wanted| {
        turn.check_is_new(&address)?;
        attributes.insert("email_verified".to_owned(), "false".to_owned());
        verify(&mut attributes, "email", wanted.auto_verify_email)?;
        verify(&mut attributes, "phone_number", wanted.auto_verify_phone)?;
        let user = User {
            status: match wanted.auto_confirm_user {
                Some(true) => UserStatus::Confirmed,
                _ => UserStatus::Unconfirmed,
            },
            password: match password {
                Some(password) => StoredPassword::new(turn.pool(), &sub, &password),
                None => StoredPassword::none(),
            },
            sub,
            attributes,
            is_enabled: true,
            temporary_until_s: None,
            pending_email: None,
            created_at_s: turn.now_s(),
            modified_at_s: turn.now_s(),
        };
        users::insert(turn.db, &user)?;
        signed_up(turn, &client, user, metadata)
    })
}

/// Whom PreSignUp confirmed needs no code.
fn signed_up(
    turn: &Turn<'_>,
    client: &ClientConfig,
    user: User,
    metadata: Option<Metadata>,
) -> Result<Reply, Error> {
    let mut answer = json!({ "UserConfirmed": user.status == UserStatus::Confirmed, "UserSub": user.sub });
    if user.status == UserStatus::Confirmed {
        let source = post_confirmation::Source::ConfirmSignUp;
        let told = post_confirmation::tell(turn, &user, &client.client_id, source, metadata.as_ref())?;
        return told.and_then(turn, |_, ()| Ok(answer.into()));
    }
    let message = Message {
        occasion: Occasion::SignUp,
        user: &user,
        address: user.email(),
        client_id: &client.client_id,
        metadata: metadata.as_ref(),
    };
    let sent = turn.send_code(&message, Purpose::SignUp)?;
    answer["CodeDeliveryDetails"] = Medium::Email.delivery_details(user.email());
    let client = client.clone();
    sent.and_then(turn, move |turn, ()| {
        if Flow::User.is_allowed(&client) {
            let session = sign_in::open(turn, SignIn::new(&client, None), &user, Step::SignedUp);
            answer["Session"] = session.into();
        }
        Ok(answer.into())
    })
}

/// Calls an address verified, if PreSignUp says so; one that is not there cannot be.
fn verify(
    attributes: &mut BTreeMap<String, String>,
    name: &str,
    is_verified: Option<bool>,
) -> Result<(), Error> {
    if is_verified != Some(true) {
        return Ok(());
    }
    if !attributes.contains_key(name) {
        tracing::warn!(name, "PreSignUp verified what the user does not have");
        return Err(Error::InvalidLambdaResponse);
    }
    attributes.insert(format!("{name}_verified"), "true".to_owned());
    Ok(())
}
