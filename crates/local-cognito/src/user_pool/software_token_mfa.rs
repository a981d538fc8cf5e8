//! The challenges SOFTWARE_TOKEN_MFA and MFA_SETUP: a code of the user's app, or setting one up.

use serde_json::json;

use super::respond_to_auth_challenge::Answer;
use super::sign_in::{self, SignIn};
use crate::challenges::Step;
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::attempts::{self, Secret};
use crate::store::software_tokens;
use crate::store::users::User;
use crate::totp;
use crate::turn::Turn;

pub(super) fn challenge(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    let token = software_tokens::of_user(turn.db, &user.sub)?;
    let parameters = json!({ "FRIENDLY_DEVICE_NAME": token.friendly_name, "USER_ID_FOR_SRP": user.sub });
    Ok(sign_in::challenge(turn, sign_in, user, Step::SoftwareTokenMfa, parameters))
}

/// A wrong code leaves the session open, as clients ask again with it; how often is limited.
pub(super) fn respond(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let (session, sign_in, user) = sign_in::answered(turn, client, answer, Step::SoftwareTokenMfa)?;
    let code = answer.response("SOFTWARE_TOKEN_MFA_CODE")?;
    attempts::check(turn.db, &user.sub, Secret::SoftwareToken, turn.now_ms)?;
    let mut token = software_tokens::of_user(turn.db, &user.sub)?;
    let secret = token.secret.as_ref().ok_or(Error::INVALID_SESSION)?;
    let Some(step) = totp::step_of(secret, code, turn.now_s()) else {
        attempts::failed(turn.db, &user.sub, Secret::SoftwareToken, turn.now_ms)?;
        return Err(Error::CodeMismatch);
    };
    if step <= token.last_step {
        return Err(Error::SoftwareTokenUsed);
    }
    token.last_step = step;
    software_tokens::put(turn.db, &user.sub, &token)?;
    attempts::succeeded(turn.db, &user.sub, Secret::SoftwareToken)?;
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    sign_in::finish(turn, sign_in.past("SOFTWARE_TOKEN_MFA"), &user)
}

/// The answer to MFA_SETUP, with the session that VerifySoftwareToken gave.
pub(super) fn respond_to_setup(
    turn: &Turn<'_>,
    client: &ClientConfig,
    answer: &Answer,
) -> Result<Reply, Error> {
    let (session, sign_in, user) = sign_in::answered(turn, client, answer, Step::MfaIsSetUp)?;
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    sign_in::finish(turn, sign_in.past("MFA_SETUP"), &user)
}
