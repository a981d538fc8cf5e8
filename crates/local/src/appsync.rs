//! The template's GraphQL API, open: its schema, who may call it, and what answers each field.

mod resolvers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use local_appsync::{
    Api, AuthMode, Authenticator, Authorize, Caller, Credentials, Definition, LambdaAuthorizer, Limits,
    OidcProvider, Refused,
};
use local_cognito::{Cognito, TokenError};
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

use crate::StartError;
use crate::functions::Function;
use crate::iam::Iam;
use crate::oidc::Issuer;
use crate::stack::{Resource, Stack, StackError};

/// Opens the API with every resolver of the template.
pub(crate) fn open(
    stack: &Stack,
    functions: &BTreeMap<String, Function>,
    dynamodb: &DynamoDb,
    cognito: Arc<Cognito>,
    iam: Arc<Iam>,
) -> Result<Arc<Api>, StartError> {
    let (_, api) = stack.only("AWS::AppSync::GraphQLApi")?;
    let (schema_id, schema) = stack.only("AWS::AppSync::GraphQLSchema")?;
    unserved(stack)?;
    let additional = api.property("/AdditionalAuthenticationProviders").and_then(Value::as_array);
    let definition = Definition {
        api_id: stack.output("ApiId")?.to_owned(),
        schema: schema.text("/Definition").ok_or_else(|| {
            StackError(format!(
                "schema {schema_id} has no Definition: put its text there, instead of its place in S3"
            ))
        })?,
        default_mode: auth_mode(&api.properties)?,
        additional_modes: additional.into_iter().flatten().map(auth_mode).collect::<Result<_, _>>()?,
        lambda_authorizer: lambda_authorizer(api, functions)?,
        oidc: oidc(api)?,
        resolvers: resolvers::of_template(stack, functions, dynamodb)?,
        limits: limits(api),
    };
    let keys = stack.of_kind("AWS::AppSync::ApiKey").map(|_| stack.output("ApiKey").map(str::to_owned));
    let gate =
        Gate { cognito, iam, api_id: definition.api_id.clone(), api_keys: keys.collect::<Result<_, _>>()? };
    Api::new(definition, Arc::new(gate)).map_err(|error| StartError::Service("AppSync", error.to_string()))
}

/// The API's own settings and those of its further modes, of one type.
fn providers<'a>(api: &'a Resource, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    let additional = api.property("/AdditionalAuthenticationProviders").and_then(Value::as_array);
    let all = std::iter::once(&api.properties).chain(additional.into_iter().flatten());
    all.filter(move |provider| provider["AuthenticationType"] == kind)
}

fn lambda_authorizer(
    api: &Resource,
    functions: &BTreeMap<String, Function>,
) -> Result<Option<LambdaAuthorizer>, StackError> {
    let Some(provider) = providers(api, "AWS_LAMBDA").next() else {
        return Ok(None);
    };
    let config = &provider["LambdaAuthorizerConfig"];
    let arn = config["AuthorizerUri"].as_str().unwrap_or_default();
    // A URI of API Gateway's kind is accepted as well: the function's ARN is in it.
    let arn = arn.split_once("/functions/").map_or(arn, |(_, rest)| rest.trim_end_matches("/invocations"));
    let function = functions.get(arn).cloned().ok_or_else(|| {
        StackError(format!("the GraphQL API's authorizer {arn:?} is not a function of the template"))
    })?;
    Ok(Some(LambdaAuthorizer {
        function: Arc::new(Authorizer(function)),
        ttl: Duration::from_secs(config["AuthorizerResultTtlInSeconds"].as_u64().unwrap_or(300)),
        identity_validation_expression: config["IdentityValidationExpression"].as_str().map(str::to_owned),
    }))
}

struct Authorizer(Function);

#[async_trait]
impl Authorize for Authorizer {
    async fn authorize(&self, event: Value) -> Result<Value, String> {
        self.0.invoke(event).await.map_err(|error| error.error_message)
    }
}

fn oidc(api: &Resource) -> Result<Vec<OidcProvider>, StackError> {
    let of = |provider: &Value| {
        let config = &provider["OpenIDConnectConfig"];
        // The template counts milliseconds.
        let duration = |name: &str| config[name].as_u64().filter(|it| *it > 0).map(Duration::from_millis);
        let issuer = config["Issuer"].as_str().unwrap_or_default();
        Ok(OidcProvider {
            issuer: issuer.to_owned(),
            client_id: config["ClientId"].as_str().map(str::to_owned),
            iat_ttl: duration("IatTTL"),
            auth_ttl: duration("AuthTTL"),
            keys: Arc::new(Issuer::new(issuer).map_err(StackError)?),
        })
    };
    providers(api, "OPENID_CONNECT").map(of).collect()
}

/// What AppSync has and this machine has not.
fn unserved(stack: &Stack) -> Result<(), StackError> {
    if let Some((id, _)) = stack.of_kind("AWS::AppSync::ApiCache").next() {
        return Err(StackError(format!(
            "{id} is a cache of answers, which is not here: give it a condition that does not hold on a laptop"
        )));
    }
    let merged = stack
        .of_kind("AWS::AppSync::GraphQLApi")
        .find(|(_, api)| api.text("/ApiType").as_deref() == Some("MERGED"));
    if let Some((id, _)) = merged {
        return Err(StackError(format!(
            "API {id} is merged of others, which is not here: give it a schema and resolvers of its own"
        )));
    }
    Ok(())
}

/// AppSync's quotas, and what the template makes narrower; 0 leaves them as they are.
fn limits(api: &Resource) -> Limits {
    let number = |property| {
        let number = api.number(property).filter(|number| *number > 0);
        number.and_then(|number| usize::try_from(number).ok())
    };
    let mut limits = Limits::default();
    limits.resolver_calls = number("/ResolverCountLimit").unwrap_or(limits.resolver_calls);
    limits.query_depth = number("/QueryDepthLimit").unwrap_or(limits.query_depth);
    limits.introspection = api.text("/IntrospectionConfig").as_deref() != Some("DISABLED");
    limits
}

fn auth_mode(provider: &Value) -> Result<AuthMode, StackError> {
    match provider["AuthenticationType"].as_str().unwrap_or_default() {
        "AMAZON_COGNITO_USER_POOLS" => Ok(AuthMode::UserPool),
        "API_KEY" => Ok(AuthMode::ApiKey),
        "AWS_IAM" => Ok(AuthMode::Iam),
        "OPENID_CONNECT" => Ok(AuthMode::Oidc),
        "AWS_LAMBDA" => Ok(AuthMode::Lambda),
        unknown => {
            Err(StackError(format!("the GraphQL API has the unknown authentication type {unknown:?}")))
        }
    }
}

/// Who may call: holders of a token of the user pool, of the API key, or of an access key.
struct Gate {
    cognito: Arc<Cognito>,
    iam: Arc<Iam>,
    api_id: String,
    api_keys: Vec<String>,
}

#[async_trait]
impl Authenticator for Gate {
    async fn authenticate(&self, credentials: &Credentials) -> Result<Caller, Refused> {
        match credentials {
            Credentials::ApiKey(key) if self.api_keys.contains(key) => Ok(Caller {
                mode: AuthMode::ApiKey,
                identity: Value::Null,
                groups: Vec::new(),
                expires_at_s: None,
                permission: None,
            }),
            Credentials::ApiKey(_) => Err(Refused::not_authorized()),
            Credentials::Token(token) => self.user(token),
            Credentials::Signed(request) => self.iam.caller(request, &self.api_id),
        }
    }
}

impl Gate {
    fn user(&self, token: &str) -> Result<Caller, Refused> {
        let claims = self.cognito.verify_access_or_id_token(token).map_err(|error| match error {
            TokenError::Malformed => Refused::new("Unable to parse JWT token."),
            TokenError::Expired => Refused::new("Token has expired."),
            TokenError::Forged | TokenError::Revoked => Refused::not_authorized(),
        })?;
        let groups = (!claims.groups.is_empty()).then_some(&claims.groups);
        let identity = json!({
            "claims": claims.raw,
            "defaultAuthStrategy": "ALLOW",
            "groups": groups,
            "issuer": claims.raw.get("iss"),
            "sourceIp": ["127.0.0.1"],
            "sub": claims.sub,
            "username": claims.username,
        });
        Ok(Caller {
            mode: AuthMode::UserPool,
            identity,
            groups: claims.groups,
            expires_at_s: u64::try_from(claims.expires_at_s).ok(),
            permission: None,
        })
    }
}
