//! The operations of operators: requests of theirs must be signed, as in AWS.
//!
//! That there is a signature is all that is asked: whose key it is and what it may do is not verified, for
//! everybody who reaches this server may do everything with the pool. The names and shapes are those of
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html>.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::operations;
use crate::store::users::User;
use crate::{attributes, turn::Turn};

mod admin_confirm_sign_up;
mod admin_create_user;
mod admin_delete_user;
mod admin_delete_user_attributes;
mod admin_devices;
mod admin_enable_user;
mod admin_get_user;
mod admin_initiate_auth;
mod admin_reset_user_password;
mod admin_respond_to_auth_challenge;
mod admin_set_user_mfa_preference;
mod admin_set_user_password;
mod admin_update_user_attributes;
mod admin_user_global_sign_out;
mod describe;
mod group_members;
pub(super) mod groups;
mod list_users;
mod user_filter;
mod user_pool_mfa_config;

operations! {
    "AdminCreateUser" => admin_create_user::admin_create_user,
    "AdminSetUserPassword" => admin_set_user_password::admin_set_user_password,
    "AdminResetUserPassword" => admin_reset_user_password::admin_reset_user_password,
    "AdminSetUserMFAPreference" => admin_set_user_mfa_preference::admin_set_user_mfa_preference,
    "AdminConfirmSignUp" => admin_confirm_sign_up::admin_confirm_sign_up,
    "AdminInitiateAuth" => admin_initiate_auth::admin_initiate_auth,
    "AdminRespondToAuthChallenge" => admin_respond_to_auth_challenge::admin_respond_to_auth_challenge,
    "AdminUserGlobalSignOut" => admin_user_global_sign_out::admin_user_global_sign_out,
    "AdminGetUser" => admin_get_user::admin_get_user,
    "AdminUpdateUserAttributes" => admin_update_user_attributes::admin_update_user_attributes,
    "AdminDeleteUserAttributes" => admin_delete_user_attributes::admin_delete_user_attributes,
    "AdminListDevices" => admin_devices::admin_list_devices,
    "AdminGetDevice" => admin_devices::admin_get_device,
    "AdminUpdateDeviceStatus" => admin_devices::admin_update_device_status,
    "AdminForgetDevice" => admin_devices::admin_forget_device,
    "AdminEnableUser" => admin_enable_user::admin_enable_user,
    "AdminDisableUser" => admin_enable_user::admin_disable_user,
    "AdminDeleteUser" => admin_delete_user::admin_delete_user,
    "ListUsers" => list_users::list_users,
    "CreateGroup" => groups::create_group,
    "GetGroup" => groups::get_group,
    "UpdateGroup" => groups::update_group,
    "ListGroups" => groups::list_groups,
    "DeleteGroup" => groups::delete_group,
    "AdminAddUserToGroup" => group_members::admin_add_user_to_group,
    "AdminRemoveUserFromGroup" => group_members::admin_remove_user_from_group,
    "AdminListGroupsForUser" => group_members::admin_list_groups_for_user,
    "ListUsersInGroup" => group_members::list_users_in_group,
    "GetUserPoolMfaConfig" => user_pool_mfa_config::get_user_pool_mfa_config,
    "SetUserPoolMfaConfig" => user_pool_mfa_config::set_user_pool_mfa_config,
    "ListUserPools" => describe::list_user_pools,
    "DescribeUserPool" => describe::describe_user_pool,
    "DescribeUserPoolClient" => describe::describe_user_pool_client,
    "ListUserPoolClients" => describe::list_user_pool_clients,
}

/// The request of every operation that only names a user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Named {
    fn user(self, turn: &Turn<'_>) -> Result<User, crate::Error> {
        turn.check_user_pool(self.user_pool_id)?;
        turn.named_user(self.username)
    }
}

/// AWS's `UserType`; times are epoch seconds.
fn user_type(user: &User) -> Value {
    json!({
        "Username": user.sub,
        "Attributes": attributes::list(user),
        "UserCreateDate": user.created_at_s,
        "UserLastModifiedDate": user.modified_at_s,
        "Enabled": user.is_enabled,
        "UserStatus": user.status.as_str(),
    })
}
