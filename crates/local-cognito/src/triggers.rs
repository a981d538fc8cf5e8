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
pub(crate) mod custom_message;
pub(crate) mod post_authentication;
pub(crate) mod post_confirmation;
pub(crate) mod pre_authentication;
pub(crate) mod pre_sign_up;
pub(crate) mod pre_token_generation;
pub(crate) mod user_migration;

pub use pre_token_generation::EventVersion;

/// A point at which the pool calls a function, by its name in `LambdaConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Before an account is made.
    PreSignUp,
    /// Before an e-mail or text message is sent.
    CustomMessage,
    /// After somebody proved an address, or got a new password by a code.
    PostConfirmation,
    /// When somebody begins to sign in.
    PreAuthentication,
    /// When somebody has proved all that is asked.
    PostAuthentication,
    /// Before tokens are made.
    PreTokenGeneration,
    /// When somebody unknown signs in with a password, or forgot one.
    UserMigration,
    /// What is asked next in a sign-in by `CUSTOM_AUTH`.
    DefineAuthChallenge,
    /// A question of the function's own.
    CreateAuthChallenge,
    /// Whether the answer to such a question is right.
    VerifyAuthChallengeResponse,
}

impl Trigger {
    /// Those that are called; whoever reads a template refuses what is not among them.
    pub const ALL: [Trigger; 10] = [
        Trigger::PreSignUp,
        Trigger::CustomMessage,
        Trigger::PostConfirmation,
        Trigger::PreAuthentication,
        Trigger::PostAuthentication,
        Trigger::PreTokenGeneration,
        Trigger::UserMigration,
        Trigger::DefineAuthChallenge,
        Trigger::CreateAuthChallenge,
        Trigger::VerifyAuthChallengeResponse,
    ];

    /// AWS's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Trigger::PreSignUp => "PreSignUp",
            Trigger::CustomMessage => "CustomMessage",
            Trigger::PostConfirmation => "PostConfirmation",
            Trigger::PreAuthentication => "PreAuthentication",
            Trigger::PostAuthentication => "PostAuthentication",
            Trigger::PreTokenGeneration => "PreTokenGeneration",
            Trigger::UserMigration => "UserMigration",
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
    /// What PreTokenGeneration gets.
    pub pre_token_generation: EventVersion,
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
    /// `"1"`, with the one exception of PreTokenGeneration.
    pub(crate) version: &'static str,
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
            "version": self.version,
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

/// The same for a trigger whose failure is not the operation's.
pub(crate) fn try_ask<A: DeserializeOwned + Default + 'static>(
    turn: &Turn<'_>,
    trigger: Trigger,
    event: &Event<'_>,
) -> Progress<Result<A, Error>> {
    if !turn.cognito.triggers.has(trigger) {
        return Progress::Done(Ok(A::default()));
    }
    Progress::invoke(trigger, event.to_json(turn), |_, answer| Ok(Progress::Done(answer.and_then(read))))
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
