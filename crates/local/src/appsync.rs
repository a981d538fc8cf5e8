//! The template's GraphQL API, open: its schema, who may call it, and what answers each field.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use local_appsync::{
    Api, AuthMode, Authenticator, Authorize, Caller, Context, Credentials, Definition, Extensions, Field,
    LambdaAuthorizer, Limits, OidcProvider, Raised, Refused, Resolved, Resolver, answers_of_batch,
};
use local_appsync_js::{DataSource, DataSourceError, Evaluated, Script, run_unit};
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
    let (_, schema) = stack.only("AWS::AppSync::GraphQLSchema")?;
    let mut resolvers = HashMap::new();
    for (id, resource) in stack.of_kind("AWS::AppSync::Resolver") {
        let name = |property| resource.text(property).unwrap_or_default();
        let field = Field::new(name("/TypeName"), name("/FieldName"));
        resolvers.insert(field, resolver(id, resource, stack, functions, dynamodb)?);
    }
    let additional = api.property("/AdditionalAuthenticationProviders").and_then(Value::as_array);
    let definition = Definition {
        api_id: stack.output("ApiId")?.to_owned(),
        schema: schema.text("/Definition").unwrap_or_default(),
        default_mode: auth_mode(&api.properties)?,
        additional_modes: additional.into_iter().flatten().map(auth_mode).collect::<Result<_, _>>()?,
        lambda_authorizer: lambda_authorizer(api, functions)?,
        oidc: oidc(api)?,
        resolvers,
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

/// AppSync's quotas, and what the template makes narrower.
fn limits(api: &Resource) -> Limits {
    let number = |property| api.number(property).and_then(|number| usize::try_from(number).ok());
    let mut limits = Limits::default();
    limits.resolver_calls = number("/ResolverCountLimit").unwrap_or(limits.resolver_calls);
    limits.query_depth = number("/QueryDepthLimit").unwrap_or(limits.query_depth);
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

/// What answers one field: a function directly, or a script on a data source.
fn resolver(
    id: &str,
    resource: &Resource,
    stack: &Stack,
    functions: &BTreeMap<String, Function>,
    dynamodb: &DynamoDb,
) -> Result<Arc<dyn Resolver>, StackError> {
    let source_name = resource.text("/DataSourceName").unwrap_or_default();
    let (source_id, source) = stack
        .of_kind("AWS::AppSync::DataSource")
        .find(|(_, source)| source.text("/Name").as_ref() == Some(&source_name))
        .ok_or_else(|| {
            StackError(format!("resolver {id} is on the data source {source_name:?}, which is not there"))
        })?;
    let function = || {
        let arn = source.text("/LambdaConfig/LambdaFunctionArn").unwrap_or_default();
        let function = functions.get(&arn).cloned();
        function.ok_or_else(|| {
            StackError(format!("data source {source_id} is on the function {arn:?}, which is not there"))
        })
    };
    let data_source = match source.text("/Type").as_deref() {
        Some("AWS_LAMBDA") if resource.property("/Code").is_none() => {
            let max_batch_size = resource.number("/MaxBatchSize").and_then(|size| usize::try_from(size).ok());
            return Ok(Arc::new(Direct {
                function: function()?,
                max_batch_size: max_batch_size.unwrap_or(0),
            }));
        }
        Some("AWS_LAMBDA") => {
            let function = function()?;
            DataSource::Lambda(Arc::new(move |payload| {
                let function = function.clone();
                Box::pin(async move {
                    function.invoke(payload).await.map_err(|error| DataSourceError::Failed {
                        message: error.error_message,
                        error_type: "Lambda:Unhandled".to_owned(),
                        result: Value::Null,
                    })
                })
            }))
        }
        Some("AMAZON_DYNAMODB") => DataSource::DynamoDb {
            client: dynamodb.client(),
            table: source.text("/DynamoDBConfig/TableName").unwrap_or_default(),
        },
        Some("NONE") => DataSource::None,
        other => {
            return Err(StackError(format!(
                "data source {source_id} has the type {}, which is not served here",
                other.unwrap_or("(none)")
            )));
        }
    };
    let code = resource.text("/Code").unwrap_or_default();
    let script = Script::compile(id, &code).map_err(|error| StackError(format!("resolver {id}: {error}")))?;
    Ok(Arc::new(Scripted { script, data_source }))
}

/// A direct Lambda resolver: the Context object in, the field's value out.
struct Direct {
    function: Function,
    max_batch_size: usize,
}

#[async_trait]
impl Resolver for Direct {
    async fn resolve(&self, context: Context) -> Result<Resolved, Raised> {
        let event =
            serde_json::to_value(&context).map_err(|error| Raised::new("Internal", error.to_string()))?;
        match self.function.invoke(event).await {
            Ok(value) => Ok(Resolved::from(value)),
            Err(error) => Err(Raised::new(error.error_type, error.error_message)),
        }
    }

    fn max_batch_size(&self) -> usize {
        self.max_batch_size
    }

    /// All Context objects in; a call that fails fails them all.
    async fn resolve_batch(&self, contexts: Vec<Context>) -> Vec<Result<Resolved, Raised>> {
        let count = contexts.len();
        let answer = match serde_json::to_value(&contexts) {
            Ok(event) => {
                self.function.invoke(event).await.map_err(|it| Raised::new(it.error_type, it.error_message))
            }
            Err(error) => Err(Raised::new("Internal", error.to_string())),
        };
        match answer {
            Ok(answer) => answers_of_batch(answer, count),
            Err(raised) => vec![Err(raised); count],
        }
    }
}

/// An APPSYNC_JS unit resolver.
struct Scripted {
    script: Script,
    data_source: DataSource,
}

#[async_trait]
impl Resolver for Scripted {
    async fn resolve(&self, context: Context) -> Result<Resolved, Raised> {
        let context =
            serde_json::to_value(&context).map_err(|error| Raised::new("Internal", error.to_string()))?;
        let evaluated = run_unit(&self.script, &self.data_source, context).await.map_err(of_script)?;
        let Evaluated {
            value,
            appended_errors,
            subscription_filter,
            subscription_invalidation_filter,
            invalidations,
            ..
        } = evaluated;
        Ok(Resolved {
            value,
            extensions: Extensions {
                subscription_filter,
                invalidation_filter: subscription_invalidation_filter,
                invalidations,
            },
            errors: appended_errors.into_iter().map(of_script).collect(),
        })
    }
}

fn of_script(error: local_appsync_js::Raised) -> Raised {
    let local_appsync_js::Raised { message, error_type, data, info } = error;
    Raised { message, error_type, data, info }
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
