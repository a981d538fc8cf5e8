//! The triggers of `LambdaConfig`: which function is called at which point, with which event, and how long.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html>.
//! The file of each trigger has its event and reads its answer.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::progress::Progress;
use crate::store::users::User;
use crate::turn::Turn;

pub(crate) mod auth_challenge;
pub(crate) mod post_confirmation;

/// A point at which the pool calls a function, by its name in `LambdaConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// After somebody proved an address, or got a new password by a code.
    PostConfirmation,
    /// What is asked next in a sign-in by `CUSTOM_AUTH`.
    DefineAuthChallenge,
    /// A question of the function's own.
    CreateAuthChallenge,
    /// Whether the answer to such a question is right.
    VerifyAuthChallengeResponse,
}

impl Trigger {
    /// Those that are called; whoever reads a template refuses what is not among them.
    pub const ALL: [Trigger; 4] = [
        Trigger::PostConfirmation,
        Trigger::DefineAuthChallenge,
        Trigger::CreateAuthChallenge,
        Trigger::VerifyAuthChallengeResponse,
    ];

    /// AWS's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Trigger::PostConfirmation => "PostConfirmation",
            Trigger::DefineAuthChallenge => "DefineAuthChallenge",
            Trigger::CreateAuthChallenge => "CreateAuthChallenge",
            Trigger::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A function behind a trigger.
#[async_trait]
pub trait TriggerFunction: Send + Sync {
    /// Gets AWS's event and answers it again, with what it has to say in `response`; or fails, in the words of
    /// its `errorMessage`.
    ///
    /// After five seconds without an answer the call is given up and made again, three times in all: a function
    /// must bear to be called twice.
    async fn invoke(&self, event: Value) -> Result<Value, String>;
}

/// Which trigger has which function.
#[derive(Clone, Default)]
pub struct Triggers {
    functions: HashMap<Trigger, Arc<dyn TriggerFunction>>,
}

impl Triggers {
    /// Gives the trigger its function.
    pub fn set(&mut self, trigger: Trigger, function: Arc<dyn TriggerFunction>) {
        self.functions.insert(trigger, function);
    }

    pub(crate) fn has(&self, trigger: Trigger) -> bool {
        self.functions.contains_key(&trigger)
    }

    /// Calls the function as often as Cognito does.
    pub(crate) async fn invoke(&self, trigger: Trigger, event: Value) -> Result<Value, Error> {
        let function = self.functions.get(&trigger);
        let function = function.ok_or_else(|| Error::Internal(format!("{trigger} has no function")))?;
        for _ in 0..ATTEMPTS {
            let call = function.invoke(event.clone());
            if let Ok(outcome) = tokio::time::timeout(PATIENCE, call).await {
                return outcome.map_err(|message| Error::UserLambdaValidation { trigger, message });
            }
            tracing::warn!(%trigger, "the function did not answer within five seconds");
        }
        Err(Error::UnexpectedLambda(trigger))
    }
}

/// Cognito waits no longer for a function, and calls it no more often.
const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 3;

/// `ClientMetadata` and `ValidationData`: whatever an app wants to tell a function.
pub(crate) type Metadata = Map<String, Value>;

/// What AWS tells a function when no app client took part.
pub(crate) const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

/// The event of a trigger.
pub(crate) struct Event<'a> {
    /// `triggerSource`: why the trigger runs.
    pub(crate) source: &'static str,
    pub(crate) user_name: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) request: Map<String, Value>,
    /// With everything that the function may say, still unsaid.
    pub(crate) response: Value,
}

impl Event<'_> {
    fn to_json(&self, turn: &Turn<'_>) -> Value {
        json!({
            "version": "1",
            "region": turn.pool().region,
            "userPoolId": turn.pool().pool_id,
            "userName": self.user_name,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.client_id },
            "triggerSource": self.source,
            "request": self.request,
            "response": self.response,
        })
    }
}

/// Calls the trigger's function and reads its `response`; without a function the answer says nothing.
pub(crate) fn ask<A: DeserializeOwned + Default + 'static>(
    turn: &Turn<'_>,
    trigger: Trigger,
    event: &Event<'_>,
) -> Progress<A> {
    if !turn.cognito.triggers.has(trigger) {
        return Progress::Done(A::default());
    }
    Progress::invoke(trigger, event.to_json(turn), |_, answer| Ok(Progress::Done(read(answer?)?)))
}

/// As AWS does, takes nothing but the event again, with members in `response` that it knows.
fn read<A: DeserializeOwned + Default>(mut answer: Value) -> Result<A, Error> {
    let members = answer.as_object_mut().ok_or(Error::InvalidLambdaResponse)?;
    match members.remove("response") {
        None | Some(Value::Null) => Ok(A::default()),
        Some(response) => serde_json::from_value(response).map_err(|error| {
            tracing::warn!("what the function answered cannot be read: {error}");
            Error::InvalidLambdaResponse
        }),
    }
}

/// `userAttributes` of every event about somebody whom the pool knows.
pub(crate) fn user_attributes(user: &User) -> Value {
    let mut attributes = Map::new();
    attributes.insert("sub".into(), user.sub.clone().into());
    attributes.insert("cognito:user_status".into(), user.status.as_str().into());
    attributes.extend(user.attributes.iter().map(|(name, value)| (name.clone(), value.clone().into())));
    attributes.into()
}

/// A request with what the app told, if it did.
pub(crate) fn request(
    members: impl IntoIterator<Item = (&'static str, Value)>,
    metadata: Option<&Metadata>,
) -> Map<String, Value> {
    let members = members.into_iter().chain(metadata.map(|told| ("clientMetadata", told.clone().into())));
    members.map(|(name, value)| (name.to_owned(), value)).collect()
}
