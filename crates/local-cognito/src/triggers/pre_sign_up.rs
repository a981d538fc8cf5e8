//! PreSignUp: called before an account is made; it may refuse, confirm the user, and call addresses verified.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, Metadata, Trigger, ask, request};
use crate::attributes::{self, Attribute};
use crate::progress::Progress;
use crate::turn::Turn;

/// An account about to be made.
pub(crate) struct Account<'a> {
    pub(crate) sub: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) attributes: &'a BTreeMap<String, String>,
    /// `ValidationData`.
    pub(crate) validation_data: Option<&'a [Attribute]>,
    pub(crate) metadata: Option<&'a Metadata>,
}

/// Who makes it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    SignUp,
    /// As in AWS, what the function wants for the user is not heard.
    AdminCreateUser,
}

/// What the function wants for the user.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) auto_confirm_user: Option<bool>,
    pub(crate) auto_verify_email: Option<bool>,
    pub(crate) auto_verify_phone: Option<bool>,
}

pub(crate) fn allow(turn: &Turn<'_>, account: &Account<'_>, source: Source) -> Progress<Response> {
    let validation_data = account.validation_data.map_or(Value::Null, attributes::map);
    let members = [("userAttributes", json!(account.attributes)), ("validationData", validation_data)];
    let event = Event {
        version: "1",
        source: match source {
            Source::SignUp => "PreSignUp_SignUp",
            Source::AdminCreateUser => "PreSignUp_AdminCreateUser",
        },
        user_name: account.sub,
        client_id: account.client_id,
        request: request(members, account.metadata),
        response: json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false }),
    };
    ask(turn, Trigger::PreSignUp, &event)
}
