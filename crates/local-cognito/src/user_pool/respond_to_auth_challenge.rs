//! RespondToAuthChallenge: the answer is checked, and the next challenge or the tokens are given out.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::sign_in::{self, SignIn};
use super::{
    custom_auth, device_srp_auth, mfa, new_password_required, one_time_code, software_token_mfa, user_auth,
};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::{Reply, check_username, required};
use crate::srp::{Claim, Exchange, is_proven};
use crate::store::attempts::{self, Secret};
use crate::store::users;
use crate::timestamp;
use crate::triggers::Metadata;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RespondToAuthChallenge {
    client_id: Option<String>,
    challenge_name: Option<String>,
    challenge_responses: Option<HashMap<String, String>>,
    session: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn respond_to_auth_challenge(
    turn: &Turn<'_>,
    request: RespondToAuthChallenge,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let answer = Answer {
        responses: request.challenge_responses.unwrap_or_default(),
        session: request.session,
        metadata: request.client_metadata,
    };
    respond(turn, client, &required(request.challenge_name, "challengeName")?, &answer)
}

/// What RespondToAuthChallenge and AdminRespondToAuthChallenge have in common.
pub(super) fn respond(
    turn: &Turn<'_>,
    client: &ClientConfig,
    challenge: &str,
    answer: &Answer,
) -> Result<Reply, Error> {
    answer.responses.get("USERNAME").map_or(Ok(()), |name| check_username(name))?;
    match challenge {
        "PASSWORD_VERIFIER" => password_verifier(turn, client, answer),
        "NEW_PASSWORD_REQUIRED" => new_password_required::respond(turn, client, answer),
        "SELECT_CHALLENGE" | "PASSWORD" | "PASSWORD_SRP" => {
            user_auth::respond(turn, client, answer, challenge)
        }
        "EMAIL_OTP" | "SMS_OTP" | "SMS_MFA" => one_time_code::respond(turn, client, answer, challenge),
        "SELECT_MFA_TYPE" => mfa::select(turn, client, answer),
        "SOFTWARE_TOKEN_MFA" => software_token_mfa::respond(turn, client, answer),
        "DEVICE_SRP_AUTH" => device_srp_auth::respond(turn, client, answer),
        "DEVICE_PASSWORD_VERIFIER" => device_srp_auth::verify(turn, client, answer),
        "CUSTOM_CHALLENGE" => custom_auth::respond(turn, client, answer),
        "MFA_SETUP" => software_token_mfa::respond_to_setup(turn, client, answer),
        _ => Err(Error::constraint(
            challenge,
            "challengeName",
            "Member must satisfy enum value set: [SELECT_CHALLENGE, PASSWORD, PASSWORD_SRP, PASSWORD_VERIFIER, EMAIL_OTP, \
             SMS_OTP, NEW_PASSWORD_REQUIRED, SELECT_MFA_TYPE, SOFTWARE_TOKEN_MFA, SMS_MFA, MFA_SETUP, \
             DEVICE_SRP_AUTH, DEVICE_PASSWORD_VERIFIER, CUSTOM_CHALLENGE] (those that the local pool gives)",
        )),
    }
}

fn password_verifier(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let name = answer.response("USERNAME")?;
    let secret_block = answer.response("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let timestamp = &timestamp::canonical(answer.response("TIMESTAMP")?)?;
    let signature = answer.response("PASSWORD_CLAIM_SIGNATURE")?;

    let challenge = turn.cognito.challenges.take(secret_block, turn.now_ms);
    let challenge = challenge
        .filter(|challenge| challenge.client_id == client.client_id)
        .ok_or(Error::INVALID_SESSION)?;
    // The password may have been changed since the challenge, and the name may be another user's.
    let user = users::find(turn.db, name)?
        .filter(|user| user.sub == challenge.user_id && user.password.verifier == challenge.verifier);
    user.as_ref().map_or(Ok(()), sign_in::check_confirmed)?;
    attempts::check(turn.db, &challenge.user_id, Secret::Password, turn.now_ms)?;
    let claim = Claim {
        pool_name: turn.pool().pool_name(),
        user_id: &challenge.user_id,
        secret_block: &STANDARD.decode(secret_block).unwrap_or_default(),
        timestamp,
    };
    let exchange = Exchange {
        a: &challenge.a,
        b: &challenge.b,
        public_b: &challenge.public_b,
        verifier: &challenge.verifier,
    };
    // An undecodable signature is a wrong one.
    let is_proven = is_proven(&exchange, &claim, &STANDARD.decode(signature).unwrap_or_default());

    match user.filter(|_| is_proven) {
        Some(user) => {
            let sign_in = SignIn::answered(client, answer, challenge.source, challenge.custom);
            sign_in::after_password(turn, sign_in.past("PASSWORD_VERIFIER"), &user)
        }
        None => {
            attempts::failed(turn.db, &challenge.user_id, Secret::Password, turn.now_ms)?;
            Err(Error::INCORRECT_PASSWORD)
        }
    }
}

/// What the client sends back.
pub(super) struct Answer {
    pub(super) responses: HashMap<String, String>,
    pub(super) session: Option<String>,
    /// `ClientMetadata`.
    pub(super) metadata: Option<Metadata>,
}

impl Answer {
    /// What a device sends that was given keys at an earlier sign-in.
    pub(super) fn device_key(&self) -> Option<&str> {
        let key = self.responses.get("DEVICE_KEY");
        key.map(String::as_str).filter(|key| !key.is_empty())
    }

    pub(super) fn response(&self, name: &str) -> Result<&str, Error> {
        let value = self.responses.get(name).filter(|value| !value.is_empty());
        value
            .map(String::as_str)
            .ok_or_else(|| Error::InvalidParameter(format!("Missing required parameter {name}")))
    }
}
