//! AdminRespondToAuthChallenge: RespondToAuthChallenge for a server that signs its users in.

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::triggers::Metadata;
use crate::turn::Turn;
use crate::user_pool::respond_to_auth_challenge::{self, Answer};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminRespondToAuthChallenge {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    challenge_name: Option<String>,
    challenge_responses: Option<HashMap<String, String>>,
    session: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn admin_respond_to_auth_challenge(
    turn: &Turn<'_>,
    request: AdminRespondToAuthChallenge,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let client = turn.client(request.client_id)?;
    let challenge = required(request.challenge_name, "challengeName")?;
    let answer = Answer {
        responses: request.challenge_responses.unwrap_or_default(),
        session: request.session,
        metadata: request.client_metadata,
    };
    respond_to_auth_challenge::respond(turn, client, &challenge, &answer)
}
