//! Faults of `infra/tests/mutations` that cannot even be said: a function for each, named there.

use cfn::appsync::{ApiKey, AppSyncRuntime, AppSyncRuntimeName, AuthenticationType, DataSource, DataSourceType};
use cfn::appsync::{GraphQLApi, GraphQLSchema, Resolver};
use cfn::cognito::{CognitoIdentityProvider, EnabledMfa, ExplicitAuthFlow, IdToken, UserPool, UserPoolClient};
use cfn::dynamodb::{BillingMode, ProvisionedThroughput, StreamViewType, Table, TableStreamSpecification};
use cfn::lambda::{EventSourceMapping, Function, Runtime};
use cfn::s3::{AllowedMethod, RuleStatus, SSEAlgorithm};
use cfn::{Handle, Statement, Template, Value, actions, iam::Role};

fn billing_mode_misspelt() -> BillingMode {
    BillingMode::PayPerRequst
}

fn property_misspelt() {
    let _ = Table::new().key_schemas([]);
}

fn table_without_a_key(t: &mut Template) {
    t.add("Table", Table::new().billing_mode(BillingMode::PayPerRequest));
}

fn text_where_a_number_belongs() {
    let _ = ProvisionedThroughput::new().read_capacity_units("some");
}

fn stream_view_misspelt() -> StreamViewType {
    StreamViewType::NewAndOldImage
}

fn stream_without_its_view() {
    let _ = Table::new().stream_specification(TableStreamSpecification::new());
}

fn mapping_of_another_kind(pool: &Handle<UserPool>) {
    let _ = EventSourceMapping::new().event_source_arn(pool);
}

fn encryption_misspelt() -> SSEAlgorithm {
    SSEAlgorithm::Aes_256
}

fn cors_method_that_does_not_exist() -> AllowedMethod {
    AllowedMethod::Patch
}

fn status_misspelt() -> RuleStatus {
    RuleStatus::enabled
}

fn runtime_misspelt() -> Runtime {
    Runtime::ProvidedAl2032
}

fn function_without_a_role(t: &mut Template) {
    t.add("Function", Function::new().code(cfn::lambda::Code::packaged("bootstrap.zip")));
}

fn table_as_role(table: &Handle<Table>) {
    let _ = Function::new().role(table);
}

fn name_where_an_arn_belongs(role: &Handle<Role>) {
    let _ = Function::new().role(role.role_name());
}

fn effect_misspelt() {
    let _ = Statement::allowed(actions!["dynamodb:PutItem"]);
}

fn attribute_that_does_not_exist(table: &Handle<Table>) -> Value<String> {
    table.table_arn()
}

fn sign_in_flow_misspelt() -> ExplicitAuthFlow {
    ExplicitAuthFlow::AllowUserSrp
}

fn second_factor_misspelt() -> EnabledMfa {
    EnabledMfa::SoftwareToken
}

fn unit_misspelt() -> IdToken {
    IdToken::Hour
}

fn table_as_pool(table: &Handle<Table>) {
    let _ = UserPoolClient::new().user_pool_id(table);
}

fn pool_as_client(pool: &Handle<UserPool>) {
    let _ = CognitoIdentityProvider::new().client_id(pool);
}

fn authentication_misspelt() -> AuthenticationType {
    AuthenticationType::CognitoUserPools
}

fn api_as_data_source(api: &Handle<GraphQLApi>) {
    let _ = Resolver::new().data_source_name(api);
}

fn table_as_api(table: &Handle<Table>) {
    let _ = ApiKey::new().api_id(table);
}

fn script_runtime_misspelt() {
    let _ = AppSyncRuntime::new().name(AppSyncRuntimeName::AppsyncJavascript);
}

fn source_type_misspelt() {
    let _ = DataSource::new().type_(DataSourceType::Lambda);
}

fn schema_of_no_api(t: &mut Template) {
    t.add("Schema", GraphQLSchema::new().definition("type Query { me: ID }"));
}

fn type_that_does_not_exist() {
    let _ = cfn::cognito::UserGroup::new();
}

fn action_misspelt() {
    let _ = actions!["dynamodb:PutItems"];
}

fn action_of_no_service() {
    let _ = actions!["dynamo:PutItem"];
}

fn main() {}
