//! ConfirmDevice, UpdateDeviceStatus, ListDevices, GetDevice and ForgetDevice; but for the first, an operator can
//! do the same.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use num_bigint::BigUint;
use serde::Deserialize;
use serde_json::{Value, json};

use super::admin::groups::{page_length, place, token};
use crate::error::Error;
use crate::operation::{Reply, required};
use crate::password::StoredPassword;
use crate::store::devices::{self, Device};
use crate::store::users::User;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmDevice {
    access_token: Option<String>,
    device_key: Option<String>,
    device_name: Option<String>,
    device_secret_verifier_config: Option<SecretVerifier>,
}

/// Both are big-endian numbers in base64.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretVerifier {
    salt: String,
    password_verifier: String,
}

/// The device says what it will prove itself by.
pub(super) fn confirm_device(turn: &Turn<'_>, request: ConfirmDevice) -> Result<Reply, Error> {
    let config = turn.pool().device_configuration;
    let config = config.ok_or_else(|| Error::ResourceNotFound("Device does not exist.".to_owned()))?;
    let device_key = required(request.device_key, "deviceKey")?;
    let verifier =
        request.device_secret_verifier_config.ok_or_else(|| Error::missing("deviceSecretVerifierConfig"))?;
    let (_, user) = turn.signed_in(request.access_token)?;
    let mut device = devices::find(turn.db, &user.sub, &device_key)?;
    let number = |text: &str| {
        let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() <= 512);
        let number = bytes.map(|bytes| BigUint::from_bytes_be(&bytes));
        number.filter(|number| *number != BigUint::ZERO).ok_or_else(|| {
            Error::InvalidParameter("Salt and PasswordVerifier must be numbers in base64".to_owned())
        })
    };
    if device.secret.is_some() {
        return Err(Error::InvalidParameter("The device is confirmed already".to_owned()));
    }
    device.secret = Some(StoredPassword {
        salt: number(&verifier.salt)?,
        verifier: number(&verifier.password_verifier)?,
        is_set: true,
    });
    device.name = request.device_name.unwrap_or_default().chars().take(1024).collect();
    device.is_remembered = !config.device_only_remembered_on_user_prompt;
    device.modified_at_s = turn.now_s();
    devices::put(turn.db, &user.sub, &device)?;
    Ok(json!({ "UserConfirmationNecessary": config.device_only_remembered_on_user_prompt }).into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneDevice {
    access_token: Option<String>,
    device_key: Option<String>,
    device_remembered_status: Option<String>,
}

pub(super) fn update_device_status(turn: &Turn<'_>, request: OneDevice) -> Result<Reply, Error> {
    let device_key = required(request.device_key, "deviceKey")?;
    let (_, user) = turn.signed_in(request.access_token)?;
    update(turn, &user, &device_key, request.device_remembered_status.as_deref())
}

pub(super) fn update(turn: &Turn<'_>, user: &User, key: &str, status: Option<&str>) -> Result<Reply, Error> {
    let mut device = devices::find(turn.db, &user.sub, key)?;
    device.is_remembered = match status {
        Some("remembered") => true,
        Some("not_remembered") => false,
        None => return Err(Error::missing("deviceRememberedStatus")),
        Some(other) => {
            let constraint = "Member must satisfy enum value set: [not_remembered, remembered]";
            return Err(Error::constraint(other, "deviceRememberedStatus", constraint));
        }
    };
    device.modified_at_s = turn.now_s();
    devices::put(turn.db, &user.sub, &device)?;
    Ok(json!({}).into())
}

pub(super) fn get_device(turn: &Turn<'_>, request: OneDevice) -> Result<Reply, Error> {
    let device_key = required(request.device_key, "deviceKey")?;
    let (_, user) = turn.signed_in(request.access_token)?;
    get(turn, &user, &device_key)
}

pub(super) fn get(turn: &Turn<'_>, user: &User, key: &str) -> Result<Reply, Error> {
    let device = devices::find(turn.db, &user.sub, key)?;
    Ok(json!({ "Device": device_type(&device) }).into())
}

pub(super) fn forget_device(turn: &Turn<'_>, request: OneDevice) -> Result<Reply, Error> {
    let device_key = required(request.device_key, "deviceKey")?;
    let (_, user) = turn.signed_in(request.access_token)?;
    forget(turn, &user, &device_key)
}

pub(super) fn forget(turn: &Turn<'_>, user: &User, key: &str) -> Result<Reply, Error> {
    let device = devices::find(turn.db, &user.sub, key)?;
    devices::delete(turn.db, &device.device_key)?;
    Ok(Reply::EMPTY)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListDevices {
    access_token: Option<String>,
    limit: Option<i64>,
    pagination_token: Option<String>,
}

pub(super) fn list_devices(turn: &Turn<'_>, request: ListDevices) -> Result<Reply, Error> {
    let (_, user) = turn.signed_in(request.access_token)?;
    list(turn, &user, request.limit, request.pagination_token)
}

pub(super) fn list(
    turn: &Turn<'_>,
    user: &User,
    limit: Option<i64>,
    after: Option<String>,
) -> Result<Reply, Error> {
    let limit = page_length(limit)?;
    let mut found = devices::list(turn.db, &user.sub, &place(after)?, limit + 1)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let mut answer = json!({ "Devices": found.iter().map(device_type).collect::<Vec<_>>() });
    if let Some(last) = found.last().filter(|_| has_more) {
        answer["PaginationToken"] = token(&last.device_key).into();
    }
    Ok(answer.into())
}

/// AWS's `DeviceType`; times are epoch seconds.
fn device_type(device: &Device) -> Value {
    let status = match device.is_remembered {
        true => "remembered",
        false => "not_remembered",
    };
    json!({
        "DeviceKey": device.device_key,
        "DeviceAttributes": [
            { "Name": "device_status", "Value": "valid" },
            { "Name": "device_name", "Value": device.name },
            { "Name": "dev:device_remembered_status", "Value": status },
        ],
        "DeviceCreateDate": device.created_at_s,
        "DeviceLastModifiedDate": device.modified_at_s,
        "DeviceLastAuthenticatedDate": device.last_authenticated_at_s,
    })
}
