//! UserMigration: called when somebody unknown signs in with a password or forgot one; the function may know them.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, Metadata, Trigger, request, try_ask};
use crate::error::Error;
use crate::progress::Progress;
use crate::turn::Turn;

/// What somebody unknown wants.
pub(crate) enum Wish<'a> {
    SignIn { password: &'a str },
    ForgotPassword,
}

/// Whom the function knows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) user_attributes: Option<BTreeMap<String, String>>,
    pub(crate) final_user_status: Option<String>,
    #[serde(rename = "messageAction")]
    _message_action: Option<String>,
    #[serde(rename = "desiredDeliveryMediums")]
    _desired_delivery_mediums: Option<Vec<String>>,
    #[serde(rename = "forceAliasCreation")]
    _force_alias_creation: Option<bool>,
    #[serde(rename = "enableSMSMFA")]
    pub(crate) enable_sms_mfa: Option<bool>,
}

/// `told` is `ClientMetadata`: at a sign-in the function gets it as `validationData`.
pub(crate) fn find(
    turn: &Turn<'_>,
    name: &str,
    client_id: &str,
    wish: &Wish<'_>,
    told: Option<&Metadata>,
) -> Progress<Result<Response, Error>> {
    let told_now = told.map_or(Value::Null, |told| told.clone().into());
    let (source, members, metadata) = match wish {
        Wish::SignIn { password } => (
            "UserMigration_Authentication",
            vec![("password", (*password).into()), ("validationData", told_now)],
            None,
        ),
        Wish::ForgotPassword => (
            "UserMigration_ForgotPassword",
            vec![("password", Value::Null), ("validationData", Value::Null)],
            told,
        ),
    };
    let event = Event {
        version: "1",
        source,
        user_name: name,
        client_id,
        request: request(members, metadata),
        response: json!({
            "userAttributes": null,
            "finalUserStatus": null,
            "messageAction": null,
            "desiredDeliveryMediums": null,
            "forceAliasCreation": null,
            "enableSMSMFA": null,
        }),
    };
    try_ask(turn, Trigger::UserMigration, &event)
}
