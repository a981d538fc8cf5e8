//! AdminCreateUser: an account made for somebody, and an invitation with a temporary password.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rand::{Rng, rng};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::user_type;
use crate::attributes::{self, Attribute, Writer};
use crate::email;
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::{Reply, required};
use crate::password::{self, StoredPassword};
use crate::store::outbox;
use crate::store::users::{self, User, UserStatus};
use crate::triggers::custom_message::{self, Message, Occasion};
use crate::triggers::pre_sign_up::{self, Account, Source};
use crate::triggers::{Metadata, NO_CLIENT};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminCreateUser {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    temporary_password: Option<String>,
    message_action: Option<MessageAction>,
    validation_data: Option<Vec<Attribute>>,
    client_metadata: Option<Metadata>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum MessageAction {
    Suppress,
    Resend,
}

/// Attributes that the pool requires may be missing: the user is asked for them with the new password.
pub(super) fn admin_create_user(turn: &Turn<'_>, request: AdminCreateUser) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let address = required(request.username, "username")?;
    let password = match request.temporary_password.filter(|given| !given.is_empty()) {
        Some(given) => given,
        None => temporary_password(turn.pool().password_policy.minimum_length),
    };
    password::check(&turn.pool().password_policy, &password)?;
    if request.message_action == Some(MessageAction::Resend) {
        let user = invited_again(turn, &address, &password)?;
        return invite(turn, &user, password);
    }
    let is_invited = request.message_action != Some(MessageAction::Suppress);
    let attributes = attributes_of(&address, request.user_attributes.unwrap_or_default())?;
    check_is_new(turn, &address)?;
    let sub = Uuid::new_v4().to_string();
    let account = Account {
        sub: &sub,
        client_id: NO_CLIENT,
        attributes: &attributes,
        validation_data: request.validation_data.as_deref(),
        metadata: request.client_metadata.as_ref(),
    };
    pre_sign_up::allow(turn, &account, Source::AdminCreateUser).and_then(turn, move |turn, _| {
        check_is_new(turn, &address)?;
        let user = User {
            status: UserStatus::ForceChangePassword,
            password: StoredPassword::new(turn.pool(), &sub, &password),
            sub,
            attributes,
            is_enabled: true,
            temporary_until_s: Some(turn.temporary_password_end_s()),
            pending_email: None,
            created_at_s: turn.now_s(),
            modified_at_s: turn.now_s(),
        };
        users::insert(turn.db, &user)?;
        match is_invited {
            true => invite(turn, &user, password),
            false => Ok(json!({ "User": user_type(&user) }).into()),
        }
    })
}

/// As in AWS, what the operator told is for PreSignUp alone.
fn invite(turn: &Turn<'_>, user: &User, password: String) -> Result<Reply, Error> {
    let address = user.email().to_owned();
    let message = Message {
        occasion: Occasion::AdminCreateUser,
        user,
        address: &address,
        client_id: NO_CLIENT,
        metadata: None,
    };
    let answer = json!({ "User": user_type(user) });
    custom_message::words(turn, &message, Medium::Email, &password)?.and_then(turn, move |turn, words| {
        outbox::invite(turn.db, &address, &password, words, turn.now_ms)?;
        Ok(answer.into())
    })
}

fn attributes_of(address: &str, written: Vec<Attribute>) -> Result<BTreeMap<String, String>, Error> {
    if !email::is_address(address) {
        return Err(Error::InvalidParameter("Username should be an email.".to_owned()));
    }
    let mut attributes = BTreeMap::new();
    attributes::write(&mut attributes, written, Writer::Operator)?;
    let written = attributes.insert("email".to_owned(), address.to_owned());
    if written.is_some_and(|written| written.to_lowercase() != address.to_lowercase()) {
        return Err(Error::InvalidParameter(
            "The email attribute must be the Username, for e-mail is the sign-in name.".to_owned(),
        ));
    }
    attributes.entry("email_verified".to_owned()).or_insert_with(|| "false".to_owned());
    Ok(attributes)
}

fn check_is_new(turn: &Turn<'_>, address: &str) -> Result<(), Error> {
    match users::find(turn.db, address)? {
        Some(_) => Err(Error::UsernameExists),
        None => Ok(()),
    }
}

/// `MessageAction: RESEND` gives an invited user a new temporary password and more time.
fn invited_again(turn: &Turn<'_>, address: &str, password: &str) -> Result<User, Error> {
    let mut user = users::find(turn.db, address)?.ok_or(Error::NO_SUCH_USER)?;
    if user.status != UserStatus::ForceChangePassword {
        return Err(Error::UnsupportedUserState(
            "Resend not possible. User status is not FORCE_CHANGE_PASSWORD",
        ));
    }
    user.password = StoredPassword::new(turn.pool(), &user.sub, password);
    user.temporary_until_s = Some(turn.temporary_password_end_s());
    users::update(turn.db, &user, turn.now_s())?;
    Ok(user)
}

/// Random, and within every policy: one of each kind, none that look alike.
fn temporary_password(shortest: usize) -> String {
    const KINDS: [&[u8]; 4] =
        [b"abcdefghijkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"!@#%&*?"];
    let mut rng = rng();
    let mut password: Vec<char> = (0..shortest.max(12))
        .map(|place| {
            let kind = KINDS[place % KINDS.len()];
            char::from(kind[rng.random_range(0..kind.len())])
        })
        .collect();
    password.shuffle(&mut rng);
    password.into_iter().collect()
}
