//! The flow CUSTOM_AUTH and the challenge CUSTOM_CHALLENGE: three functions say what is asked and who may come in.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>. DefineAuthChallenge
//! hears after every answer how it went, and chooses: a question of CreateAuthChallenge, tokens, or the end. So it is
//! also who says how many wrong answers there may be.
//!
//! Who begins with `SRP_A` can be asked for the password by it. What belongs to the password, as a second factor,
//! follows by itself, and then DefineAuthChallenge is asked again.
//!
//! Somebody unknown is led like a user, where the client hides who has an account: the functions are told, and no
//! tokens come of it. Who has yet to confirm, or is shut out, is told so before any question: with a password as at
//! any other sign-in ([`sign_in::after_password`]), without one at once. So whoever begins without a password learns
//! of these, as of who has yet to confirm anywhere ([`sign_in::check_confirmed`]), that they have an account.
//!
//! AWS's documents do not say what becomes of passwords here. A choice: who begins without one is not asked for a new
//! one either, be it temporary or to be reset. And second factors are recorded by name like other challenges, as the
//! documents list them; they were seen (<https://github.com/aws-amplify/amplify-js/issues/3876>) to end the questions.

use std::collections::HashMap;

use num_bigint::BigUint;
use serde_json::json;

use super::hidden_user;
use super::initiate_auth::srp_challenge;
use super::respond_to_auth_challenge::Answer;
use super::sign_in::{self, SignIn};
use crate::challenges::{AuthSession, CustomAuth, Step};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users::{self, User};
use crate::triggers::Trigger;
use crate::triggers::auth_challenge::{self, Creation, Definition, Subject};
use crate::turn::Turn;

const CUSTOM_CHALLENGE: &str = "CUSTOM_CHALLENGE";

/// More than anybody answers; an attacker could go on for ever.
const MOST_CHALLENGES: usize = 100;

/// InitiateAuth.
pub(super) fn begin(
    turn: &Turn<'_>,
    client: &ClientConfig,
    parameters: &HashMap<String, String>,
) -> Result<Reply, Error> {
    let parameter = |name: &str| {
        let value = parameters.get(name).filter(|value| !value.is_empty()).cloned();
        value.ok_or_else(|| Error::InvalidParameter(format!("Missing required parameter {name}")))
    };
    check_configured(turn, Trigger::DefineAuthChallenge)?;
    let person = Person::named(turn, client, &parameter("USERNAME")?)?;
    let mut custom = CustomAuth::default();
    let srp_a = match parameters.get("CHALLENGE_NAME").map(String::as_str) {
        Some("SRP_A") => {
            custom.record("SRP_A", true);
            Some(parameter("SRP_A")?)
        }
        None | Some("" | CUSTOM_CHALLENGE) => None,
        Some(_) => {
            return Err(Error::InvalidParameter(
                "CHALLENGE_NAME must be SRP_A or CUSTOM_CHALLENGE".to_owned(),
            ));
        }
    };
    let sign_in = SignIn { custom: Some(custom), ..SignIn::new(client, parameter("DEVICE_KEY").ok()) };
    define(turn, sign_in, person, srp_a)
}

/// RespondToAuthChallenge. Right or wrong, a session is good for one answer.
pub(super) fn respond(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let name = answer.response("USERNAME")?;
    let given = answer.response("ANSWER")?;
    let session = answer.session.as_deref().ok_or_else(|| Error::missing("session"))?;
    let open = turn.cognito.auth_sessions.get(session, turn.now_ms);
    let open = open
        .filter(|open| open.step == Step::CustomChallenge && open.client_id == client.client_id)
        .ok_or(Error::INVALID_SESSION)?;
    let named = match users::find(turn.db, name)? {
        Some(user) => user.sub,
        None => hidden_user::of_name(&turn.cognito.hidden_users, name).0,
    };
    if open.sub != named && open.sub != name {
        return Err(Error::INVALID_SESSION);
    }
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    let mut custom = open.custom.unwrap_or_default();
    let person = Person {
        name: custom.name.clone(),
        sub: open.sub,
        verifier: open.verifier,
        is_known: custom.is_known,
    };
    let user = person.user(turn)?;

    let private_parameters = std::mem::take(&mut custom.private_parameters);
    let sign_in = SignIn { custom: Some(custom), ..SignIn::answered(client, answer, open.source, None) };
    let subject = person.subject(&sign_in, user.as_ref());
    let given = given.to_owned();
    auth_challenge::verify(turn, &subject, &private_parameters, &given).and_then(turn, |turn, verified| {
        let mut sign_in = sign_in;
        if let Some(custom) = &mut sign_in.custom {
            custom.record(CUSTOM_CHALLENGE, verified.answer_correct == Some(true));
        }
        define(turn, sign_in, person, None)
    })
}

/// After what the pool asked for by itself.
pub(super) fn go_on(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    define(turn, sign_in, Person::known(user), None)
}

fn define(turn: &Turn<'_>, sign_in: SignIn, person: Person, srp_a: Option<String>) -> Result<Reply, Error> {
    let user = match srp_a {
        Some(_) => person.user_before_password(turn)?,
        None => person.user(turn)?,
    };
    let session = sign_in.custom.as_ref().map_or(&[][..], |custom| &custom.session);
    if session.len() > MOST_CHALLENGES {
        return Err(Error::INCORRECT_PASSWORD);
    }
    let defined = auth_challenge::define(turn, &person.subject(&sign_in, user.as_ref()), session);
    defined.and_then(turn, |turn, definition| {
        let Definition { challenge_name, issue_tokens, fail_authentication } = definition;
        if fail_authentication == Some(true) {
            return Err(Error::INCORRECT_PASSWORD);
        }
        if issue_tokens == Some(true) {
            let user = person.user(turn)?.ok_or(Error::INCORRECT_PASSWORD)?;
            return sign_in::complete(turn, sign_in, &user);
        }
        match (challenge_name.as_deref(), srp_a) {
            (Some(CUSTOM_CHALLENGE), _) => create(turn, sign_in, person),
            (Some("PASSWORD_VERIFIER"), Some(a)) => srp_challenge(turn, sign_in, &person.name, &a),
            (other, _) => {
                tracing::warn!(?other, "DefineAuthChallenge wants a challenge that cannot come now");
                Err(Error::InvalidLambdaResponse)
            }
        }
    })
}

fn create(turn: &Turn<'_>, sign_in: SignIn, person: Person) -> Result<Reply, Error> {
    check_configured(turn, Trigger::CreateAuthChallenge)?;
    check_configured(turn, Trigger::VerifyAuthChallengeResponse)?;
    let user = person.user(turn)?;
    let session = sign_in.custom.as_ref().map_or(&[][..], |custom| &custom.session);
    let subject = person.subject(&sign_in, user.as_ref());
    let created = auth_challenge::create(turn, &subject, CUSTOM_CHALLENGE, session);
    created.and_then(turn, move |turn, creation| {
        person.user(turn)?;
        let Creation { public_challenge_parameters, private_challenge_parameters, challenge_metadata } =
            creation;
        let mut parameters = public_challenge_parameters.unwrap_or_default();
        parameters.insert("USERNAME".to_owned(), person.sub.clone());
        let custom = CustomAuth {
            name: person.name,
            is_known: person.is_known,
            private_parameters: private_challenge_parameters.unwrap_or_default(),
            challenge_metadata,
            ..sign_in.custom.unwrap_or_default()
        };
        if custom.is_too_large() {
            let most = CustomAuth::MOST_BYTES;
            tracing::warn!("private parameters and metadata of a sign-in have more than {most} bytes");
            return Err(Error::InvalidLambdaResponse);
        }
        let session = AuthSession {
            client_id: sign_in.client.client_id,
            sub: person.sub,
            verifier: person.verifier,
            step: Step::CustomChallenge,
            source: sign_in.source,
            custom: Some(custom),
        };
        let answer = json!({
            "ChallengeName": CUSTOM_CHALLENGE,
            "ChallengeParameters": parameters,
            "Session": turn.open_auth_session(session),
        });
        Ok(answer.into())
    })
}

fn check_configured(turn: &Turn<'_>, trigger: Trigger) -> Result<(), Error> {
    match turn.cognito.triggers.has(trigger) {
        true => Ok(()),
        false => Err(Error::InvalidParameter(
            "Custom auth lambda trigger is not configured for the user pool.".to_owned(),
        )),
    }
}

/// Whoever signs in, over all transactions of the sign-in.
struct Person {
    /// A user's is generated; that of somebody unknown is as typed.
    name: String,
    /// Made up, of somebody unknown.
    sub: String,
    /// The password at the beginning: should it change meanwhile, the sign-in is void.
    verifier: BigUint,
    is_known: bool,
}

impl Person {
    fn named(turn: &Turn<'_>, client: &ClientConfig, name: &str) -> Result<Self, Error> {
        match users::find(turn.db, name)? {
            Some(user) => Ok(Person::known(&user)),
            None if !client.prevent_user_existence_errors => Err(Error::NO_SUCH_USER),
            None => {
                let (sub, password) = hidden_user::of_name(&turn.cognito.hidden_users, name);
                Ok(Person { name: name.to_owned(), sub, verifier: password.verifier, is_known: false })
            }
        }
    }

    fn known(user: &User) -> Self {
        Person {
            name: user.sub.clone(),
            sub: user.sub.clone(),
            verifier: user.password.verifier.clone(),
            is_known: true,
        }
    }

    /// The user as of now, who may have been deleted or shut out since.
    fn user(&self, turn: &Turn<'_>) -> Result<Option<User>, Error> {
        let user = self.user_before_password(turn)?;
        if let Some(user) = &user {
            user.check_enabled()?;
            sign_in::check_confirmed(user)?;
        }
        Ok(user)
    }

    /// The same where a password is yet to be proved, after which it is told who may not sign in.
    fn user_before_password(&self, turn: &Turn<'_>) -> Result<Option<User>, Error> {
        match self.is_known {
            true => turn.same(&self.sub, &self.verifier).map(Some),
            false => Ok(None),
        }
    }

    fn subject<'a>(&'a self, sign_in: &'a SignIn, user: Option<&'a User>) -> Subject<'a> {
        Subject {
            user_name: &self.name,
            client_id: &sign_in.client.client_id,
            user,
            hides_users: sign_in.client.prevent_user_existence_errors,
            metadata: sign_in.metadata.as_ref(),
        }
    }
}
