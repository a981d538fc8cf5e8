//! PreAuthentication: called when somebody begins to sign in, before anything is proved; it may refuse.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html>. A refresh is
//! no sign-in. The function does not hear of somebody unknown, unless the app must not hear of it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, Metadata, Trigger, ask, request, user_attributes};
use crate::config::ClientConfig;
use crate::error::Error;
use crate::progress::Progress;
use crate::store::users;
use crate::turn::Turn;

/// The function has nothing to say but no.
#[derive(Default, Deserialize)]
struct Response {}

/// `told` is `ClientMetadata`, which this function gets as `validationData`.
pub(crate) fn allow(
    turn: &Turn<'_>,
    client: &ClientConfig,
    name: &str,
    told: Option<&Metadata>,
) -> Result<Progress<()>, Error> {
    if !turn.cognito.triggers.has(Trigger::PreAuthentication) {
        return Ok(Progress::Done(()));
    }
    let user = users::find(turn.db, name)?;
    if user.is_none() && !client.prevent_user_existence_errors {
        return Ok(Progress::Done(()));
    }
    let attributes = user.as_ref().map_or_else(|| json!({}), user_attributes);
    let mut members = vec![
        ("userAttributes", attributes),
        ("validationData", told.map_or(Value::Null, |told| told.clone().into())),
    ];
    if client.prevent_user_existence_errors {
        members.push(("userNotFound", user.is_none().into()));
    }
    let event = Event {
        version: "1",
        source: "PreAuthentication_Authentication",
        user_name: user.as_ref().map_or(name, |user| &user.sub),
        client_id: &client.client_id,
        request: request(members, None),
        response: json!({}),
    };
    ask(turn, Trigger::PreAuthentication, &event).and_then(turn, |_, Response {}| Ok(Progress::Done(())))
}
