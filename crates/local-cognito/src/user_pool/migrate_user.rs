//! Takes over somebody whom UserMigration knows from elsewhere, with the password that they signed in with.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-import-using-lambda.html>. As there,
//! the pool's policy does not ask anything of that password. No welcome message is sent, whatever `messageAction`
//! says.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::hidden_user;
use crate::attributes::{self, Attribute, Writer};
use crate::config::{ClientConfig, MfaConfiguration, SecondFactor};
use crate::email;
use crate::error::Error;
use crate::medium::Medium;
use crate::password::StoredPassword;
use crate::progress::Progress;
use crate::store::attempts::{self, Secret};
use crate::store::message_mfas;
use crate::store::users::{self, User, UserStatus};
use crate::triggers::user_migration::{self, Response, Wish};
use crate::triggers::{Metadata, Trigger};
use crate::turn::Turn;

/// What UserMigration came to: somebody of this name may be here now, or nobody, who is answered as anybody unknown.
pub(crate) struct Migrated {
    /// The password was no good elsewhere, and that has been counted.
    pub(crate) is_counted: bool,
}

/// A password of elsewhere counts as a wrong one before it is tried, or all that come at once would be tried: a right
/// one is forgiven.
pub(crate) fn migrate(
    turn: &Turn<'_>,
    client: &ClientConfig,
    name: &str,
    wish: &Wish<'_>,
    told: Option<&Metadata>,
) -> Result<Progress<Migrated>, Error> {
    if !turn.cognito.triggers.has(Trigger::UserMigration) || users::find(turn.db, name)?.is_some() {
        return Ok(Progress::Done(Migrated { is_counted: false }));
    }
    let (nobody, _) = hidden_user::of_name(&turn.cognito.hidden_users, name);
    let password = match wish {
        Wish::SignIn { password } => {
            attempts::check(turn.db, &nobody, Secret::Password, turn.now_ms)?;
            attempts::failed(turn.db, &nobody, Secret::Password, turn.now_ms)?;
            Some((*password).to_owned())
        }
        Wish::ForgotPassword => None,
    };
    let (name, client) = (name.to_owned(), client.clone());
    user_migration::find(turn, &name, &client.client_id, wish, told).and_then(turn, move |turn, found| {
        match found.and_then(|found| take_over(turn, &name, password.as_deref(), found)) {
            Ok(()) => {
                if password.is_some() {
                    attempts::succeeded(turn.db, &nobody, Secret::Password)?;
                }
                Ok(Progress::Done(Migrated { is_counted: false }))
            }
            Err(error @ Error::Internal(_)) => Err(error),
            Err(error) => {
                tracing::warn!("nobody was migrated: {error}");
                match client.prevent_user_existence_errors {
                    true => Ok(Progress::Done(Migrated { is_counted: password.is_some() })),
                    false => Err(Error::UserMigration { client_id: client.client_id }),
                }
            }
        }
    })
}

fn take_over(turn: &Turn<'_>, name: &str, password: Option<&str>, found: Response) -> Result<(), Error> {
    // Somebody was faster: the same person, most likely, and the password will tell.
    if users::find(turn.db, name)?.is_some() {
        return Ok(());
    }
    let given = found.user_attributes.ok_or(Error::InvalidLambdaResponse)?;
    let written = given.iter().map(|(name, value)| Attribute::new(name, value)).collect();
    let mut attributes = BTreeMap::new();
    attributes::write(&mut attributes, written, Writer::Operator)?;
    let address = attributes.entry("email".to_owned()).or_insert_with(|| name.to_owned());
    if address.to_lowercase() != name.to_lowercase() || !email::is_address(address) {
        return Err(Error::InvalidParameter("Username should be an email.".to_owned()));
    }
    attributes.entry("email_verified".to_owned()).or_insert_with(|| "false".to_owned());
    attributes::check_required(turn.pool(), &attributes)?;
    let status = match (password, found.final_user_status.as_deref()) {
        (Some(_), None | Some("CONFIRMED")) => UserStatus::Confirmed,
        // Whoever forgot a password has none here yet.
        (Some(_), Some("RESET_REQUIRED")) | (None, None | Some("CONFIRMED" | "RESET_REQUIRED")) => {
            UserStatus::ResetRequired
        }
        _ => return Err(Error::InvalidLambdaResponse),
    };
    let sub = Uuid::new_v4().to_string();
    let user = User {
        status,
        password: match password {
            Some(password) => StoredPassword::new(turn.pool(), &sub, password),
            None => StoredPassword::none(),
        },
        sub,
        attributes,
        is_enabled: true,
        temporary_until_s: None,
        pending_email: None,
        created_at_s: turn.now_s(),
        modified_at_s: turn.now_s(),
    };
    let wants_sms = found.enable_sms_mfa == Some(true);
    if wants_sms {
        check_can_sms(turn, &user)?;
    }
    users::insert(turn.db, &user)?;
    if wants_sms {
        message_mfas::put(turn.db, &user.sub, SecondFactor::Sms, true)?;
    }
    Ok(())
}

/// `enableSMSMFA` fails a migration where no code could be asked for, as at AWS. That the number must be proved
/// (`phone_number_verified`) is a choice, for no code goes to any other at sign-in.
fn check_can_sms(turn: &Turn<'_>, user: &User) -> Result<(), Error> {
    let pool = turn.pool();
    let has_mfa = pool.mfa_configuration != MfaConfiguration::Off;
    let can = has_mfa
        && pool.enabled_mfas.contains(&SecondFactor::Sms)
        && Medium::Sms.verified_address(user).is_some();
    match can {
        true => Ok(()),
        false => Err(Error::InvalidParameter(
            "enableSMSMFA wants a pool with SMS_MFA and a user with a verified phone_number".to_owned(),
        )),
    }
}
