//! InitiateAuth: the first step of a sign-in, or the only one, depending on the flow.

use std::collections::HashMap;

use num_bigint::BigUint;
use rand::Rng;
use serde::Deserialize;
use serde_json::json;

use super::migrate_user::{self, Migrated};
use super::sign_in::{self, SignIn};
use super::{custom_auth, hidden_user, user_auth};
use crate::challenges::PasswordVerifier;
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::{Reply, check_username, required};
use crate::password::StoredPassword;
use crate::progress::Progress;
use crate::srp;
use crate::store::attempts::{self, Secret};
use crate::store::users;
use crate::tokens;
use crate::triggers::user_migration::Wish;
use crate::triggers::{Metadata, pre_authentication};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateAuth {
    client_id: Option<String>,
    auth_flow: Option<String>,
    auth_parameters: Option<HashMap<String, String>>,
    session: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn initiate_auth(turn: &Turn<'_>, request: InitiateAuth) -> Result<Reply, Error> {
    let client = turn.client(request.client_id)?;
    let flow = Flow::parse(&required(request.auth_flow, "authFlow")?)?;
    if flow == Flow::AdminUserPassword {
        return Err(Error::InvalidParameter("ADMIN_USER_PASSWORD_AUTH is for AdminInitiateAuth".to_owned()));
    }
    begin(
        turn,
        client,
        Beginning {
            flow,
            parameters: request.auth_parameters.unwrap_or_default(),
            session: request.session,
            metadata: request.client_metadata,
        },
    )
}

/// What InitiateAuth and AdminInitiateAuth have in common.
pub(super) struct Beginning {
    pub(super) flow: Flow,
    pub(super) parameters: HashMap<String, String>,
    pub(super) session: Option<String>,
    /// `ClientMetadata`, for functions that run at the beginning alone.
    pub(super) metadata: Option<Metadata>,
}

impl Beginning {
    fn parameter(&self, name: &str) -> Result<&str, Error> {
        let value = self.parameters.get(name).filter(|value| !value.is_empty());
        value
            .map(String::as_str)
            .ok_or_else(|| Error::InvalidParameter(format!("Missing required parameter {name}")))
    }
}

pub(super) fn begin(turn: &Turn<'_>, client: &ClientConfig, asked: Beginning) -> Result<Reply, Error> {
    asked.flow.check_allowed(client)?;
    if asked.flow == Flow::RefreshToken {
        return refresh(turn, client, &asked);
    }
    let name = asked.parameter("USERNAME")?;
    check_username(name)?;
    let migrated = match asked.flow {
        Flow::UserPassword | Flow::AdminUserPassword => {
            let wish = Wish::SignIn { password: asked.parameter("PASSWORD")? };
            migrate_user::migrate(turn, client, name, &wish, asked.metadata.as_ref())?
        }
        _ => Progress::Done(Migrated { is_counted: false }),
    };
    let client = client.clone();
    migrated.and_then(turn, move |turn, migrated| {
        let allowed =
            pre_authentication::allow(turn, &client, asked.parameter("USERNAME")?, asked.metadata.as_ref())?;
        allowed.and_then(turn, move |turn, ()| enter(turn, &client, &asked, &migrated))
    })
}

fn enter(
    turn: &Turn<'_>,
    client: &ClientConfig,
    asked: &Beginning,
    migrated: &Migrated,
) -> Result<Reply, Error> {
    let name = asked.parameter("USERNAME")?;
    match asked.flow {
        Flow::User => user_auth::begin(turn, client, &asked.parameters, asked.session.as_deref()),
        Flow::Custom => custom_auth::begin(turn, client, &asked.parameters),
        Flow::UserSrp => srp_challenge(turn, SignIn::new(client, None), name, asked.parameter("SRP_A")?),
        Flow::UserPassword | Flow::AdminUserPassword => {
            let password = asked.parameter("PASSWORD")?;
            let device_key = asked.parameter("DEVICE_KEY").ok().map(str::to_owned);
            let sign_in = SignIn { is_counted: migrated.is_counted, ..SignIn::new(client, device_key) };
            sign_in_with_password(turn, sign_in, name, password)
        }
        Flow::RefreshToken => refresh(turn, client, asked),
    }
}

fn refresh(turn: &Turn<'_>, client: &ClientConfig, asked: &Beginning) -> Result<Reply, Error> {
    if client.refresh_token_rotation.is_some() {
        return Err(Error::InvalidParameter(
            "Refresh tokens of this client are rotated; use GetTokensFromRefreshToken".to_owned(),
        ));
    }
    let refresh_token = asked.parameter("REFRESH_TOKEN")?.to_owned();
    // What the app tells here reaches PreTokenGeneration with GetTokensFromRefreshToken alone.
    tokens::refresh(turn, client, refresh_token, None)?.and_then(turn, |_, result| {
        Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }).into())
    })
}

/// The flows of `AuthFlow` that are served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    User,
    Custom,
    UserSrp,
    UserPassword,
    AdminUserPassword,
    RefreshToken,
}

impl Flow {
    pub(super) fn parse(flow: &str) -> Result<Self, Error> {
        match flow {
            "USER_AUTH" => Ok(Flow::User),
            "CUSTOM_AUTH" => Ok(Flow::Custom),
            "USER_SRP_AUTH" => Ok(Flow::UserSrp),
            "USER_PASSWORD_AUTH" => Ok(Flow::UserPassword),
            "ADMIN_USER_PASSWORD_AUTH" | "ADMIN_NO_SRP_AUTH" => Ok(Flow::AdminUserPassword),
            "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => Ok(Flow::RefreshToken),
            _ => Err(Error::constraint(
                flow,
                "authFlow",
                "Member must satisfy enum value set: [USER_AUTH, CUSTOM_AUTH, USER_SRP_AUTH, USER_PASSWORD_AUTH, \
                 ADMIN_USER_PASSWORD_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN] (those that the local pool serves)",
            )),
        }
    }

    fn check_allowed(self, client: &ClientConfig) -> Result<(), Error> {
        match self.is_allowed(client) {
            true => Ok(()),
            false => {
                Err(Error::InvalidParameter(format!("{} flow not enabled for this client", self.as_str())))
            }
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Flow::User => "USER_AUTH",
            Flow::Custom => "CUSTOM_AUTH",
            Flow::UserSrp => "USER_SRP_AUTH",
            Flow::UserPassword => "USER_PASSWORD_AUTH",
            Flow::AdminUserPassword => "ADMIN_USER_PASSWORD_AUTH",
            Flow::RefreshToken => "REFRESH_TOKEN_AUTH",
        }
    }

    pub(super) fn is_allowed(self, client: &ClientConfig) -> bool {
        // Names of `ExplicitAuthFlows`: today's is that of the flow after ALLOW_, three are from before.
        let before = match self {
            Flow::UserPassword => "USER_PASSWORD_AUTH",
            Flow::Custom => "CUSTOM_AUTH_FLOW_ONLY",
            Flow::AdminUserPassword => "ADMIN_NO_SRP_AUTH",
            _ => "",
        };
        let configured = &client.explicit_auth_flows;
        match configured.is_empty() {
            true => matches!(self, Flow::UserSrp | Flow::Custom | Flow::RefreshToken),
            false => configured
                .iter()
                .any(|name| name.strip_prefix("ALLOW_") == Some(self.as_str()) || name == before),
        }
    }
}

/// SRP's first half. Whether the user is confirmed shows only to who knows the password.
pub(super) fn srp_challenge(
    turn: &Turn<'_>,
    sign_in: SignIn,
    name: &str,
    srp_a: &str,
) -> Result<Reply, Error> {
    let a = srp::parse_public_a(srp_a).ok_or_else(|| {
        Error::InvalidParameter("SRP_A must be a hexadecimal number that N does not divide".to_owned())
    })?;
    let (user_id, password) = match users::find(turn.db, name)? {
        Some(user) => (user.sub, user.password),
        None if sign_in.client.prevent_user_existence_errors => {
            hidden_user::of_name(&turn.cognito.hidden_users, name)
        }
        None => return Err(Error::NO_SUCH_USER),
    };
    // 256 bits are as hard to guess as the 3072-bit group is to break.
    let b = BigUint::from_bytes_be(&rand::rng().random::<[u8; 32]>());
    let public_b = srp::public_b(&b, &password.verifier);
    let StoredPassword { salt, verifier, .. } = password;
    let (salt, srp_b) = (salt.to_str_radix(16), public_b.to_str_radix(16));
    let challenge = PasswordVerifier {
        client_id: sign_in.client.client_id,
        user_id: user_id.clone(),
        verifier,
        a,
        b,
        public_b,
        source: sign_in.source,
        custom: sign_in.custom,
    };
    let answer = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": salt,
            "SECRET_BLOCK": turn.open_password_verifier(challenge),
            "SRP_B": srp_b,
            "USERNAME": user_id,
            "USER_ID_FOR_SRP": user_id,
        },
    });
    Ok(answer.into())
}

/// USER_PASSWORD_AUTH, and what the sign-in page does.
pub(crate) fn sign_in_with_password(
    turn: &Turn<'_>,
    sign_in: SignIn,
    name: &str,
    password: &str,
) -> Result<Reply, Error> {
    let found = users::find(turn.db, name)?;
    if found.is_none() && !sign_in.client.prevent_user_existence_errors {
        return Err(Error::NO_SUCH_USER);
    }
    found.as_ref().map_or(Ok(()), sign_in::check_confirmed)?;
    if found.is_none() && sign_in.is_counted {
        return Err(Error::INCORRECT_PASSWORD);
    }
    // As much work for nobody as for a user, so that neither the time nor a lock tells anything.
    let (sub, stored) = match &found {
        Some(user) => (user.sub.clone(), user.password.clone()),
        None => hidden_user::of_name(&turn.cognito.hidden_users, name),
    };
    attempts::check(turn.db, &sub, Secret::Password, turn.now_ms)?;
    let is_right = stored.is(turn.pool(), &sub, password);
    match found.filter(|_| is_right) {
        Some(user) => sign_in::after_password(turn, sign_in, &user),
        None => {
            attempts::failed(turn.db, &sub, Secret::Password, turn.now_ms)?;
            Err(Error::INCORRECT_PASSWORD)
        }
    }
}
