//! Lambda authorizers: what their answers mean, and for how long they are remembered.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::backend::FunctionError;
use crate::policy::{self, Verdict};

/// What an authorizer function said, valid for any method that its policy names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grant {
    policy: Value,
    /// `requestContext.authorizer`: the principal and the context.
    pub(crate) context: Map<String, Value>,
    /// With API keys from the authorizer: the key.
    pub(crate) usage_key: Option<String>,
}

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Refused {
    /// The function said `Unauthorized`.
    Unauthorized,
    /// No statement of the policy allows the call.
    NotAllowed,
    /// A statement of the policy denies it.
    Denied,
    /// The function failed.
    Failed,
    /// The function's answer is not one that an authorizer may give.
    Misconfigured,
}

impl Grant {
    /// Reads an authorizer's answer. `took` is how long the function took.
    pub(crate) fn read(answer: Result<Value, FunctionError>, took: Duration) -> Result<Grant, Refused> {
        let answer = answer.map_err(|error| {
            if error.error_message == "Unauthorized" {
                return Refused::Unauthorized;
            }
            tracing::warn!(%error, "an authorizer failed");
            Refused::Failed
        })?;
        let read = || {
            let principal = answer.get("principalId")?.as_str()?;
            let policy = answer.get("policyDocument")?.clone();
            policy::evaluate(&policy, "")?;
            let mut context = Map::from_iter([("principalId".to_owned(), principal.into())]);
            match answer.get("context") {
                None | Some(Value::Null) => {}
                Some(Value::Object(entries)) => {
                    for (name, value) in entries {
                        context.insert(name.clone(), stringified(value)?);
                    }
                }
                Some(_) => return None,
            }
            let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            context.insert("integrationLatency".to_owned(), took_ms.into());
            let usage_key = answer.get("usageIdentifierKey").and_then(Value::as_str).map(str::to_owned);
            Some(Grant { policy, context, usage_key })
        };
        read().ok_or_else(|| {
            tracing::warn!(
                "an authorizer's answer needs a principalId, a policyDocument and, if any, a context of texts, \
                 numbers and booleans"
            );
            Refused::Misconfigured
        })
    }

    pub(crate) fn admits(&self, method_arn: &str) -> Result<(), Refused> {
        match policy::evaluate(&self.policy, method_arn) {
            Some(Verdict::Allowed) => Ok(()),
            Some(Verdict::NotAllowed) => Err(Refused::NotAllowed),
            Some(Verdict::Denied) => Err(Refused::Denied),
            None => Err(Refused::Misconfigured),
        }
    }
}

/// Functions see every value of the context as text. Objects and lists are not allowed.
fn stringified(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
        Value::Null => Some(Value::Null),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Grants by authorizer, stage and identity; bounded.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<String, (Grant, Instant)>>);

const MOST_GRANTS: usize = 10_000;

impl Cache {
    pub(crate) fn get(&self, key: &str) -> Option<Grant> {
        let grants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        grants.get(key).filter(|(_, until)| *until > Instant::now()).map(|(grant, _)| grant.clone())
    }

    pub(crate) fn put(&self, key: String, grant: Grant, ttl: Duration) {
        let mut grants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if grants.len() >= MOST_GRANTS {
            grants.retain(|_, (_, until)| *until > now);
        }
        if grants.len() >= MOST_GRANTS {
            // Forgetting costs a call of the function, nothing else.
            grants.clear();
        }
        grants.insert(key, (grant, now + ttl));
    }
}
