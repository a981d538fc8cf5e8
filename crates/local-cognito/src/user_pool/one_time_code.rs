//! The challenges EMAIL_OTP, SMS_OTP and SMS_MFA: a code that was sent, as the first factor or the second.

use serde_json::{Value, json};

use super::hidden_user;
use super::respond_to_auth_challenge::Answer;
use super::sign_in::{self, SignIn};
use crate::challenges::{AuthSession, Step};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::store::codes::{self, Purpose};
use crate::store::users::{self, User};
use crate::triggers::custom_message::{Message, Occasion};
use crate::turn::Turn;

/// Sends the code and asks for it.
pub(super) fn challenge(
    turn: &Turn<'_>,
    sign_in: SignIn,
    user: &User,
    step: Step,
    purpose: Purpose,
) -> Result<Reply, Error> {
    let medium = purpose.medium();
    let address = user.attributes.get(medium.attribute()).map_or("", String::as_str);
    let message = Message {
        occasion: Occasion::Authentication,
        user,
        address,
        client_id: &sign_in.client.client_id,
        metadata: sign_in.metadata.as_ref(),
    };
    let parameters = parameters(medium, address, &user.sub);
    let sent = turn.send_code(&message, purpose)?;
    let user = user.clone();
    sent.and_then(turn, move |turn, ()| Ok(sign_in::challenge(turn, sign_in, &user, step, parameters)))
}

/// What is told of the code, also where there is none because there is no such user.
pub(super) fn parameters(medium: Medium, address: &str, user_id: &str) -> Value {
    json!({
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium.as_str(),
        "CODE_DELIVERY_DESTINATION": medium.hint(address),
        "USER_ID_FOR_SRP": user_id,
    })
}

/// A wrong code leaves the session open, as clients ask again with it; after five, none is right any more.
pub(super) fn respond(
    turn: &Turn<'_>,
    client: &ClientConfig,
    answer: &Answer,
    challenge: &str,
) -> Result<Reply, Error> {
    let session = answer.session.as_deref().ok_or_else(|| Error::missing("session"))?;
    let open = turn.cognito.auth_sessions.get(session, turn.now_ms);
    let (open, purpose) = open
        .filter(|open| open.step.as_str() == challenge && open.client_id == client.client_id)
        .and_then(|open| purpose(open.step).map(|purpose| (open, purpose)))
        .ok_or(Error::INVALID_SESSION)?;
    let code = answer.response(&format!("{challenge}_CODE"))?;
    if users::find(turn.db, &open.sub)?.is_none() {
        return Err(of_nobody(turn, answer, &open, purpose)?);
    }
    let (session, sign_in, user) = sign_in::answered(turn, client, answer, open.step)?;
    codes::redeem(turn.db, &user.sub, purpose, code, turn.now_s())?;
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    sign_in::finish(turn, sign_in.past(open.step.as_str()), &user)
}

/// What the code is for that this step asks for, if it asks for one.
fn purpose(step: Step) -> Option<Purpose> {
    match step {
        Step::EmailOtp => Some(Purpose::SignInByEmail),
        Step::SmsOtp => Some(Purpose::SignInBySms),
        Step::EmailMfa => Some(Purpose::MfaByEmail),
        Step::SmsMfa => Some(Purpose::MfaBySms),
        _ => None,
    }
}

/// Refuses as a user's wrong code is refused.
fn of_nobody(turn: &Turn<'_>, answer: &Answer, open: &AuthSession, purpose: Purpose) -> Result<Error, Error> {
    let name = answer.response("USERNAME")?;
    let is_same = name == open.sub || hidden_user::of_name(&turn.cognito.hidden_users, name).0 == open.sub;
    if !is_same {
        return Ok(Error::INVALID_SESSION);
    }
    codes::guess_pretended(turn.db, &open.sub, purpose, turn.now_s())
}
