//! The post-confirmation trigger: the function that the pool calls once a person has proved an e-mail address.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use crate::config::UserPoolConfig;
use crate::store::users::User;

/// The function behind `LambdaConfig.PostConfirmation`.
#[async_trait]
pub trait PostConfirmation: Send + Sync {
    /// Called with AWS's trigger event after the confirmation is stored.
    ///
    /// An error is told to the person who confirmed, as `UserLambdaValidationException`; as in AWS the user
    /// stays confirmed all the same. After five seconds without an answer the call is given up.
    async fn confirmed(&self, event: Value) -> Result<(), String>;
}

/// Cognito waits no longer for a function.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// Why the trigger runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    ConfirmSignUp,
    ConfirmForgotPassword,
}

/// The event, shaped as in <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html>.
pub(crate) fn event(
    pool: &UserPoolConfig,
    user: &User,
    client_id: &str,
    source: Source,
    client_metadata: Option<Map<String, Value>>,
) -> Value {
    let mut attributes = Map::new();
    attributes.insert("sub".into(), user.sub.clone().into());
    attributes.insert("cognito:user_status".into(), user.status.as_str().into());
    attributes.extend(user.attributes.iter().map(|(name, value)| (name.clone(), value.clone().into())));
    let mut request = Map::new();
    request.insert("userAttributes".into(), attributes.into());
    if let Some(metadata) = client_metadata {
        request.insert("clientMetadata".into(), metadata.into());
    }
    let trigger_source = match source {
        Source::ConfirmSignUp => "PostConfirmation_ConfirmSignUp",
        Source::ConfirmForgotPassword => "PostConfirmation_ConfirmForgotPassword",
    };
    json!({
        "version": "1",
        "region": pool.region,
        "userPoolId": pool.pool_id,
        "userName": user.sub,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id },
        "triggerSource": trigger_source,
        "request": request,
        "response": {},
    })
}
