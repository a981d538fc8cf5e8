//! What the REST and the WebSocket API have in common.

use cfn::apigateway;
use cfn::{Handle, Template, Value, iam, prelude::*, pseudo, sub};
use serde_json::{Map, Value as Json};

use crate::functions::role_of;

/// The stage of both APIs. A stack is one stage of Parlor already.
pub(crate) const STAGE: &str = "live";

/// API Gateway's settings of the account and region: the role by which it writes logs.
pub(crate) struct Account {
    pub(crate) account: Handle<apigateway::Account>,
}

/// Both stay when the stack is deleted: other stacks of the same account write their logs by the same setting.
pub(crate) fn add_account(t: &mut Template) -> Account {
    let policy =
        sub!("arn:{}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs", pseudo::partition());
    let role: iam::Role<_> =
        role_of("apigateway.amazonaws.com").managed_policy_arns([policy.cast()]).retain();
    let role = t.add("GatewayLogsRole", role);
    let account = apigateway::Account::new().cloudwatch_role_arn(&role).retain();
    Account { account: t.add("GatewayAccount", account) }
}

/// Where the stage answers, at the address that every API has.
pub(crate) fn url(scheme: &str, api_id: Value<String>) -> Value<String> {
    sub!("{}://{}.execute-api.{}.{}/{}", scheme, api_id, pseudo::region(), pseudo::url_suffix(), STAGE)
}

/// The ARN of a part of an API, as permissions and policies name it.
pub(crate) fn arn(api_id: Value<String>, part: Value<String>) -> Value<String> {
    let (partition, region) = (pseudo::partition(), pseudo::region());
    sub!("arn:{}:execute-api:{}:{}:{}/{}", partition, region, pseudo::account_id(), api_id, part)
}

/// A line of JSON for every request, always with these.
pub(crate) fn log_format(fields: &[(&str, &str)]) -> String {
    let always =
        [("request", "$context.requestId"), ("at", "$context.requestTime"), ("status", "$context.status")];
    let fields = always.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), Json::from(*value)));
    Json::Object(fields.collect::<Map<_, _>>()).to_string()
}
