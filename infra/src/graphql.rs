//! The GraphQL API: AppSync, its schema, its key and its data sources.

use cfn::appsync::{
    AdditionalAuthenticationProvider, ApiKey, AuthenticationType, DataSource, DataSourceLambdaConfig,
    DataSourceType, DefaultAction, DynamoDBConfig, GraphQLApi, GraphQLSchema, LogConfig, UserPoolConfig,
};
use cfn::{Handle, Statement, Template, actions, if_, no_value, prelude::*, pseudo, sub};

use crate::auth::Auth;
use crate::data::Data;
use crate::files::Files;
use crate::functions::{Function, log_group, role_of};
use crate::parameters::Parameters;
use crate::resolvers;

/// Handles to the API and its key.
pub(crate) struct Api {
    pub(crate) api: Handle<GraphQLApi>,
    pub(crate) key: Handle<ApiKey>,
}

/// The data sources that resolvers read from.
pub(crate) struct Sources {
    pub(crate) chat: Handle<DataSource>,
    pub(crate) todo: Handle<DataSource>,
    pub(crate) none: Handle<DataSource>,
}

pub(crate) fn add(t: &mut Template, parameters: &Parameters, auth: &Auth, data: &Data, files: &Files) -> Api {
    let api = api(t, parameters, auth);
    let schema = t
        .add("ApiSchema", GraphQLSchema::new().api_id(&api).definition(include_str!("../../schema.graphql")));
    let expires = if_(&parameters.has_api_key_expiry, &parameters.api_key_expires, no_value());
    // A key made while the schema is being read fails with ConcurrentModificationException.
    let key = t.add("ApiKey", ApiKey::new().api_id(&api).expires(expires).depends_on(&schema));
    let sources = Sources {
        chat: chat_source(t, parameters, &api, data, files),
        todo: todo_source(t, &api, data),
        none: t
            .add("NoneSource", DataSource::new().api_id(&api).name("NoneSource").type_(DataSourceType::None)),
    };
    resolvers::add(t, &api, &schema, &sources);
    Api { api, key }
}

fn api(t: &mut Template, parameters: &Parameters, auth: &Auth) -> Handle<GraphQLApi> {
    let mut logs_role = role_of("appsync.amazonaws.com");
    // The group bears the API's id, which does not exist before the API, which needs this role.
    logs_role.grant(
        Statement::allow(actions!["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]).on([
            sub!(
                "arn:{}:logs:{}:{}:log-group:/aws/appsync/apis/*",
                pseudo::partition(),
                pseudo::region(),
                pseudo::account_id()
            ),
        ]),
    );
    let logs_role = t.add("GraphQLApiLogsRole", logs_role);
    let additional = [AuthenticationType::ApiKey, AuthenticationType::AwsIam];
    let api = t.add(
        "GraphQLApi",
        GraphQLApi::new()
            .name(pseudo::stack_name())
            .authentication_type(AuthenticationType::AmazonCognitoUserPools)
            .user_pool_config(
                UserPoolConfig::new()
                    .user_pool_id(&auth.user_pool)
                    .aws_region(pseudo::region())
                    .default_action(DefaultAction::Allow),
            )
            .additional_authentication_providers(
                additional.map(|kind| AdditionalAuthenticationProvider::new().authentication_type(kind)),
            )
            .xray_enabled(true)
            // Ours need one resolver a field; without a limit one request could start 10,000 function calls.
            .resolver_count_limit(50)
            // Enough for the introspection query of graphql-js.
            .query_depth_limit(20)
            .log_config(
                LogConfig::new()
                    .cloudwatch_logs_role_arn(&logs_role)
                    .field_log_level(&parameters.log_level)
                    // Headers and arguments would put tokens and messages into the log.
                    .exclude_verbose_content(true),
            )
            .accept_guard(
                "CT.APPSYNC.PR.1",
                "What is logged is the parameter LogLevel; errors unless it says so.",
            )
            .accept_guard("CT.APPSYNC.PR.2", "Browsers call it.")
            .accept_guard("CT.APPSYNC.PR.3", "The key opens the sample's todos, nothing else.")
            .accept_checkov(
                "CKV2_AWS_33",
                "AppSync knows every caller before anything runs; a WAF can be put before it.",
            ),
    );
    // AppSync would make the group itself, and keep its logs for ever.
    t.add(
        "GraphQLApiLogGroup",
        log_group(parameters).log_group_name(sub!("/aws/appsync/apis/{}", api.api_id())),
    );
    api
}

/// The chat: one function answers every field of it.
fn chat_source(
    t: &mut Template,
    parameters: &Parameters,
    api: &Handle<GraphQLApi>,
    data: &Data,
    files: &Files,
) -> Handle<DataSource> {
    let mut function = Function::new("ResolversFunction", "resolvers", 256, 10);
    data.chat_table.grant_read_write(&mut function);
    files.uploads.grant_get("rooms/*", &mut function);
    files.uploads.grant_put("rooms/*", &mut function);
    let function = function.add(t, parameters);

    let mut role = role_of("appsync.amazonaws.com");
    function.grant_invoke(&mut role);
    let role = t.add("ChatSourceRole", role);
    t.add(
        "ChatSource",
        DataSource::new()
            .api_id(api)
            .name("ChatSource")
            .type_(DataSourceType::AwsLambda)
            .lambda_config(DataSourceLambdaConfig::new().lambda_function_arn(&function))
            .service_role_arn(&role),
    )
}

/// The sample: AppSync itself reads and writes the table.
fn todo_source(t: &mut Template, api: &Handle<GraphQLApi>, data: &Data) -> Handle<DataSource> {
    let mut role = role_of("appsync.amazonaws.com");
    let actions = actions![
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
    ];
    data.todo_table.grant(actions, &mut role);
    let role = t.add("TodoSourceRole", role);
    t.add(
        "TodoSource",
        DataSource::new()
            .api_id(api)
            .name("TodoSource")
            .type_(DataSourceType::AmazonDynamodb)
            .dynamodb_config(DynamoDBConfig::new().table_name(&data.todo_table).aws_region(pseudo::region()))
            .service_role_arn(&role),
    )
}
