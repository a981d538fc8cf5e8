//! SetUserMFAPreference: which codes the user wants to be asked for at sign-in; an operator can say it too.

use serde::Deserialize;
use serde_json::{Value, json};

use super::mfa;
use crate::config::{MfaConfiguration, SecondFactor};
use crate::error::Error;
use crate::medium::Medium;
use crate::operation::Reply;
use crate::store::users::User;
use crate::store::{message_mfas, software_tokens};
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
    let wishes = [
        (SecondFactor::SoftwareToken, preference.software_token),
        (SecondFactor::Sms, preference.sms),
        (SecondFactor::Email, preference.email),
    ];
    let preferred = wishes.iter().filter(|(_, wish)| wish.as_ref().is_some_and(|wish| wish.preferred_mfa));
    if preferred.count() > 1 {
        return Err(Error::InvalidParameter("Only one MFA can be preferred".to_owned()));
    }
    // A refusal undoes nothing that was written before it.
    let in_use = mfa::of_user(turn, user)?;
    for (factor, wish) in &wishes {
        match wish {
            Some(wish) if wish.enabled => check_can(turn, user, *factor)?,
            Some(_) => check_may_be_off(turn, &in_use, *factor)?,
            None => {}
        }
    }
    for (factor, wish) in wishes {
        let Some(wish) = wish else { continue };
        let is_preferred = wish.enabled && wish.preferred_mfa;
        if is_preferred {
            prefer_none(turn, user)?;
        }
        match factor {
            SecondFactor::SoftwareToken => {
                let mut token = software_tokens::of_user(turn.db, &user.sub)?;
                token.is_enabled = wish.enabled;
                token.is_preferred = is_preferred;
                software_tokens::put(turn.db, &user.sub, &token)?;
            }
            _ if wish.enabled => message_mfas::put(turn.db, &user.sub, factor, is_preferred)?,
            _ => message_mfas::delete(turn.db, &user.sub, factor)?,
        }
    }
    Ok(json!({}).into())
}

fn check_can(turn: &Turn<'_>, user: &User, factor: SecondFactor) -> Result<(), Error> {
    let name = factor.as_str();
    let pool = turn.pool();
    if pool.mfa_configuration != MfaConfiguration::Off && !pool.enabled_mfas.contains(&factor) {
        return Err(Error::InvalidParameter(format!("{name} is not among the EnabledMfas of the user pool")));
    }
    let has_address = |medium: Medium| medium.verified_address(user).is_some();
    let can = match factor {
        SecondFactor::SoftwareToken => {
            if software_tokens::of_user(turn.db, &user.sub)?.secret.is_none() {
                return Err(Error::InvalidParameter("User has not verified software token mfa".to_owned()));
            }
            true
        }
        SecondFactor::Sms => has_address(Medium::Sms),
        SecondFactor::Email => has_address(Medium::Email),
    };
    match can {
        true => Ok(()),
        false => Err(Error::InvalidParameter(format!(
            "User does not have delivery config set to turn on {name}: the address must be verified"
        ))),
    }
}

/// Where the pool requires a factor, none that is on can be turned off, by nobody:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SoftwareTokenMfaSettingsType.html>.
fn check_may_be_off(turn: &Turn<'_>, in_use: &[mfa::Factor], factor: SecondFactor) -> Result<(), Error> {
    let is_on = in_use.iter().any(|one| one.factor == factor && one.is_wanted);
    match turn.pool().mfa_configuration {
        MfaConfiguration::On if is_on => Err(Error::InvalidParameter(format!(
            "{} cannot be turned off, because MFA is required in the user pool",
            factor.as_str()
        ))),
        _ => Ok(()),
    }
}

fn prefer_none(turn: &Turn<'_>, user: &User) -> Result<(), Error> {
    let mut token = software_tokens::of_user(turn.db, &user.sub)?;
    if token.is_preferred {
        token.is_preferred = false;
        software_tokens::put(turn.db, &user.sub, &token)?;
    }
    for (factor, _) in message_mfas::of_user(turn.db, &user.sub)? {
        message_mfas::put(turn.db, &user.sub, factor, false)?;
    }
    Ok(())
}

/// Adds to the answers of GetUser and AdminGetUser what is set and can be asked for; nothing, if nothing is.
pub(super) fn show(turn: &Turn<'_>, user: &User, answer: &mut Value) -> Result<(), Error> {
    let mut in_use = mfa::of_user(turn, user)?;
    in_use.retain(|one| one.is_wanted);
    if in_use.is_empty() {
        return Ok(());
    }
    answer["UserMFASettingList"] = in_use.iter().map(|one| one.factor.as_str()).collect();
    if let Some(preferred) = in_use.iter().find(|one| one.is_preferred) {
        answer["PreferredMfaSetting"] = preferred.factor.as_str().into();
    }
    Ok(())
}
