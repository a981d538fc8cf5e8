//! The operations of `AWSCognitoIdentityProviderService`: one file each, and this table.

use crate::operation::operations;

pub(crate) mod admin;
mod associate_software_token;
mod change_password;
mod confirm_forgot_password;
mod confirm_sign_up;
mod custom_auth;
mod delete_user;
mod delete_user_attributes;
mod device_srp_auth;
mod devices;
mod forgot_password;
mod get_tokens_from_refresh_token;
mod get_user;
mod get_user_attribute_verification_code;
mod get_user_auth_factors;
mod global_sign_out;
mod hidden_user;
pub(crate) mod initiate_auth;
mod mfa;
pub(crate) mod migrate_user;
mod new_password_required;
mod one_time_code;
mod resend_confirmation_code;
mod respond_to_auth_challenge;
mod revoke_token;
mod set_user_mfa_preference;
pub(crate) mod sign_in;
mod sign_up;
mod software_token_mfa;
mod update_user_attributes;
mod user_auth;
mod verify_software_token;
mod verify_user_attribute;

operations! {
    "SignUp" => sign_up::sign_up,
    "ConfirmSignUp" => confirm_sign_up::confirm_sign_up,
    "ResendConfirmationCode" => resend_confirmation_code::resend_confirmation_code,
    "InitiateAuth" => initiate_auth::initiate_auth,
    "RespondToAuthChallenge" => respond_to_auth_challenge::respond_to_auth_challenge,
    "GetTokensFromRefreshToken" => get_tokens_from_refresh_token::get_tokens_from_refresh_token,
    "RevokeToken" => revoke_token::revoke_token,
    "GlobalSignOut" => global_sign_out::global_sign_out,
    "ForgotPassword" => forgot_password::forgot_password,
    "ConfirmForgotPassword" => confirm_forgot_password::confirm_forgot_password,
    "ChangePassword" => change_password::change_password,
    "GetUser" => get_user::get_user,
    "UpdateUserAttributes" => update_user_attributes::update_user_attributes,
    "GetUserAuthFactors" => get_user_auth_factors::get_user_auth_factors,
    "DeleteUserAttributes" => delete_user_attributes::delete_user_attributes,
    "GetUserAttributeVerificationCode" =>
        get_user_attribute_verification_code::get_user_attribute_verification_code,
    "VerifyUserAttribute" => verify_user_attribute::verify_user_attribute,
    "AssociateSoftwareToken" => associate_software_token::associate_software_token,
    "VerifySoftwareToken" => verify_software_token::verify_software_token,
    "SetUserMFAPreference" => set_user_mfa_preference::set_user_mfa_preference,
    "ConfirmDevice" => devices::confirm_device,
    "UpdateDeviceStatus" => devices::update_device_status,
    "GetDevice" => devices::get_device,
    "ListDevices" => devices::list_devices,
    "ForgetDevice" => devices::forget_device,
    "DeleteUser" => delete_user::delete_user,
}
