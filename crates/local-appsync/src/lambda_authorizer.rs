//! Authorization by a function of one's own: the event it gets, the answer it gives, and how long that is believed.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-lambda-authorization>

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use regex_lite::Regex;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::caller::{Caller, Permission, Refused};
use crate::credentials::Evidence;
use crate::definition::{AuthMode, BuildError};
use crate::document::GraphQlRequest;

/// How long the function may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest that an answer may be believed.
const MOST_TTL: Duration = Duration::from_secs(3600);

/// How many answers are kept at most; more tokens than that, and those in time are asked for again.
const MOST_ANSWERS: usize = 10_000;

/// The template's `LambdaAuthorizerConfig`.
#[derive(Clone)]
pub struct LambdaAuthorizer {
    /// The function.
    pub function: Arc<dyn Authorize>,
    /// `AuthorizerResultTtlInSeconds`, unless the answer has a `ttlOverride`; zero asks every time.
    pub ttl: Duration,
    /// `IdentityValidationExpression`: a token that it does not match as a whole is refused without asking.
    pub identity_validation_expression: Option<String>,
}

/// Calls the authorizer function.
#[async_trait]
pub trait Authorize: Send + Sync {
    /// The event in, the answer out; the error is for the log.
    async fn authorize(&self, event: Value) -> Result<Value, String>;
}

/// A [`LambdaAuthorizer`] at work.
pub(crate) struct Gatekeeper {
    authorizer: LambdaAuthorizer,
    expression: Option<Regex>,
    api_id: String,
    answers: Mutex<HashMap<String, (Caller, Instant)>>,
}

/// What the function answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    is_authorized: bool,
    #[serde(default)]
    resolver_context: Option<Map<String, Value>>,
    #[serde(default)]
    denied_fields: Option<Vec<String>>,
    #[serde(default)]
    ttl_override: Option<u64>,
}

impl Gatekeeper {
    pub(crate) fn new(authorizer: LambdaAuthorizer, api_id: &str) -> Result<Gatekeeper, BuildError> {
        let whole = |expression: &String| Regex::new(&format!("^(?:{expression})$"));
        let expression = authorizer.identity_validation_expression.as_ref().map(whole).transpose();
        Ok(Gatekeeper {
            expression: expression.map_err(|error| BuildError::InvalidExpression(error.to_string()))?,
            authorizer,
            api_id: api_id.to_owned(),
            answers: Mutex::default(),
        })
    }

    /// The holder of a token, as the function says, or said not long ago.
    pub(crate) async fn admit(&self, token: &str, evidence: &Evidence<'_>) -> Result<Caller, Refused> {
        if self.expression.as_ref().is_some_and(|expression| !expression.is_match(token)) {
            return Err(Refused::not_authorized());
        }
        if let Some((caller, until)) = self.answers().get(token)
            && Instant::now() < *until
        {
            return Ok(caller.clone());
        }
        let asked = self.authorizer.function.authorize(self.event(token, evidence));
        let answer = match tokio::time::timeout(TIMEOUT, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(failed(&error)),
            Err(_) => return Err(failed("it did not answer in 10 seconds")),
        };
        let answer = Answer::deserialize(answer).map_err(|error| failed(&error.to_string()))?;
        if !answer.is_authorized {
            return Err(Refused::not_authorized());
        }
        let ttl = answer.ttl_override.map_or(self.authorizer.ttl, Duration::from_secs).min(MOST_TTL);
        let caller = self.caller(answer)?;
        if !ttl.is_zero() {
            self.remember(token, &caller, ttl);
        }
        Ok(caller)
    }

    fn caller(&self, answer: Answer) -> Result<Caller, Refused> {
        let context = answer.resolver_context.unwrap_or_default();
        if context.values().any(|value| value.is_object() || value.is_array()) {
            return Err(failed("resolverContext may hold texts, numbers and booleans, nothing nested"));
        }
        let denied: HashSet<String> =
            answer.denied_fields.unwrap_or_default().iter().map(|field| self.field(field)).collect();
        let permission = (!denied.is_empty()).then(|| {
            Permission::new(move |type_name, field| !denied.contains(&format!("{type_name}.{field}")))
        });
        Ok(Caller {
            mode: AuthMode::Lambda,
            identity: json!({ "resolverContext": context }),
            groups: Vec::new(),
            expires_at_s: None,
            permission,
        })
    }

    /// `Type.field`, also of `arn:aws:appsync:<region>:<account>:apis/<id>/types/<type>/fields/<field>`.
    fn field(&self, denied: &str) -> String {
        match denied.split_once(&format!(":apis/{}/types/", self.api_id)) {
            Some((_, field)) => field.replacen("/fields/", ".", 1),
            None => denied.to_owned(),
        }
    }

    fn event(&self, token: &str, evidence: &Evidence<'_>) -> Value {
        let is_connect = evidence.path.ends_with("/connect");
        let request = GraphQlRequest::from_json(evidence.body).ok();
        let (query, variables, operation_name) =
            request.map_or_else(Default::default, |it| (it.query, it.variables, it.operation_name));
        let headers =
            evidence.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        json!({
            "authorizationToken": token,
            "requestContext": {
                "apiId": self.api_id,
                // AWS's own example account, as everywhere on localhost.
                "accountId": "123456789012",
                "requestId": uuid::Uuid::new_v4().to_string(),
                "queryString": query,
                "operationName": if is_connect { Some("DeepDish:Connect".to_owned()) } else { operation_name },
                "variables": variables.unwrap_or_default(),
            },
            "requestHeaders": headers.collect::<Map<_, _>>(),
        })
    }

    fn remember(&self, token: &str, caller: &Caller, ttl: Duration) {
        let now = Instant::now();
        let mut answers = self.answers();
        if answers.len() >= MOST_ANSWERS {
            answers.retain(|_, (_, until)| now < *until);
        }
        if answers.len() < MOST_ANSWERS {
            answers.insert(token.to_owned(), (caller.clone(), now + ttl));
        }
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<String, (Caller, Instant)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// AppSync says no more than `BadRequestException`: <https://github.com/aws/aws-cdk/issues/19239>. The log says more.
fn failed(reason: &str) -> Refused {
    tracing::warn!(reason, "the Lambda authorizer failed");
    Refused {
        status: 400,
        error_type: "BadRequestException".to_owned(),
        message: "The Lambda authorizer gave no valid answer; the log says why.".to_owned(),
    }
}
