//! The template's GraphQL API, open: its schema, who may call it, and what answers each field.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use local_appsync::{
    Api, AuthMode, Authenticator, Caller, Context, Credentials, Definition, Extensions, Field, Limits,
    Raised, Refused, Resolved, Resolver,
};
use local_appsync_js::{DataSource, DataSourceError, Evaluated, Script, run_unit};
use local_cognito::{Cognito, TokenError};
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

use crate::StartError;
use crate::functions::Function;
use crate::stack::{Resource, Stack, StackError};

/// Opens the API with every resolver of the template.
pub(crate) fn open(
    stack: &Stack,
    functions: &BTreeMap<String, Function>,
    dynamodb: &DynamoDb,
    cognito: Arc<Cognito>,
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
        resolvers,
        limits: limits(api),
    };
    let keys = stack.of_kind("AWS::AppSync::ApiKey").map(|_| stack.output("ApiKey").map(str::to_owned));
    let gate = Gate { cognito, api_keys: keys.collect::<Result<_, _>>()? };
    Api::new(definition, Arc::new(gate)).map_err(|error| StartError::Service("AppSync", error.to_string()))
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
            return Ok(Arc::new(Direct(function()?)));
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
struct Direct(Function);

#[async_trait]
impl Resolver for Direct {
    async fn resolve(&self, context: Context) -> Result<Resolved, Raised> {
        let event =
            serde_json::to_value(&context).map_err(|error| Raised::new("Internal", error.to_string()))?;
        match self.0.invoke(event).await {
            Ok(value) => Ok(Resolved::from(value)),
            Err(error) => Err(Raised::new(error.error_type, error.error_message)),
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

/// Who may call: holders of a token of the user pool, or of the API key.
struct Gate {
    cognito: Arc<Cognito>,
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
            }),
            Credentials::ApiKey(_) => Err(Refused::not_authorized()),
            Credentials::Token(token) => self.user(token),
            Credentials::Signed(_) => Err(Refused::new(
                "IAM signatures are not verified on this machine yet: use a user pool token or the API key.",
            )),
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
        })
    }
}
