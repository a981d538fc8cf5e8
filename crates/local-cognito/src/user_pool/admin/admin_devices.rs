//! AdminListDevices, AdminGetDevice, AdminUpdateDeviceStatus and AdminForgetDevice: the devices of somebody.

use serde::Deserialize;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::turn::Turn;
use crate::user_pool::devices;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Devices {
    user_pool_id: Option<String>,
    username: Option<String>,
    limit: Option<i64>,
    pagination_token: Option<String>,
}

pub(super) fn admin_list_devices(turn: &Turn<'_>, request: Devices) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    devices::list(turn, &user, request.limit, request.pagination_token)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneDevice {
    user_pool_id: Option<String>,
    username: Option<String>,
    device_key: Option<String>,
    device_remembered_status: Option<String>,
}

pub(super) fn admin_get_device(turn: &Turn<'_>, request: OneDevice) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    devices::get(turn, &user, &required(request.device_key, "deviceKey")?)
}

pub(super) fn admin_update_device_status(turn: &Turn<'_>, request: OneDevice) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    let key = required(request.device_key, "deviceKey")?;
    devices::update(turn, &user, &key, request.device_remembered_status.as_deref())
}

pub(super) fn admin_forget_device(turn: &Turn<'_>, request: OneDevice) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    devices::forget(turn, &user, &required(request.device_key, "deviceKey")?)
}
