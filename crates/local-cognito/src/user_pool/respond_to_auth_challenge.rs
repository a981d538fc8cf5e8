//! RespondToAuthChallenge: the proof is checked, and the tokens are given out.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;

use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::{Reply, required};
use crate::srp::{Claim, Exchange, is_proven};
use crate::store::users;
use crate::tokens;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RespondToAuthChallenge {
    client_id: Option<String>,
    challenge_name: Option<String>,
    challenge_responses: Option<HashMap<String, String>>,
}

pub(super) fn respond_to_auth_challenge(
    turn: &Turn<'_>,
    request: RespondToAuthChallenge,
) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let challenge = required(request.challenge_name, "challengeName")?;
    let responses = request.challenge_responses.unwrap_or_default();
    match challenge.as_str() {
        "PASSWORD_VERIFIER" => password_verifier(turn, client, &responses),
        _ => Err(Error::InvalidParameter(
            "1 validation error detected: Value at 'challengeName' failed to satisfy constraint: Member must \
             satisfy enum value set: [PASSWORD_VERIFIER] (those that the local pool gives)"
                .to_owned(),
        )),
    }
}

fn password_verifier(
    turn: &Turn<'_>,
    client: &ClientConfig,
    responses: &HashMap<String, String>,
) -> Result<Reply, Error> {
    let response = |name: &str| {
        let value = responses.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| Error::InvalidParameter(format!("Missing required parameter {name}")))
    };
    let name = response("USERNAME")?;
    let secret_block = response("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let timestamp = response("TIMESTAMP")?;
    let signature = response("PASSWORD_CLAIM_SIGNATURE")?;

    let challenge = turn.cognito.challenges.take(secret_block, turn.now_ms);
    let challenge = challenge
        .filter(|challenge| challenge.client_id == client.client_id)
        .ok_or(Error::NotAuthorized("Invalid session for the user."))?;
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

    // The password may have been changed since the challenge, and the name may be another user's.
    let user = users::find(turn.db, name)?
        .filter(|user| user.sub == challenge.user_id && user.password.verifier == challenge.verifier);
    let user = user.filter(|_| is_proven).ok_or(Error::INCORRECT_PASSWORD)?;
    let result = tokens::sign_in(turn, &user, client)?;
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }).into())
}
