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
use crate::operation::{Reply, required};
use crate::password::{self, StoredPassword};
use crate::store::outbox;
use crate::store::users::{self, User, UserStatus};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminCreateUser {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    temporary_password: Option<String>,
    message_action: Option<MessageAction>,
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
    let user = match request.message_action {
        Some(MessageAction::Resend) => invited_again(turn, &address, &password)?,
        _ => invited(turn, &address, &password, request.user_attributes.unwrap_or_default())?,
    };
    if request.message_action != Some(MessageAction::Suppress) {
        outbox::invite(turn.db, user.email(), &password, turn.now_ms)?;
    }
    Ok(json!({ "User": user_type(&user) }).into())
}

fn invited(turn: &Turn<'_>, address: &str, password: &str, written: Vec<Attribute>) -> Result<User, Error> {
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
    if users::find(turn.db, address)?.is_some() {
        return Err(Error::UsernameExists);
    }
    let sub = Uuid::new_v4().to_string();
    let user = User {
        status: UserStatus::ForceChangePassword,
        password: StoredPassword::new(turn.pool(), &sub, password),
        sub,
        attributes,
        is_enabled: true,
        temporary_until_s: Some(turn.temporary_password_end_s()),
        pending_email: None,
        created_at_s: turn.now_s(),
        modified_at_s: turn.now_s(),
    };
    users::insert(turn.db, &user)?;
    Ok(user)
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
