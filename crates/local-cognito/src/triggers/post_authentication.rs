//! PostAuthentication: called when all is proved, before there are tokens; if it fails, there are none.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html>

use serde::Deserialize;
use serde_json::json;

use super::{Event, Metadata, Trigger, ask, request, user_attributes};
use crate::error::Error;
use crate::progress::Progress;
use crate::store::users::User;
use crate::turn::Turn;

/// The function has nothing to say.
#[derive(Default, Deserialize)]
struct Response {}

pub(crate) fn tell(
    turn: &Turn<'_>,
    user: &User,
    client_id: &str,
    is_new_device: bool,
    metadata: Option<&Metadata>,
) -> Result<Progress<()>, Error> {
    let mut members = vec![("userAttributes", user_attributes(user))];
    // Told only where the pool remembers devices.
    if turn.pool().device_configuration.is_some() {
        members.push(("newDeviceUsed", is_new_device.into()));
    }
    let event = Event {
        version: "1",
        source: "PostAuthentication_Authentication",
        user_name: &user.sub,
        client_id,
        request: request(members, metadata),
        response: json!({}),
    };
    ask(turn, Trigger::PostAuthentication, &event).and_then(turn, |_, Response {}| Ok(Progress::Done(())))
}
