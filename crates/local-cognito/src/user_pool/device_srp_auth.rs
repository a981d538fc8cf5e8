//! The challenges DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device proves that it is the one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use num_bigint::BigUint;
use rand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::respond_to_auth_challenge::Answer;
use super::sign_in::{self, SignIn};
use crate::challenges::{PasswordVerifier, Step};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::operation::Reply;
use crate::srp::{self, Claim, Exchange};
use crate::store::devices::{self, Device};
use crate::store::users::{self, User, UserStatus};
use crate::timestamp;
use crate::triggers::pre_token_generation::Source;
use crate::turn::Turn;

/// `NewDeviceMetadata` for a device that the pool does not know yet.
pub(super) fn new_device(turn: &Turn<'_>, user: &User) -> Result<Value, Error> {
    let group_key: String = Uuid::new_v4().simple().to_string().chars().take(9).collect();
    let device = Device {
        device_key: format!("{}_{}", turn.pool().region, Uuid::new_v4()),
        group_key: format!("-{group_key}"),
        name: String::new(),
        secret: None,
        is_remembered: false,
        created_at_s: turn.now_s(),
        modified_at_s: turn.now_s(),
        last_authenticated_at_s: turn.now_s(),
    };
    devices::put(turn.db, &user.sub, &device)?;
    Ok(json!({ "DeviceKey": device.device_key, "DeviceGroupKey": device.group_key }))
}

/// SRP's first half, with the device in the place of the user.
pub(super) fn respond(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let (session, sign_in, user) = sign_in::answered(turn, client, answer, Step::DeviceSrpAuth)?;
    let a = srp::parse_public_a(answer.response("SRP_A")?).ok_or_else(|| {
        Error::InvalidParameter("SRP_A must be a hexadecimal number that N does not divide".to_owned())
    })?;
    let device = devices::find(turn.db, &user.sub, answer.response("DEVICE_KEY")?)?;
    let secret = device.secret.filter(|_| device.is_remembered);
    let secret = secret.ok_or(Error::INVALID_SESSION)?;
    turn.cognito.auth_sessions.take(session, turn.now_ms);

    let b = BigUint::from_bytes_be(&rand::rng().random::<[u8; 32]>());
    let public_b = srp::public_b(&b, &secret.verifier);
    let srp_b = public_b.to_str_radix(16);
    let challenge = PasswordVerifier {
        client_id: client.client_id.clone(),
        user_id: device.device_key.clone(),
        verifier: secret.verifier,
        a,
        b,
        public_b,
        source: sign_in.source,
        custom: sign_in.past("DEVICE_SRP_AUTH").custom,
    };
    let answer = json!({
        "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": secret.salt.to_str_radix(16),
            "SECRET_BLOCK": turn.open_password_verifier(challenge),
            "SRP_B": srp_b,
            "DEVICE_KEY": device.device_key,
            "USERNAME": user.sub,
        },
    });
    Ok(answer.into())
}

/// SRP's second half. Such a challenge was opened for who had proved the password, so all is proved now.
pub(super) fn verify(turn: &Turn<'_>, client: &ClientConfig, answer: &Answer) -> Result<Reply, Error> {
    let name = answer.response("USERNAME")?;
    let device_key = answer.response("DEVICE_KEY")?;
    let secret_block = answer.response("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let timestamp = &timestamp::canonical(answer.response("TIMESTAMP")?)?;
    let signature = answer.response("PASSWORD_CLAIM_SIGNATURE")?;
    let challenge = turn.cognito.challenges.take(secret_block, turn.now_ms);
    let challenge = challenge
        .filter(|challenge| challenge.client_id == client.client_id && challenge.user_id == device_key)
        .ok_or(Error::INVALID_SESSION)?;
    let user = users::find(turn.db, name)?
        .filter(|user| user.is_enabled && user.status == UserStatus::Confirmed)
        .ok_or(Error::INVALID_SESSION)?;
    let mut device = devices::find(turn.db, &user.sub, device_key)?;
    let claim = Claim {
        pool_name: &device.group_key,
        user_id: &device.device_key,
        secret_block: &STANDARD.decode(secret_block).unwrap_or_default(),
        timestamp,
    };
    let exchange = Exchange {
        a: &challenge.a,
        b: &challenge.b,
        public_b: &challenge.public_b,
        verifier: &challenge.verifier,
    };
    let is_same = device.secret.as_ref().is_some_and(|s| s.verifier == challenge.verifier);
    let signature = STANDARD.decode(signature).unwrap_or_default();
    if !is_same || !device.is_remembered || !srp::is_proven(&exchange, &claim, &signature) {
        return Err(Error::INCORRECT_PASSWORD);
    }
    device.last_authenticated_at_s = turn.now_s();
    devices::put(turn.db, &user.sub, &device)?;
    let sign_in = SignIn::answered(client, answer, challenge.source, challenge.custom)
        .past("DEVICE_PASSWORD_VERIFIER")
        .for_tokens_of(Source::AuthenticateDevice);
    sign_in::finish(turn, sign_in, &user)
}
