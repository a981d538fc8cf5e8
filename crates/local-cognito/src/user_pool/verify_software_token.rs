//! VerifySoftwareToken: a first code proves that the secret is in the user's app.

use serde::Deserialize;
use serde_json::json;

use super::sign_in;
use crate::challenges::Step;
use crate::error::Error;
use crate::operation::{Reply, required};
use crate::store::attempts::{self, Secret};
use crate::store::software_tokens;
use crate::totp;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VerifySoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
    user_code: Option<String>,
    friendly_device_name: Option<String>,
}

/// Who is signed in still has to enable it with SetUserMFAPreference; who is signing in has it enabled.
pub(super) fn verify_software_token(turn: &Turn<'_>, request: VerifySoftwareToken) -> Result<Reply, Error> {
    let code = required(request.user_code, "userCode")?;
    let friendly_name = request.friendly_device_name.unwrap_or_default();
    if friendly_name.chars().count() > 256 {
        return Err(Error::InvalidParameter(
            "FriendlyDeviceName must have at most 256 characters".to_owned(),
        ));
    }
    let session = request.session.filter(|session| !session.is_empty());
    let user = match &session {
        Some(session) => sign_in::at(turn, session, Step::MfaSetup)?.1,
        None => turn.signed_in(request.access_token)?.1,
    };
    attempts::check(turn.db, &user.sub, Secret::SoftwareToken, turn.now_ms)?;
    let mut token = software_tokens::of_user(turn.db, &user.sub)?;
    let pending = token.pending_secret.as_ref().ok_or_else(|| {
        Error::InvalidParameter("There is no secret to verify; call AssociateSoftwareToken first".to_owned())
    })?;
    let Some(step) = totp::step_of(pending, &code, turn.now_s()) else {
        attempts::failed(turn.db, &user.sub, Secret::SoftwareToken, turn.now_ms)?;
        return Err(Error::EnableSoftwareTokenMfa);
    };
    attempts::succeeded(turn.db, &user.sub, Secret::SoftwareToken)?;
    token.secret = token.pending_secret.take();
    token.friendly_name = friendly_name;
    token.last_step = step;
    let mut answer = json!({ "Status": "SUCCESS" });
    if let Some(session) = session {
        token.is_enabled = true;
        token.is_preferred = true;
        let (session, _) = sign_in::go_on(turn, &session, Step::MfaSetup, Step::MfaIsSetUp)?;
        answer["Session"] = session.into();
    }
    software_tokens::put(turn.db, &user.sub, &token)?;
    Ok(answer.into())
}
