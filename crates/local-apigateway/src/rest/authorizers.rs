//! Who may call a method: user pools, functions, signatures, API keys.

use std::time::Duration;

use regex::Regex;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout};

use super::RestApi;
use super::call::Call;
use super::definition::{ApiKeySource, AuthorizationType, Authorizer, AuthorizerType};
use super::gateway_response::Failure;
use super::methods::PreparedMethod;
use crate::authorization::{Grant, Refused};
use crate::integration::uri_function;
use crate::{Attempt, BuildError, FunctionError, SignatureError, TokenError};

mod claims;

/// API Gateway gives authorizers as long as integrations.
const LONGEST: Duration = Duration::from_secs(29);

pub(super) struct PreparedAuthorizer {
    id: String,
    kind: AuthorizerType,
    /// Mapping expressions.
    sources: Vec<String>,
    pattern: Option<Regex>,
    uri: String,
    ttl: Duration,
    user_pools: Vec<String>,
}

impl PreparedAuthorizer {
    pub(super) fn new(id: &str, authorizer: &Authorizer) -> Result<PreparedAuthorizer, BuildError> {
        let place = format!("the authorizer {id}");
        let sources = authorizer.identity_source.as_deref().unwrap_or_default().split(',');
        let mut sources: Vec<String> =
            sources.map(|source| source.trim().to_owned()).filter(|source| !source.is_empty()).collect();
        if sources.is_empty() && authorizer.kind != AuthorizerType::Request {
            sources.push("method.request.header.Authorization".to_owned());
        }
        let pattern =
            authorizer.identity_validation_expression.as_deref().filter(|pattern| !pattern.is_empty());
        let pattern = pattern.map(|pattern| Regex::new(&format!("^(?:{pattern})$"))).transpose();
        let uri = authorizer.authorizer_uri.clone().unwrap_or_default();
        if authorizer.kind != AuthorizerType::CognitoUserPools && uri_function(&uri).is_none() {
            return Err(BuildError::new(place, format!("its AuthorizerUri is no function's: {uri:?}")));
        }
        let ttl_s = authorizer.authorizer_result_ttl_in_seconds.unwrap_or(300).min(3600);
        Ok(PreparedAuthorizer {
            id: id.to_owned(),
            kind: authorizer.kind,
            // Without an identity there is nothing to remember an answer by.
            ttl: Duration::from_secs(if sources.is_empty() { 0 } else { ttl_s }),
            sources,
            pattern: pattern.map_err(|error| {
                BuildError::new(
                    &place,
                    format!("IdentityValidationExpression is not a regular expression: {error}"),
                )
            })?,
            uri,
            user_pools: authorizer.provider_arns.clone(),
        })
    }

    /// The values of the identity sources; none if one is missing or empty.
    fn identity(&self, call: &Call) -> Option<Vec<String>> {
        let sources = call.sources("");
        self.sources.iter().map(|source| sources.map(source).filter(|value| !value.is_empty())).collect()
    }
}

impl RestApi {
    pub(super) async fn authorize(&self, method: &PreparedMethod, call: &mut Call) -> Result<(), Failure> {
        let authorizer = method.method.authorizer_id.as_ref().and_then(|id| self.authorizers.get(id));
        match (method.method.authorization_type, authorizer) {
            (AuthorizationType::None, _) => {}
            (AuthorizationType::AwsIam, _) => self.by_signature(call).await?,
            (AuthorizationType::CognitoUserPools, Some(authorizer)) => {
                self.by_user_pool(authorizer, &method.method.authorization_scopes, call).await?;
            }
            (AuthorizationType::Custom, Some(authorizer)) => self.by_function(authorizer, call).await?,
            // `PreparedMethod::new` refuses a method without its authorizer.
            (_, None) => return Err(Failure::authorizer_misconfigured()),
        }
        if method.method.api_key_required { self.by_key(call) } else { Ok(()) }
    }

    async fn by_signature(&self, call: &mut Call) -> Result<(), Failure> {
        let attempt = Attempt { action: "execute-api:Invoke", resource: call.method_arn.clone() };
        match self.backend.verify_signature(&call.signed_request(), &attempt).await {
            Ok(signatory) => {
                if let Some(identity) = call.identity() {
                    identity.extend(signatory.identity);
                }
                Ok(())
            }
            Err(SignatureError::Missing) => Err(Failure::no_such_method()),
            Err(SignatureError::Invalid(message)) => Err(Failure::invalid_signature(message)),
            Err(SignatureError::Expired) => Err(Failure::expired_token()),
            Err(SignatureError::Denied(message)) => Err(Failure::access_denied(message)),
        }
    }

    async fn by_user_pool(
        &self,
        authorizer: &PreparedAuthorizer,
        scopes: &[String],
        call: &mut Call,
    ) -> Result<(), Failure> {
        let token = authorizer.identity(call).and_then(|values| values.into_iter().next());
        let token = token.ok_or_else(Failure::unauthorized)?;
        let token = match token.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => token.as_str(),
        };
        let claims = match self.backend.verify_token(token, &authorizer.user_pools).await {
            Ok(claims) => claims,
            Err(TokenError::Expired) => return Err(Failure::expired_identity()),
            Err(TokenError::Invalid) => return Err(Failure::unauthorized()),
        };
        if !claims::suit(&claims, scopes) {
            return Err(Failure::unauthorized());
        }
        if let (Some(pattern), Some(audience)) =
            (&authorizer.pattern, claims.get("aud").and_then(Value::as_str))
            && !pattern.is_match(audience)
        {
            return Err(Failure::unauthorized());
        }
        call.context.insert("authorizer".to_owned(), json!({"claims": claims::written_out(&claims)}));
        Ok(())
    }

    async fn by_function(&self, authorizer: &PreparedAuthorizer, call: &mut Call) -> Result<(), Failure> {
        let identity = authorizer.identity(call).ok_or_else(Failure::unauthorized)?;
        if let (Some(pattern), AuthorizerType::Token) = (&authorizer.pattern, authorizer.kind)
            && !identity.iter().all(|token| pattern.is_match(token))
        {
            return Err(Failure::unauthorized());
        }
        let stage = call.context.get("stage").and_then(Value::as_str).unwrap_or_default();
        let key = json!([authorizer.id, stage, identity]).to_string();
        let remembers = !authorizer.ttl.is_zero();
        let grant = match self.grants.get(&key).filter(|_| remembers) {
            Some(grant) => grant,
            None => {
                let grant = self.ask(authorizer, &identity, call).await.map_err(Failure::from_authorizer)?;
                if remembers {
                    self.grants.put(key, grant.clone(), authorizer.ttl);
                }
                grant
            }
        };
        grant.admits(&call.method_arn).map_err(Failure::from_authorizer)?;
        call.usage_key = grant.usage_key;
        call.context.insert("authorizer".to_owned(), Value::Object(grant.context));
        Ok(())
    }

    async fn ask(
        &self,
        authorizer: &PreparedAuthorizer,
        identity: &[String],
        call: &Call,
    ) -> Result<Grant, Refused> {
        let event = match authorizer.kind {
            AuthorizerType::Request => call.authorizer_event(),
            _ => json!({
                "type": "TOKEN",
                "methodArn": call.method_arn,
                "authorizationToken": identity.first(),
            }),
        };
        let uri = crate::integration::with_stage_variables(&authorizer.uri, &call.stage_variables);
        let function = uri_function(&uri).ok_or(Refused::Misconfigured)?;
        let asked_at = Instant::now();
        let answer = timeout(LONGEST, self.backend.invoke(function, event)).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(FunctionError {
                error_type: "Timeout".to_owned(),
                error_message: "the authorizer did not answer in time".to_owned(),
            })
        });
        Grant::read(answer, asked_at.elapsed())
    }

    fn by_key(&self, call: &mut Call) -> Result<(), Failure> {
        let shown = match self.definition.api_key_source {
            ApiKeySource::Header => call.headers.get_ignoring_case("x-api-key").map(str::to_owned),
            ApiKeySource::Authorizer => call.usage_key.clone(),
        };
        let known = self.definition.api_keys.iter().find(|key| Some(&key.value) == shown.as_ref());
        let known = known.ok_or_else(Failure::invalid_api_key)?;
        if let Some(identity) = call.identity() {
            let key = [("apiKey", &known.value), ("apiKeyId", &known.id)];
            identity
                .extend(Map::from_iter(key.map(|(name, value)| (name.to_owned(), value.as_str().into()))));
        }
        Ok(())
    }
}
