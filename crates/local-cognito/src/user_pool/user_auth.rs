//! USER_AUTH and the challenge SELECT_CHALLENGE: the user, or the front end, chooses what to sign in with.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html>.
//! Who uses a second factor is offered the password alone: a code by e-mail would be the only factor. (A choice:
//! AWS's documents say of second factors that they are for users who have passwords.)
//!
//! A made-up name is answered like the e-mail of a confirmed user with a password, with the same limits on codes
//! and guesses. Who has other factors to choose from, or is named by `sub`, is answered differently.

use std::collections::HashMap;

use serde_json::json;

use super::initiate_auth::{sign_in_with_password, srp_challenge};
use super::respond_to_auth_challenge::Answer;
use super::sign_in::{self, SignIn};
use super::{hidden_user, mfa, one_time_code};
use crate::challenges::{AuthSession, Step};
use crate::config::{ClientConfig, FirstFactor};
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::store::codes::Purpose;
use crate::store::users::{self, User, UserStatus};
use crate::triggers::pre_token_generation::Source;
use crate::turn::Turn;

/// A challenge that can be chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Password,
    PasswordSrp,
    EmailOtp,
    SmsOtp,
}

impl Choice {
    const ALL: [Choice; 4] = [Choice::PasswordSrp, Choice::Password, Choice::EmailOtp, Choice::SmsOtp];

    fn as_str(self) -> &'static str {
        match self {
            Choice::Password => "PASSWORD",
            Choice::PasswordSrp => "PASSWORD_SRP",
            Choice::EmailOtp => "EMAIL_OTP",
            Choice::SmsOtp => "SMS_OTP",
        }
    }

    fn parse(name: &str) -> Result<Self, Error> {
        Choice::ALL.into_iter().find(|choice| choice.as_str() == name).ok_or_else(|| {
            let known = Choice::ALL.map(Choice::as_str).join(", ");
            Error::InvalidParameter(format!(
                "The challenge must be one of {known}; the local pool has no WEB_AUTHN"
            ))
        })
    }

    fn factor(self) -> FirstFactor {
        match self {
            Choice::Password | Choice::PasswordSrp => FirstFactor::Password,
            Choice::EmailOtp => FirstFactor::EmailOtp,
            Choice::SmsOtp => FirstFactor::SmsOtp,
        }
    }
}

/// InitiateAuth: what `PREFERRED_CHALLENGE` says, if this user can; else the choice.
pub(super) fn begin(
    turn: &Turn<'_>,
    client: &ClientConfig,
    parameters: &HashMap<String, String>,
    session: Option<&str>,
) -> Result<Reply, Error> {
    let parameter = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let name = parameter("USERNAME")
        .ok_or_else(|| Error::InvalidParameter("Missing required parameter USERNAME".to_owned()))?;
    if let Some(session) = session.filter(|session| !session.is_empty()) {
        return after_sign_up(turn, client, name, session);
    }
    let preferred = parameter("PREFERRED_CHALLENGE").map(Choice::parse).transpose()?;
    let who = Who::named(turn, client, name)?;
    let available = who.available(turn)?;
    match preferred.filter(|choice| available.contains(choice)) {
        Some(choice) => take(turn, client, &who, choice, parameters),
        None => Ok(select(turn, client, &who, &available)),
    }
}

/// RespondToAuthChallenge, for SELECT_CHALLENGE and for a PASSWORD or PASSWORD_SRP that was asked for.
pub(super) fn respond(
    turn: &Turn<'_>,
    client: &ClientConfig,
    answer: &Answer,
    challenge: &str,
) -> Result<Reply, Error> {
    let name = answer.response("USERNAME")?;
    let session = answer.session.as_deref().ok_or_else(|| Error::missing("session"))?;
    let chosen = match challenge {
        "SELECT_CHALLENGE" => Choice::parse(answer.response("ANSWER")?)?,
        named => Choice::parse(named)?,
    };
    let who = Who::named(turn, client, name)?;
    let open = turn.cognito.auth_sessions.get(session, turn.now_ms);
    open.filter(|open| matches!(open.step, Step::SelectChallenge | Step::Password))
        .filter(|open| open.client_id == client.client_id && open.sub == who.sub())
        .ok_or(Error::INVALID_SESSION)?;
    if !who.available(turn)?.contains(&chosen) {
        return Err(Error::InvalidParameter("ANSWER must be one of AvailableChallenges".to_owned()));
    }
    sign_in::used_up(turn, session, take(turn, client, &who, chosen, &answer.responses)?)
}

/// Whose code has just come back need not prove the address once more.
fn after_sign_up(turn: &Turn<'_>, client: &ClientConfig, name: &str, session: &str) -> Result<Reply, Error> {
    let (open, user) = sign_in::at(turn, session, Step::Confirmed)?;
    let named = users::find(turn.db, name)?;
    if open.client_id != client.client_id || named.is_none_or(|named| named.sub != user.sub) {
        return Err(Error::INVALID_SESSION);
    }
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    sign_in::after_own_password(turn, SignIn::new(client, None), &user)
}

fn select(turn: &Turn<'_>, client: &ClientConfig, who: &Who<'_>, available: &[Choice]) -> Reply {
    let names: Vec<_> = available.iter().map(|choice| choice.as_str()).collect();
    json!({
        "ChallengeName": Step::SelectChallenge.as_str(),
        "ChallengeParameters": {},
        "AvailableChallenges": names,
        "Session": who.open(turn, client, Step::SelectChallenge),
    })
    .into()
}

/// What was chosen: done, if all that it takes came along, or asked for.
fn take(
    turn: &Turn<'_>,
    client: &ClientConfig,
    who: &Who<'_>,
    choice: Choice,
    given: &HashMap<String, String>,
) -> Result<Reply, Error> {
    let given = |name: &str| given.get(name).map(String::as_str).filter(|value| !value.is_empty());
    match choice {
        Choice::Password => match given("PASSWORD") {
            Some(password) => {
                let sign_in = SignIn::new(client, given("DEVICE_KEY").map(str::to_owned));
                sign_in_with_password(turn, sign_in, who.name, password)
            }
            None => Ok(who.ask(turn, client, Step::Password, choice)),
        },
        Choice::PasswordSrp => match given("SRP_A") {
            Some(a) => srp_challenge(turn, SignIn::new(client, None), who.name, a),
            None => Ok(who.ask(turn, client, Step::Password, choice)),
        },
        Choice::EmailOtp => who.send(turn, client, Step::EmailOtp, Purpose::SignInByEmail),
        Choice::SmsOtp => who.send(turn, client, Step::SmsOtp, Purpose::SignInBySms),
    }
}

/// The first factors that the user could choose, by name.
pub(super) fn factors_of(turn: &Turn<'_>, user: &User) -> Result<Vec<&'static str>, Error> {
    let who = Who { name: &user.sub, user: Ok(user.clone()) };
    let mut names: Vec<_> = who.available(turn)?.into_iter().map(|choice| choice.factor().as_str()).collect();
    names.dedup();
    Ok(names)
}

/// Whoever wants to sign in: a user, or nobody, which must not show.
struct Who<'a> {
    name: &'a str,
    user: Result<User, AuthSession>,
}

impl<'a> Who<'a> {
    fn named(turn: &Turn<'_>, client: &ClientConfig, name: &'a str) -> Result<Self, Error> {
        let user = match users::find(turn.db, name)? {
            Some(user) => {
                check_status(&user)?;
                Ok(user)
            }
            None if !client.prevent_user_existence_errors => return Err(Error::NO_SUCH_USER),
            None => {
                let (sub, password) = hidden_user::of_name(&turn.cognito.hidden_users, name);
                let (client_id, verifier) = (client.client_id.clone(), password.verifier);
                Err(AuthSession {
                    client_id,
                    sub,
                    verifier,
                    step: Step::SelectChallenge,
                    source: Source::Authentication,
                    custom: None,
                })
            }
        };
        Ok(Who { name, user })
    }

    fn sub(&self) -> &str {
        match &self.user {
            Ok(user) => &user.sub,
            Err(hidden) => &hidden.sub,
        }
    }

    /// Nobody has what most have: a password and an e-mail address.
    fn available(&self, turn: &Turn<'_>) -> Result<Vec<Choice>, Error> {
        let has_mfa = match &self.user {
            Ok(user) => !mfa::of_user(turn, user)?.is_empty(),
            Err(_) => false,
        };
        let can = |choice: Choice| match (&self.user, choice) {
            (Ok(user), Choice::Password | Choice::PasswordSrp) => user.password.is_set,
            (Ok(user), Choice::EmailOtp) => is_free(user, Medium::Email) && !has_mfa,
            (Ok(user), Choice::SmsOtp) => is_free(user, Medium::Sms) && !has_mfa,
            (Err(_), Choice::SmsOtp) => false,
            (Err(_), _) => true,
        };
        let factors = &turn.pool().first_factors;
        Ok(Choice::ALL
            .into_iter()
            .filter(|choice| factors.contains(&choice.factor()) && can(*choice))
            .collect())
    }

    fn open(&self, turn: &Turn<'_>, client: &ClientConfig, step: Step) -> String {
        match &self.user {
            Ok(user) => sign_in::open(turn, SignIn::new(client, None), user, step),
            Err(hidden) => turn.open_auth_session(AuthSession { step, ..hidden.clone() }),
        }
    }

    fn ask(&self, turn: &Turn<'_>, client: &ClientConfig, step: Step, choice: Choice) -> Reply {
        json!({
            "ChallengeName": choice.as_str(),
            "ChallengeParameters": {},
            "Session": self.open(turn, client, step),
        })
        .into()
    }

    fn send(
        &self,
        turn: &Turn<'_>,
        client: &ClientConfig,
        step: Step,
        purpose: Purpose,
    ) -> Result<Reply, Error> {
        match &self.user {
            Ok(user) => one_time_code::challenge(turn, SignIn::new(client, None), user, step, purpose),
            Err(hidden) => {
                turn.pretend_code(&hidden.client_id, &hidden.sub, purpose)?;
                Ok(json!({
                    "ChallengeName": step.as_str(),
                    "ChallengeParameters": one_time_code::parameters(purpose.medium(), self.name, &hidden.sub),
                    "Session": self.open(turn, client, step),
                })
                .into())
            }
        }
    }
}

/// Amplify goes on to the code of the sign-up, or to a new password, when it hears of these.
fn check_status(user: &User) -> Result<(), Error> {
    match user.status {
        UserStatus::Unconfirmed if !user.password.is_set => Err(Error::UserNotConfirmed),
        _ => Ok(()),
    }
}

/// A code may be sent there as the only proof.
fn is_free(user: &User, medium: Medium) -> bool {
    user.status == UserStatus::Confirmed && user.is_enabled && medium.verified_address(user).is_some()
}
