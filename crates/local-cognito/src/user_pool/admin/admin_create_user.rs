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
use crate::operation::{Reply, username};
use crate::password::{self, StoredPassword};
use crate::progress::Progress;
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
    message_action: Option<String>,
    desired_delivery_mediums: Option<Vec<String>>,
    validation_data: Option<Vec<Attribute>>,
    client_metadata: Option<Metadata>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum MessageAction {
    Suppress,
    Resend,
}

impl MessageAction {
    fn parse(name: &str) -> Result<Self, Error> {
        match name {
            "RESEND" => Ok(MessageAction::Resend),
            "SUPPRESS" => Ok(MessageAction::Suppress),
            _ => Err(Error::constraint(
                name,
                "messageAction",
                "Member must satisfy enum value set: [RESEND, SUPPRESS]",
            )),
        }
    }
}

/// Attributes that the pool requires may be missing: the user is asked for them with the new password.
pub(super) fn admin_create_user(turn: &Turn<'_>, request: AdminCreateUser) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let address = username(request.username)?;
    let password = match request.temporary_password.filter(|given| !given.is_empty()) {
        Some(given) => given,
        None => temporary_password(turn.pool().password_policy.minimum_length),
    };
    password::check(&turn.pool().password_policy, &password)?;
    let action = request.message_action.as_deref().map(MessageAction::parse).transpose()?;
    let desired = desired(request.desired_delivery_mediums.unwrap_or_default())?;
    if action == Some(MessageAction::Resend) {
        let (user, mediums) = invited_again(turn, &address, &password, desired)?;
        return invite(turn, &user, &password, mediums);
    }
    let attributes = attributes_of(&address, request.user_attributes.unwrap_or_default())?;
    let mediums = match action {
        Some(MessageAction::Suppress) => Vec::new(),
        _ => reachable(desired, &attributes)?,
    };
    turn.check_is_new(&address)?;
    let sub = Uuid::new_v4().to_string();
    let account = Account {
        sub: &sub,
        client_id: NO_CLIENT,
        attributes: &attributes,
        validation_data: request.validation_data.as_deref(),
        metadata: request.client_metadata.as_ref(),
    };
    pre_sign_up::allow(turn, &account, Source::AdminCreateUser).and_then(turn, move |turn, _| {
        turn.check_is_new(&address)?;
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
        invite(turn, &user, &password, mediums)
    })
}

/// `DesiredDeliveryMediums`, each once.
fn desired(names: Vec<String>) -> Result<Vec<Medium>, Error> {
    let mut mediums = Vec::new();
    for name in &names {
        let medium = Medium::parse(name).ok_or_else(|| {
            let constraint =
                "Member must satisfy constraint: [Member must satisfy enum value set: [SMS, EMAIL]]";
            Error::constraint(format!("[{}]", names.join(", ")), "desiredDeliveryMediums", constraint)
        })?;
        if !mediums.contains(&medium) {
            mediums.push(medium);
        }
    }
    Ok(mediums)
}

/// How the invitation travels, which needs an address. By default as a text message, and by e-mail to who has no
/// phone number: <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html>
/// and <https://github.com/reapit/foundations/issues/7052>.
fn reachable(desired: Vec<Medium>, attributes: &BTreeMap<String, String>) -> Result<Vec<Medium>, Error> {
    let has_address = |medium: &Medium| attributes.contains_key(medium.attribute());
    if desired.is_empty() {
        let first = [Medium::Sms, Medium::Email].into_iter().find(has_address);
        return Ok(first.into_iter().collect());
    }
    match desired.iter().find(|medium| !has_address(medium)) {
        None => Ok(desired),
        Some(Medium::Email) => {
            Err(Error::InvalidParameter("No email provided but desired delivery medium was Email".to_owned()))
        }
        Some(Medium::Sms) => Err(Error::InvalidParameter(
            "No phone number provided but desired delivery medium was SMS".to_owned(),
        )),
    }
}

fn invite(turn: &Turn<'_>, user: &User, password: &str, mediums: Vec<Medium>) -> Result<Reply, Error> {
    let answer = json!({ "User": user_type(user) });
    let mut sent = Progress::Done(());
    for medium in mediums {
        let (user, password) = (user.clone(), password.to_owned());
        sent = sent.and_then(turn, move |turn, ()| send(turn, &user, password, medium))?;
    }
    sent.and_then(turn, move |_, ()| Ok(answer.into()))
}

/// As in AWS, what the operator told is for PreSignUp alone.
fn send(turn: &Turn<'_>, user: &User, password: String, medium: Medium) -> Result<Progress<()>, Error> {
    let address = user.attributes.get(medium.attribute()).cloned().unwrap_or_default();
    let username = user.email().to_owned();
    let message = Message {
        occasion: Occasion::AdminCreateUser,
        user,
        address: &address,
        client_id: NO_CLIENT,
        metadata: None,
    };
    custom_message::words(turn, &message, medium, &password)?.and_then(turn, move |turn, words| {
        let sent = outbox::invite(turn.db, &address, medium, &username, &password, words, turn.now_ms)?;
        turn.log_when_done(sent);
        Ok(Progress::Done(()))
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

/// `MessageAction: RESEND` gives an invited user a new temporary password and more time.
fn invited_again(
    turn: &Turn<'_>,
    address: &str,
    password: &str,
    desired: Vec<Medium>,
) -> Result<(User, Vec<Medium>), Error> {
    let mut user = users::find(turn.db, address)?.ok_or(Error::NO_SUCH_USER)?;
    if user.status != UserStatus::ForceChangePassword {
        return Err(Error::UnsupportedUserState(
            "Resend not possible. User status is not FORCE_CHANGE_PASSWORD",
        ));
    }
    let mediums = reachable(desired, &user.attributes)?;
    user.password = StoredPassword::new(turn.pool(), &user.sub, password);
    user.temporary_until_s = Some(turn.temporary_password_end_s());
    users::update(turn.db, &user, turn.now_s())?;
    Ok((user, mediums))
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
