//! What stands behind the APIs: the template's functions, its user pool, its table.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use local_apigateway::{
    Attempt, Backend, FunctionError, NotReached, OutwardAnswer, OutwardCall, Signatory, SignatureError,
    SignedRequest, Target, TokenError,
};
use local_cognito::Cognito;
use local_dynamodb::DynamoDb;
use serde_json::{Map, Value};

use super::signature;
use crate::functions::Function;
use crate::iam::{Iam, Session};

pub(super) struct Behind {
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) dynamodb: DynamoDb,
    pub(super) cognito: Arc<Cognito>,
    /// The ids of the template's user pools, of which `cognito` is the one that is served.
    pub(super) pools: Vec<String>,
    pub(super) iam: Arc<Iam>,
    /// Of the roles that integrations assume, by ARN.
    pub(super) sessions: BTreeMap<String, Arc<Session>>,
}

/// Answers of DynamoDB are at most 1 MB, and JSON writes a byte with six at the most.
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[async_trait]
impl Backend for Behind {
    async fn invoke(&self, function: &str, event: Value) -> Result<Value, FunctionError> {
        let Some(function) = self.functions.get(function) else {
            return Err(FunctionError {
                error_type: "ResourceNotFoundException".to_owned(),
                error_message: format!("Function not found: {function}"),
            });
        };
        function.invoke(event).await.map_err(|error| FunctionError {
            error_type: error.error_type,
            error_message: error.error_message,
        })
    }

    async fn verify_token(
        &self,
        token: &str,
        user_pools: &[String],
    ) -> Result<Map<String, Value>, TokenError> {
        // The last part of a pool's ARN is its id.
        let is_ours = |arn: &String| self.pools.iter().any(|id| arn.ends_with(&format!("userpool/{id}")));
        if !user_pools.iter().any(is_ours) {
            return Err(TokenError::Invalid);
        }
        match self.cognito.verify_access_or_id_token(token) {
            Ok(claims) => Ok(claims.raw),
            Err(local_cognito::TokenError::Expired) => Err(TokenError::Expired),
            Err(_) => Err(TokenError::Invalid),
        }
    }

    async fn verify_signature(
        &self,
        request: &SignedRequest,
        attempt: &Attempt,
    ) -> Result<Signatory, SignatureError> {
        signature::verify(&self.iam, request, attempt)
    }

    async fn call(&self, call: OutwardCall) -> Result<OutwardAnswer, NotReached> {
        let Target::Action { service, action } = &call.target else {
            return Err(NotReached(format!(
                "{:?} is not served here: only DynamoDB's actions are",
                call.target
            )));
        };
        if service != "dynamodb" {
            return Err(NotReached(format!(
                "the service {service} is not called from here, only dynamodb is"
            )));
        }
        let failed = |error: &dyn std::fmt::Display| NotReached(error.to_string());
        let request = Request::post("/")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("DynamoDB_20120810.{action}"))
            // Asked for, and not verified: this call does not leave the process.
            .header("authorization", "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local")
            .header("x-amz-date", "20260101T000000Z")
            .body(Body::from(call.body))
            .map_err(|error| failed(&error))?;
        let session =
            call.credentials.as_ref().and_then(|role| self.sessions.get(role)).ok_or_else(|| {
                NotReached(format!("{service} needs a role in the integration's Credentials: there is none"))
            })?;
        let (parts, body) = self.dynamodb.handle_for(request, &session.on_dynamodb()).await.into_parts();
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        };
        Ok(OutwardAnswer {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().filter_map(header).collect(),
            body: to_bytes(body, MOST_BYTES).await.map_err(|error| failed(&error))?,
        })
    }
}
