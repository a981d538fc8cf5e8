//! The Cognito post-confirmation trigger: a confirmed user gets a profile.
//!
//! Cognito waits five seconds and tries three times, so making a profile twice is making it once.
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html>

use chat::{Error, Store, profiles};
use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::Value;

/// The part of the trigger's event that is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    trigger_source: String,
    request: Request,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    user_attributes: Attributes,
}

#[derive(Debug, Deserialize)]
struct Attributes {
    sub: String,
    given_name: Option<String>,
    family_name: Option<String>,
    picture: Option<String>,
}

/// Why no profile was made: Cognito shows it to whoever confirmed, and so do we.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The event is not that of a post-confirmation trigger.
    #[error("not the event of a post-confirmation trigger: {0}")]
    Event(#[from] serde_json::Error),
    /// The profile could not be stored.
    #[error("{0}")]
    Chat(#[from] Error),
}

/// Makes the profile of a user who has just confirmed the sign-up, and hands the event back as Cognito asks.
/// A recovered password is a confirmation of another kind, and changes nothing.
pub async fn handle(store: &Store, event: Value) -> Result<Value, Failure> {
    let Event { trigger_source, request } = serde_json::from_value(event.clone())?;
    let Attributes { sub, given_name, family_name, picture } = request.user_attributes;
    if trigger_source == "PostConfirmation_ConfirmSignUp" {
        let name = [given_name, family_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let made = profiles::create(store, sub.parse()?, &name, picture.as_deref()).await;
        if let Err(Error::Internal(cause)) = &made {
            tracing::error!(user = sub, ?cause, "no profile was made");
        }
        made?;
        tracing::info!(user = sub, "has a profile");
    }
    Ok(event)
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Diagnostic {
        let error_type = match &failure {
            Failure::Event(_) => "InvalidInput",
            Failure::Chat(error) => error.kind(),
        };
        Diagnostic { error_type: error_type.to_owned(), error_message: failure.to_string() }
    }
}
