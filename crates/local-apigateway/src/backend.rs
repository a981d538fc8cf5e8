//! What API Gateway calls: functions, user pools, signatures, other services. The host brings it.

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};

/// Everything behind the gateway. What is not overridden is refused, with a message that says so.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Calls a Lambda function and waits for its answer. `function` is the ARN or name in the integration's URI,
    /// with the alias if it has one; the gateway gives up by itself after the integration's timeout.
    async fn invoke(&self, function: &str, event: Value) -> Result<Value, FunctionError>;

    /// The claims of a token that one of these user pools (ARNs) has issued, signature and expiry verified.
    async fn verify_token(
        &self,
        token: &str,
        user_pools: &[String],
    ) -> Result<Map<String, Value>, TokenError> {
        let _ = (token, user_pools);
        Err(TokenError::Invalid)
    }

    /// Who signed a request with AWS Signature Version 4, for the service `execute-api`, and may do this with it.
    async fn verify_signature(
        &self,
        request: &SignedRequest,
        attempt: &Attempt,
    ) -> Result<Signatory, SignatureError> {
        let _ = (request, attempt);
        Err(SignatureError::Invalid("Signatures are not verified here.".to_owned()))
    }

    /// Makes the call of an integration with another AWS service or with an HTTP endpoint.
    async fn call(&self, call: OutwardCall) -> Result<OutwardAnswer, NotReached> {
        Err(NotReached(format!("{:?} is not served here", call.target)))
    }
}

/// A function that ended with an error instead of an answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{error_type}: {error_message}")]
pub struct FunctionError {
    /// As `Error` or `Sandbox.Timedout`.
    pub error_type: String,
    /// What authorizers and selection patterns look at.
    pub error_message: String,
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TokenError {
    /// Past its expiry.
    #[error("the token has expired")]
    Expired,
    /// Malformed, forged, revoked, or of another pool.
    #[error("the token is not valid")]
    Invalid,
}

/// A request as far as a signature covers it.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// `GET`
    pub method: String,
    /// As it was sent, still percent-encoded.
    pub path: String,
    /// Without the `?`.
    pub query: String,
    /// Names in lower case; `authorization` may be absent if the query is signed.
    pub headers: Vec<(String, String)>,
    /// As it was sent.
    pub body: Bytes,
}

/// What a signed request is to do, in the words of IAM.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigateway.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// `execute-api:Invoke` or `execute-api:ManageConnections`
    pub action: &'static str,
    /// `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}`; for the WebSocket API's opening,
    /// `…/{stage}/$connect`.
    pub resource: String,
}

/// Who signed: the members of `requestContext.identity` that a signature fills. Others are null.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signatory {
    /// `accessKey`, `accountId`, `caller`, `user`, `userArn`, `cognitoIdentityId` and the like.
    pub identity: Map<String, Value>,
}

/// Why a signature is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SignatureError {
    /// There is none.
    #[error("Missing Authentication Token")]
    Missing,
    /// It is incomplete or wrong; the text is for the caller.
    #[error("{0}")]
    Invalid(String),
    /// Its session token or its date has expired.
    #[error("The security token included in the request is expired")]
    Expired,
    /// It is right, but its holder may not do this.
    #[error("{0}")]
    Denied(String),
}

/// A call that an integration makes.
#[derive(Debug, Clone, PartialEq)]
pub struct OutwardCall {
    /// Whom it goes to.
    pub target: Target,
    /// The role that the integration assumes for it, as an ARN.
    pub credentials: Option<String>,
    /// The integration's method, as `POST`.
    pub method: String,
    /// Decoded.
    pub query: Vec<(String, String)>,
    /// Those that the integration maps; `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// After the mapping template.
    pub body: Bytes,
}

/// Whom an integration calls.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// `arn:aws:apigateway:{region}:dynamodb:action/PutItem`
    Action {
        /// As `dynamodb`.
        service: String,
        /// As `PutItem`.
        action: String,
    },
    /// `arn:aws:apigateway:{region}:s3:path/{bucket}/{key}`
    Path {
        /// As `s3`.
        service: String,
        /// With parameters filled in, without a slash in front.
        path: String,
    },
    /// The address of an HTTP integration, with parameters filled in.
    Url(String),
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutwardAnswer {
    /// HTTP's.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Bytes,
}

/// The call could not be made; the text is for the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct NotReached(pub String);
