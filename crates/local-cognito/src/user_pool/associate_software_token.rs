//! AssociateSoftwareToken: a new secret for the user's authenticator app.

use data_encoding::BASE32_NOPAD;
use rand::Rng;
use serde::Deserialize;
use serde_json::json;

use super::sign_in;
use crate::challenges::Step;
use crate::config::{MfaConfiguration, SecondFactor};
use crate::error::Error;
use crate::operation::Reply;
use crate::store::software_tokens;
use crate::turn::Turn;

/// As long as AWS's: 52 letters in base32.
const SECRET_BYTES: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateSoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
}

/// For who is signed in, or who must set one up to sign in. An earlier secret is good until the new one is
/// proved.
pub(super) fn associate_software_token(
    turn: &Turn<'_>,
    request: AssociateSoftwareToken,
) -> Result<Reply, Error> {
    let pool = turn.pool();
    if pool.mfa_configuration == MfaConfiguration::Off
        || !pool.enabled_mfas.contains(&SecondFactor::SoftwareToken)
    {
        return Err(Error::SoftwareTokenMfaNotFound);
    }
    let (user, session) = match request.session.filter(|session| !session.is_empty()) {
        Some(session) => {
            let (session, user) = sign_in::go_on(turn, &session, Step::MfaSetup, Step::MfaSetup)?;
            (user, Some(session))
        }
        None => (turn.signed_in(request.access_token)?.1, None),
    };
    let secret = rand::rng().random::<[u8; SECRET_BYTES]>();
    let mut token = software_tokens::of_user(turn.db, &user.sub)?;
    token.pending_secret = Some(secret.to_vec());
    software_tokens::put(turn.db, &user.sub, &token)?;
    let mut answer = json!({ "SecretCode": BASE32_NOPAD.encode(&secret) });
    if let Some(session) = session {
        answer["Session"] = session.into();
    }
    Ok(answer.into())
}
