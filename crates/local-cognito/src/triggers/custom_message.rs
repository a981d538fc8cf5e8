//! CustomMessage: called before an e-mail or text message is sent, which may have the function's words.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html>. The function
//! does not learn the code: it puts `codeParameter` where the code is to be. AWS's documents want a sender of one's
//! own (`EmailSendingAccount: DEVELOPER`) for its e-mails, which is not looked at here.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, Metadata, Trigger, ask, request, user_attributes};
use crate::error::Error;
use crate::medium::Medium;
use crate::progress::Progress;
use crate::store::outbox::Words;
use crate::store::users::User;
use crate::turn::Turn;

const CODE: &str = "{####}";
const USERNAME: &str = "{username}";

/// In characters, the code included.
const LONGEST_EMAIL: usize = 20_000;
const LONGEST_SMS: usize = 140;

/// A message about to be sent.
pub(crate) struct Message<'a> {
    pub(crate) occasion: Occasion,
    pub(crate) user: &'a User,
    /// Also one that is not the user's yet.
    pub(crate) address: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) metadata: Option<&'a Metadata>,
}

/// Why it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    SignUp,
    /// The message has a temporary password in the place of the code, and must name the user.
    AdminCreateUser,
    ResendCode,
    ForgotPassword,
    UpdateUserAttribute,
    VerifyUserAttribute,
    Authentication,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Response {
    sms_message: Option<String>,
    email_message: Option<String>,
    email_subject: Option<String>,
}

/// The function's words for a message by this medium that has this code; without any, Cognito's own are sent.
pub(crate) fn words(
    turn: &Turn<'_>,
    message: &Message<'_>,
    medium: Medium,
    code: &str,
) -> Result<Progress<Words>, Error> {
    let is_invitation = message.occasion == Occasion::AdminCreateUser;
    let username = if is_invitation { USERNAME.into() } else { Value::Null };
    let members = [
        ("userAttributes", user_attributes(message.user)),
        ("codeParameter", CODE.into()),
        ("usernameParameter", username),
    ];
    let event = Event {
        version: "1",
        source: match message.occasion {
            Occasion::SignUp => "CustomMessage_SignUp",
            Occasion::AdminCreateUser => "CustomMessage_AdminCreateUser",
            Occasion::ResendCode => "CustomMessage_ResendCode",
            Occasion::ForgotPassword => "CustomMessage_ForgotPassword",
            Occasion::UpdateUserAttribute => "CustomMessage_UpdateUserAttribute",
            Occasion::VerifyUserAttribute => "CustomMessage_VerifyUserAttribute",
            Occasion::Authentication => "CustomMessage_Authentication",
        },
        user_name: &message.user.sub,
        client_id: message.client_id,
        request: request(members, message.metadata),
        response: json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null }),
    };
    let (code, username) = (code.to_owned(), message.user.email().to_owned());
    let answered: Progress<Response> = ask(turn, Trigger::CustomMessage, &event);
    answered.and_then(turn, move |_, Response { sms_message, email_message, email_subject }| {
        let (text, longest) = match medium {
            Medium::Email => (email_message, LONGEST_EMAIL),
            Medium::Sms => (sms_message, LONGEST_SMS),
        };
        let text = match text {
            None => None,
            Some(text) if !text.contains(CODE) || is_invitation && !text.contains(USERNAME) => {
                tracing::warn!("the function's message lacks {CODE}, or {USERNAME} in an invitation");
                return Err(Error::InvalidLambdaResponse);
            }
            Some(text) => Some(text.replace(USERNAME, &username).replace(CODE, &code)),
        };
        if text.as_ref().is_some_and(|text| text.chars().count() > longest) {
            tracing::warn!("the function's message has more than {longest} characters");
            return Err(Error::InvalidLambdaResponse);
        }
        let subject = email_subject.filter(|_| medium == Medium::Email);
        Ok(Progress::Done(Words { subject, text }))
    })
}
