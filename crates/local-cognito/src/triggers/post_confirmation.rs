//! PostConfirmation: called once somebody is confirmed, or has a new password by a code, and that is stored.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html>

use serde::Deserialize;
use serde_json::json;

use super::{Event, Metadata, Trigger, ask, request, user_attributes};
use crate::error::Error;
use crate::progress::Progress;
use crate::store::users::User;
use crate::turn::Turn;

/// Why the trigger runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    ConfirmSignUp,
    ConfirmForgotPassword,
}

/// The function has nothing to say.
#[derive(Default, Deserialize)]
struct Response {}

/// An error of the function is the operation's, but what is stored stays, as in AWS.
pub(crate) fn tell(
    turn: &Turn<'_>,
    user: &User,
    client_id: &str,
    source: Source,
    metadata: Option<&Metadata>,
) -> Result<Progress<()>, Error> {
    let event = Event {
        version: "1",
        source: match source {
            Source::ConfirmSignUp => "PostConfirmation_ConfirmSignUp",
            Source::ConfirmForgotPassword => "PostConfirmation_ConfirmForgotPassword",
        },
        user_name: &user.sub,
        client_id,
        request: request([("userAttributes", user_attributes(user))], metadata),
        response: json!({}),
    };
    ask(turn, Trigger::PostConfirmation, &event).and_then(turn, |_, Response {}| Ok(Progress::Done(())))
}
