//! SetUserMFAPreference: whether the user wants to be asked for a code at sign-in; an operator can say it too.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::operation::Reply;
use crate::store::software_tokens;
use crate::store::users::User;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetUserMfaPreference {
    access_token: Option<String>,
    #[serde(flatten)]
    preference: MfaPreference,
}

#[derive(Deserialize)]
pub(super) struct MfaPreference {
    #[serde(rename = "SoftwareTokenMfaSettings")]
    software_token: Option<Settings>,
    #[serde(rename = "SMSMfaSettings")]
    sms: Option<Settings>,
    #[serde(rename = "EmailMfaSettings")]
    email: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    preferred_mfa: bool,
}

pub(super) fn set_user_mfa_preference(
    turn: &Turn<'_>,
    request: SetUserMfaPreference,
) -> Result<Reply, Error> {
    let (_, user) = turn.signed_in(request.access_token)?;
    set(turn, &user, request.preference)
}

pub(super) fn set(turn: &Turn<'_>, user: &User, preference: MfaPreference) -> Result<Reply, Error> {
    let is_wanted =
        |settings: &Option<Settings>| settings.as_ref().is_some_and(|s| s.enabled || s.preferred_mfa);
    if is_wanted(&preference.sms) || is_wanted(&preference.email) {
        return Err(Error::InvalidParameter(
            "The local pool has no SMS or e-mail MFA; use SoftwareTokenMfaSettings".to_owned(),
        ));
    }
    if let Some(wanted) = preference.software_token {
        let mut token = software_tokens::of_user(turn.db, &user.sub)?;
        if wanted.enabled && token.secret.is_none() {
            return Err(Error::InvalidParameter("User has not verified software token mfa".to_owned()));
        }
        token.is_enabled = wanted.enabled;
        token.is_preferred = wanted.enabled && wanted.preferred_mfa;
        software_tokens::put(turn.db, &user.sub, &token)?;
    }
    Ok(json!({}).into())
}

/// Adds to the answers of GetUser and AdminGetUser what is set; nothing, if nothing is.
pub(super) fn show(turn: &Turn<'_>, user: &User, answer: &mut Value) -> Result<(), Error> {
    const NAME: &str = "SOFTWARE_TOKEN_MFA";
    let token = software_tokens::of_user(turn.db, &user.sub)?;
    if token.is_in_use() {
        answer["UserMFASettingList"] = json!([NAME]);
        if token.is_preferred {
            answer["PreferredMfaSetting"] = NAME.into();
        }
    }
    Ok(())
}
