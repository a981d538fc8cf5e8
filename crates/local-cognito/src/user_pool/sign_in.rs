//! What a proved factor leads to: the next challenge, or tokens.

use serde_json::{Value, json};

use super::respond_to_auth_challenge::Answer;
use super::{custom_auth, device_srp_auth, mfa, new_password_required};
use crate::challenges::{AuthSession, CustomAuth, Step};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::progress::Progress;
use crate::store::attempts::{self, Secret};
use crate::store::devices;
use crate::store::users::{self, User, UserStatus};
use crate::tokens;
use crate::triggers::pre_token_generation::Source;
use crate::triggers::{Metadata, post_authentication};
use crate::turn::Turn;

/// A sign-in under way, whoever it is that signs in.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) client: ClientConfig,
    /// What a device sends that was given keys at an earlier sign-in.
    pub(crate) device_key: Option<String>,
    /// What the app told with the answer to a challenge, for triggers. What it told at the beginning is for those
    /// that run at the beginning.
    pub(crate) metadata: Option<Metadata>,
    /// What the tokens will be made for.
    pub(crate) source: Source,
    /// Set when functions lead the sign-in.
    pub(crate) custom: Option<CustomAuth>,
    /// UserMigration refused the password, which counts as a guess already.
    pub(crate) is_counted: bool,
}

impl SignIn {
    /// One that begins.
    pub(crate) fn new(client: &ClientConfig, device_key: Option<String>) -> Self {
        let source = Source::Authentication;
        SignIn { client: client.clone(), device_key, metadata: None, source, custom: None, is_counted: false }
    }

    /// One that goes on with this answer.
    pub(super) fn answered(
        client: &ClientConfig,
        answer: &Answer,
        source: Source,
        custom: Option<CustomAuth>,
    ) -> Self {
        SignIn {
            client: client.clone(),
            device_key: answer.device_key().map(str::to_owned),
            metadata: answer.metadata.clone(),
            source,
            custom,
            is_counted: false,
        }
    }

    /// The same with tokens that are made for this, unless it is for the sign-in page.
    pub(super) fn for_tokens_of(mut self, source: Source) -> Self {
        if self.source != Source::HostedAuth {
            self.source = source;
        }
        self
    }

    /// The same after this challenge, of which the function that leads the sign-in is told.
    pub(super) fn past(mut self, challenge: &'static str) -> Self {
        if let Some(custom) = &mut self.custom {
            custom.record(challenge, true);
        }
        self
    }
}

/// Who has yet to prove the address is told so whatever the password is, as in AWS
/// (<https://github.com/aws-amplify/amplify-js/issues/11209>, <https://github.com/aws/aws-sdk-js/issues/4608>). It gives
/// nobody away whom signing up would not.
pub(super) fn check_confirmed(user: &User) -> Result<(), Error> {
    match user.status {
        UserStatus::Unconfirmed if user.is_enabled => Err(Error::UserNotConfirmed),
        _ => Ok(()),
    }
}

/// How far a user has come, and whether they may sign in, shows only to who knows the password.
pub(super) fn after_password(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    attempts::succeeded(turn.db, &user.sub, Secret::Password)?;
    user.check_enabled()?;
    match user.status {
        UserStatus::Unconfirmed => Err(Error::UserNotConfirmed),
        UserStatus::ResetRequired => Err(Error::PasswordResetRequired),
        UserStatus::ForceChangePassword => new_password_required::challenge(turn, sign_in, user),
        UserStatus::Confirmed => after_own_password(turn, sign_in, user),
    }
}

/// The same for a password that the user chose, be it just now.
pub(super) fn after_own_password(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    let factors = mfa::of_user(turn, user)?;
    let is_mfa_wanted = mfa::is_wanted(turn, &factors);
    if let (Some(config), Some(device_key)) = (turn.pool().device_configuration, &sign_in.device_key) {
        let device = devices::find(turn.db, &user.sub, device_key)?;
        let is_proof_wanted = !is_mfa_wanted || config.challenge_required_on_new_device;
        if device.secret.is_some() && device.is_remembered && is_proof_wanted {
            return Ok(challenge(turn, sign_in, user, Step::DeviceSrpAuth, json!({})));
        }
    }
    match is_mfa_wanted {
        true => mfa::challenge(turn, sign_in, user, &factors),
        false => finish(turn, sign_in, user),
    }
}

/// All is proved that the pool asks for: tokens, unless functions lead the sign-in.
pub(super) fn finish(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    match sign_in.custom.is_some() {
        true => custom_auth::go_on(turn, sign_in, user),
        false => complete(turn, sign_in, user),
    }
}

/// Tokens, after PostAuthentication has heard of it. A device that the pool does not know is given its keys, if the
/// pool remembers devices.
///
/// Not after questions of functions alone: in AWS keys come by the way of the password
/// (<https://github.com/aws-amplify/amplify-js/issues/14909>).
pub(super) fn complete(turn: &Turn<'_>, sign_in: SignIn, user: &User) -> Result<Reply, Error> {
    let device_key = sign_in.device_key.as_deref();
    let is_known = device_key.is_some_and(|key| devices::find(turn.db, &user.sub, key).is_ok());
    let may_have_keys = sign_in.custom.as_ref().is_none_or(CustomAuth::has_password);
    let gets_keys = turn.pool().device_configuration.is_some() && !is_known && may_have_keys;

    let (client_id, metadata) = (&sign_in.client.client_id, sign_in.metadata.as_ref());
    let told = post_authentication::tell(turn, user, client_id, !is_known, metadata)?;
    let proved = (user.sub.clone(), user.password.verifier.clone());
    told.and_then(turn, move |turn, ()| {
        let user = turn.unchanged(&proved.0, &proved.1)?;
        tokens::sign_in(turn, &user, &sign_in)?.and_then(turn, move |turn, mut result| {
            if gets_keys {
                result["NewDeviceMetadata"] = device_srp_auth::new_device(turn, &user)?;
            }
            Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }).into())
        })
    })
}

/// Asks for one thing more.
pub(super) fn challenge(
    turn: &Turn<'_>,
    sign_in: SignIn,
    user: &User,
    step: Step,
    parameters: Value,
) -> Reply {
    let answer = json!({
        "ChallengeName": step.as_str(),
        "ChallengeParameters": parameters,
        "Session": open(turn, sign_in, user, step),
    });
    answer.into()
}

/// A session at this step.
pub(super) fn open(turn: &Turn<'_>, sign_in: SignIn, user: &User, step: Step) -> String {
    let session = AuthSession {
        client_id: sign_in.client.client_id,
        sub: user.sub.clone(),
        verifier: user.password.verifier.clone(),
        step,
        source: sign_in.source,
        custom: sign_in.custom,
    };
    turn.open_auth_session(session)
}

/// The user who answers this step, and their session, which stays open until it is taken.
pub(super) fn answered<'a>(
    turn: &Turn<'_>,
    client: &ClientConfig,
    answer: &'a Answer,
    step: Step,
) -> Result<(&'a str, SignIn, User), Error> {
    let name = answer.response("USERNAME")?;
    let session = answer.session.as_deref().ok_or_else(|| Error::missing("session"))?;
    let (open, user) = at(turn, session, step)?;
    let is_same = users::find(turn.db, name)?.is_some_and(|named| named.sub == user.sub);
    match is_same && open.client_id == client.client_id {
        true => Ok((session, SignIn::answered(client, answer, open.source, open.custom), user)),
        false => Err(Error::INVALID_SESSION),
    }
}

/// An open session at this step and its user, unless the password has changed since it was proved.
pub(super) fn at(turn: &Turn<'_>, session: &str, step: Step) -> Result<(AuthSession, User), Error> {
    let open = turn.cognito.auth_sessions.get(session, turn.now_ms);
    let open = open.filter(|open| open.step == step).ok_or(Error::INVALID_SESSION)?;
    let user = turn.unchanged(&open.sub, &open.verifier)?;
    Ok((open, user))
}

/// Ends a session once its answer has come to something: a code that a function kept from being sent can be asked for
/// again. Of two answers at once one comes to something.
pub(super) fn used_up(turn: &Turn<'_>, session: &str, reply: Reply) -> Result<Reply, Error> {
    let session = session.to_owned();
    reply.and_then(turn, move |turn, answer| match turn.cognito.auth_sessions.take(&session, turn.now_ms) {
        Some(_) => Ok(Progress::Done(answer)),
        None => Err(Error::INVALID_SESSION),
    })
}

/// Replaces a session by one at the next step.
pub(super) fn go_on(turn: &Turn<'_>, session: &str, from: Step, to: Step) -> Result<(String, User), Error> {
    let (open, user) = at(turn, session, from)?;
    turn.cognito.auth_sessions.take(session, turn.now_ms);
    Ok((turn.open_auth_session(AuthSession { step: to, ..open }), user))
}
