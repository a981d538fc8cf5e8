//! `$default`: a frame whose action is none of ours, or that is no JSON at all.

use chat::Error;
use chat::connections::Connection;

use crate::event::Event;
use crate::sendpost::{client_id, deliver};
use crate::{App, Failure, frame};

/// Answers an `error` frame that lists the actions.
pub(crate) async fn refuse(app: &App, event: &Event) -> Result<(), Failure> {
    let sender = Connection { user: event.caller()?, id: event.connection()? };
    let error = Error::InvalidInput(
        "this is no action: send JSON such as {\"action\":\"sendpost\",\"text\":\"Hello\"}. Actions: sendpost".into(),
    );
    let client_id = client_id(event.body());
    deliver(app, app.callbacks()?, &sender, &frame::error(&error, client_id.as_deref())).await;
    Ok(())
}
