//! The operations of `AWSCognitoIdentityProviderService`: one file each, and this table.

use crate::operation::operations;

mod change_password;
mod confirm_forgot_password;
mod confirm_sign_up;
mod delete_user;
mod forgot_password;
mod get_tokens_from_refresh_token;
mod get_user;
mod global_sign_out;
mod hidden_user;
mod initiate_auth;
mod resend_confirmation_code;
mod respond_to_auth_challenge;
mod revoke_token;
mod sign_up;
mod update_user_attributes;

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
    "DeleteUser" => delete_user::delete_user,
}
