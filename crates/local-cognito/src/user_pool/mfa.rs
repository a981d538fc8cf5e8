//! Which second factor is asked for: the one there is, the preferred one, or the one that SELECT_MFA_TYPE chooses.

use serde_json::json;

use super::respond_to_auth_challenge::Answer;
use super::sign_in::SignIn;
use super::{one_time_code, sign_in, software_token_mfa};
use crate::challenges::Step;
use crate::config::{ClientConfig, MfaConfiguration, SecondFactor};
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::store::codes::Purpose;
use crate::store::users::User;
use crate::store::{message_mfas, software_tokens};
use crate::turn::Turn;

/// Whether the user must do more before tokens are given out.
pub(super) fn is_wanted(turn: &Turn<'_>, factors: &[Factor]) -> bool {
    !factors.is_empty() || turn.pool().mfa_configuration == MfaConfiguration::On
}

/// What that is.
pub(super) fn challenge(
    turn: &Turn<'_>,
    sign_in: SignIn,
    user: &User,
    factors: &[Factor],
) -> Result<Reply, Error> {
    let preferred = factors.iter().find(|factor| factor.is_preferred);
    match (factors, preferred) {
        ([], _) => Ok(set_up(turn, sign_in, user)),
        ([one], _) | (_, Some(one)) => ask(turn, sign_in, user, one.factor),
        (several, None) => {
            let names: Vec<_> = several.iter().map(|one| one.factor.as_str()).collect();
            // A list in a string; clients parse it.
            let parameters =
                json!({ "MFAS_CAN_CHOOSE": json!(names).to_string(), "USER_ID_FOR_SRP": user.sub });
            Ok(sign_in::challenge(turn, sign_in, user, Step::SelectMfaType, parameters))
        }
    }
}

/// SELECT_MFA_TYPE, answered.
pub(super) fn select(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let (session, sign_in, user) = sign_in::answered(turn, client, answer, Step::SelectMfaType)?;
    let chosen = SecondFactor::parse(answer.response("ANSWER")?);
    let factors = of_user(turn, &user)?;
    let chosen = factors
        .iter()
        .find(|one| Some(one.factor) == chosen)
        .ok_or_else(|| Error::InvalidParameter("ANSWER must be one of MFAS_CAN_CHOOSE".to_owned()))?;
    sign_in::used_up(turn, session, ask(turn, sign_in, &user, chosen.factor)?)
}

/// A factor that a user can be asked for.
pub(super) struct Factor {
    pub(super) factor: SecondFactor,
    /// The user's own wish, not only the pool's.
    pub(super) is_wanted: bool,
    pub(super) is_preferred: bool,
}

/// What the user set up and wants; where the pool requires a factor, also what they could be asked for anyway:
/// the e-mail, which is the sign-in name, and a phone number that is theirs.
pub(super) fn of_user(turn: &Turn<'_>, user: &User) -> Result<Vec<Factor>, Error> {
    let pool = turn.pool();
    let is_required = match pool.mfa_configuration {
        MfaConfiguration::Off => return Ok(Vec::new()),
        MfaConfiguration::Optional => false,
        MfaConfiguration::On => true,
    };
    let token = software_tokens::of_user(turn.db, &user.sub)?;
    let messages = message_mfas::of_user(turn.db, &user.sub)?;
    let mut found = Vec::new();
    for factor in pool.enabled_mfas.iter().copied() {
        let wanted = messages.iter().find(|(wanted, _)| *wanted == factor).map(|(_, preferred)| *preferred);
        let could_be_asked = match factor {
            SecondFactor::SoftwareToken => token.secret.is_some(),
            SecondFactor::Email => wanted.is_some() || is_required,
            SecondFactor::Sms => Medium::Sms.verified_address(user).is_some(),
        };
        let is_wanted = match factor {
            SecondFactor::SoftwareToken => token.is_enabled,
            _ => wanted.is_some(),
        };
        let is_preferred = match factor {
            SecondFactor::SoftwareToken => token.is_preferred,
            _ => wanted == Some(true),
        };
        if could_be_asked && (is_wanted || is_required) {
            found.push(Factor { factor, is_wanted, is_preferred });
        }
    }
    Ok(found)
}

fn ask(turn: &Turn<'_>, sign_in: SignIn, user: &User, factor: SecondFactor) -> Result<Reply, Error> {
    match factor {
        SecondFactor::SoftwareToken => software_token_mfa::challenge(turn, sign_in, user),
        SecondFactor::Email => {
            one_time_code::challenge(turn, sign_in, user, Step::EmailMfa, Purpose::MfaByEmail)
        }
        SecondFactor::Sms => one_time_code::challenge(turn, sign_in, user, Step::SmsMfa, Purpose::MfaBySms),
    }
}

fn set_up(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Reply {
    let names: Vec<_> = turn.pool().enabled_mfas.iter().map(|factor| factor.as_str()).collect();
    let parameters = json!({ "MFAS_CAN_SETUP": json!(names).to_string(), "USER_ID_FOR_SRP": user.sub });
    sign_in::challenge(turn, sign_in, user, Step::MfaSetup, parameters)
}
