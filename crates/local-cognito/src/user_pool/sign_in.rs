//! What a proved factor leads to: the next challenge, or tokens.

use serde_json::{Value, json};

use super::respond_to_auth_challenge::Answer;
use super::{device_srp_auth, mfa, new_password_required};
use crate::challenges::{AuthSession, Step};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::attempts::{self, Secret};
use crate::store::devices;
use crate::store::users::{self, User, UserStatus};
use crate::tokens;
use crate::turn::Turn;

/// How far a user has come, and whether they may sign in, shows only to who knows the password.
pub(super) fn after_password(
    turn: &Turn<'_>,
    client: &ClientConfig,
    user: &User,
    device_key: Option<&str>,
) -> Result<Reply, Error> {
    attempts::succeeded(turn.db, &user.sub, Secret::Password)?;
    check_enabled(user)?;
    match user.status {
        UserStatus::Unconfirmed => Err(Error::UserNotConfirmed),
        UserStatus::ResetRequired => Err(Error::PasswordResetRequired),
        UserStatus::ForceChangePassword => new_password_required::challenge(turn, client, user),
        UserStatus::Confirmed => after_own_password(turn, client, user, device_key),
    }
}

/// The same for a password that the user chose, be it just now.
pub(super) fn after_own_password(
    turn: &Turn<'_>,
    client: &ClientConfig,
    user: &User,
    device_key: Option<&str>,
) -> Result<Reply, Error> {
    let mfa = mfa::challenge(turn, client, user)?;
    if let (Some(config), Some(device_key)) = (turn.pool().device_configuration, device_key) {
        let device = devices::find(turn.db, &user.sub, device_key)?;
        let is_proof_wanted = mfa.is_none() || config.challenge_required_on_new_device;
        if device.secret.is_some() && device.is_remembered && is_proof_wanted {
            return Ok(challenge(turn, client, user, Step::DeviceSrpAuth, json!({})));
        }
    }
    match mfa {
        Some(challenge) => Ok(challenge),
        None => finish(turn, client, user, device_key),
    }
}

/// All is proved. A device that the pool does not know is given its keys, if the pool remembers devices.
pub(super) fn finish(
    turn: &Turn<'_>,
    client: &ClientConfig,
    user: &User,
    device_key: Option<&str>,
) -> Result<Reply, Error> {
    let mut result = tokens::sign_in(turn, user, client)?;
    let is_known = device_key.is_some_and(|key| devices::find(turn.db, &user.sub, key).is_ok());
    if turn.pool().device_configuration.is_some() && !is_known {
        result["NewDeviceMetadata"] = device_srp_auth::new_device(turn, user)?;
    }
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }).into())
}

/// Asks for one thing more.
pub(super) fn challenge(
    turn: &Turn<'_>,
    client: &ClientConfig,
    user: &User,
    step: Step,
    parameters: Value,
) -> Reply {
    let answer = json!({
        "ChallengeName": step.as_str(),
        "ChallengeParameters": parameters,
        "Session": open(turn, client, user, step),
    });
    answer.into()
}

/// A session at this step.
pub(super) fn open(turn: &Turn<'_>, client: &ClientConfig, user: &User, step: Step) -> String {
    let session = AuthSession {
        client_id: client.client_id.clone(),
        sub: user.sub.clone(),
        verifier: user.password.verifier.clone(),
        step,
    };
    turn.cognito.auth_sessions.open(session, turn.now_ms)
}

/// The user who answers this step, and their session, which stays open until it is taken.
pub(super) fn answered<'a>(
    turn: &Turn<'_>,
    client: &ClientConfig,
    answer: &'a Answer,
    step: Step,
) -> Result<(&'a str, User), Error> {
    let name = answer.response("USERNAME")?;
    let session = answer.session.as_deref().ok_or_else(|| Error::missing("session"))?;
    let (open, user) = at(turn, session, step)?;
    let is_same = users::find(turn.db, name)?.is_some_and(|named| named.sub == user.sub);
    match is_same && open.client_id == client.client_id {
        true => Ok((session, user)),
        false => Err(Error::INVALID_SESSION),
    }
}

/// An open session at this step and its user, unless the password has changed since it was proved.
pub(super) fn at(turn: &Turn<'_>, session: &str, step: Step) -> Result<(AuthSession, User), Error> {
    let open = turn.cognito.auth_sessions.get(session, turn.now_ms);
    let open = open.filter(|open| open.step == step).ok_or(Error::INVALID_SESSION)?;
    let user = users::find(turn.db, &open.sub)?
        .filter(|user| user.password.verifier == open.verifier)
        .ok_or(Error::INVALID_SESSION)?;
    check_enabled(&user)?;
    Ok((open, user))
}

/// Replaces a session by one at the next step.
pub(super) fn go_on(turn: &Turn<'_>, session: &str, from: Step, to: Step) -> Result<(String, User), Error> {
    let (open, user) = at(turn, session, from)?;
    let sessions = &turn.cognito.auth_sessions;
    sessions.take(session, turn.now_ms);
    Ok((sessions.open(AuthSession { step: to, ..open }, turn.now_ms), user))
}

pub(super) fn check_enabled(user: &User) -> Result<(), Error> {
    match user.is_enabled {
        true => Ok(()),
        false => Err(Error::NotAuthorized("User is disabled.")),
    }
}
