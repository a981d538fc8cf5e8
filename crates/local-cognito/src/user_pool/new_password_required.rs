//! The challenge NEW_PASSWORD_REQUIRED: a temporary password is good for choosing one's own, and nothing else.

use std::collections::BTreeMap;

use serde_json::json;

use super::respond_to_auth_challenge::Answer;
use super::sign_in::{self, SignIn};
use crate::attributes::{self, Attribute, Writer};
use crate::challenges::Step;
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::password::{self, StoredPassword};
use crate::store::users::{self, User, UserStatus};
use crate::triggers::pre_token_generation::Source;
use crate::turn::Turn;

const PREFIX: &str = "userAttributes.";

pub(super) fn challenge(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    if user.temporary_until_s.is_some_and(|end_s| turn.now_s() >= end_s) {
        return Err(Error::NotAuthorized(
            "Temporary password has expired and must be reset by an administrator.",
        ));
    }
    let lacking: Vec<_> =
        attributes::lacking(turn.pool(), &user.attributes).map(|name| format!("{PREFIX}{name}")).collect();
    // Both are JSON in a string; clients parse them.
    let parameters = json!({
        "USER_ID_FOR_SRP": user.sub,
        "requiredAttributes": json!(lacking).to_string(),
        "userAttributes": json!(user.attributes).to_string(),
    });
    Ok(sign_in::challenge(turn, sign_in, user, Step::NewPasswordRequired, parameters))
}

/// A password that the policy refuses does not cost the session.
pub(super) fn respond(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let (session, sign_in, mut user) = sign_in::answered(turn, client, answer, Step::NewPasswordRequired)?;
    let new = answer.response("NEW_PASSWORD")?;
    password::check(&turn.pool().password_policy, new)?;

    let address = user.email().to_owned();
    let given: BTreeMap<_, _> = answer
        .responses
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)))
        .collect();
    let given = given.into_iter().map(|(name, value)| Attribute::new(name, value)).collect();
    attributes::write(&mut user.attributes, given, Writer::User)?;
    if user.email() != address {
        return Err(Error::NotAuthorized("Cannot modify an already provided email"));
    }
    attributes::check_required(turn.pool(), &user.attributes)?;

    user.password = StoredPassword::new(turn.pool(), &user.sub, new);
    user.status = UserStatus::Confirmed;
    user.temporary_until_s = None;
    users::update(turn.db, &user, turn.now_s())?;
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    sign_in::after_own_password(turn, sign_in.for_tokens_of(Source::NewPasswordChallenge), &user)
}
