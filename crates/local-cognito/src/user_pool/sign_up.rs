//! SignUp: an unconfirmed user, and a code on its way to the e-mail address.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::initiate_auth::Flow;
use super::sign_in::{self, SignIn};
use crate::attributes::{self, Attribute, Writer};
use crate::challenges::Step;
use crate::email;
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, required};
use crate::password::{self, StoredPassword};
use crate::store::codes::Purpose;
use crate::store::users::{self, User, UserStatus};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SignUp {
    client_id: Option<String>,
    username: Option<String>,
    password: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

/// Without a password, where the pool has another first factor. The session is for ConfirmSignUp.
pub(super) fn sign_up(turn: &Turn<'_>, request: SignUp) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let address = required(request.username, "username")?;
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
    attributes.insert("email_verified".to_owned(), "false".to_owned());

    if users::find(turn.db, &address)?.is_some() {
        return Err(Error::UsernameExists);
    }
    let sub = Uuid::new_v4().to_string();
    let password = match password {
        Some(password) => StoredPassword::new(turn.pool(), &sub, &password),
        None => StoredPassword::none(),
    };
    let user = User {
        sub,
        status: UserStatus::Unconfirmed,
        password,
        attributes,
        is_enabled: true,
        temporary_until_s: None,
        pending_email: None,
        created_at_s: turn.now_s(),
        modified_at_s: turn.now_s(),
    };
    users::insert(turn.db, &user)?;
    turn.send_code(&user, Purpose::SignUp)?;

    let mut answer = json!({
        "CodeDeliveryDetails": Medium::Email.delivery_details(&address),
        "UserConfirmed": false,
        "UserSub": user.sub,
    });
    if Flow::User.is_allowed(client) {
        answer["Session"] = sign_in::open(turn, SignIn::new(client, None), &user, Step::SignedUp).into();
    }
    Ok(answer.into())
}
