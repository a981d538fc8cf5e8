//! Permissions that something needs to work at all: of roles, and of services to invoke functions.

use serde_json::Value as Json;

use super::policies::{list, matches, statements};
use super::problem::{Findings, Judgement};
use super::view::{Resource, View, mentioned};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for source in view.of("AWS::AppSync::DataSource") {
        data_source(view, source, findings);
    }
    for mapping in view.of("AWS::Lambda::EventSourceMapping") {
        event_source(view, mapping, findings);
    }
    for (kind, paths, service) in INVOKERS {
        for invoker in view.of(kind) {
            for path in *paths {
                invoked(view, invoker, path, service, findings);
            }
        }
    }
    for permission in view.of("AWS::Lambda::Permission") {
        source(permission, findings);
    }
    for role in view.of("AWS::IAM::Role") {
        trust(view, role, findings);
    }
}

/// What invokes functions: its type, where it names them, and who calls.
const INVOKERS: &[(&str, &[&str], &str)] = &[
    ("AWS::Cognito::UserPool", &["LambdaConfig"], "cognito-idp.amazonaws.com"),
    ("AWS::ApiGateway::Method", &["Integration.Uri"], "apigateway.amazonaws.com"),
    ("AWS::ApiGatewayV2::Integration", &["IntegrationUri"], "apigateway.amazonaws.com"),
    ("AWS::S3::Bucket", &["NotificationConfiguration.LambdaConfigurations"], "s3.amazonaws.com"),
    ("AWS::Events::Rule", &["Targets"], "events.amazonaws.com"),
    ("AWS::SNS::Subscription", &["Endpoint"], "sns.amazonaws.com"),
];

/// Functions, and what stands for them.
const FUNCTIONS: [&str; 3] = ["AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"];

fn invoked(view: &View<'_>, invoker: Resource<'_>, path: &str, service: &str, findings: &mut Findings<'_>) {
    if !invoker.get("Integration.Credentials").is_null() || !invoker.get("CredentialsArn").is_null() {
        return;
    }
    let functions = view.targets(invoker.get(path)).filter(|target| FUNCTIONS.contains(&target.kind));
    for function in functions {
        let permitted = view.of("AWS::Lambda::Permission").any(|permission| {
            let principal = permission.get("Principal");
            let action = permission.get("Action");
            (principal == service || principal == "*" || !principal.is_string())
                && action
                    .as_str()
                    .is_none_or(|action| ["lambda:InvokeFunction", "lambda:*"].contains(&action))
                && comes_from(view, permission, invoker)
                && view.target(permission.get("FunctionName")).is_some_and(|named| named.id == function.id)
        });
        if !permitted {
            findings.error(
                invoker.id,
                format!(
                    "it invokes `{}`, which does not let it: add an `AWS::Lambda::Permission` for `{service}` on \
                     exactly that resource",
                    function.id
                ),
            );
        }
    }
}

/// Whether a permission is for this invoker, as far as the template shows where calls have to come from.
fn comes_from(view: &View<'_>, permission: Resource<'_>, invoker: Resource<'_>) -> bool {
    let mut sources = view.targets(permission.get("SourceArn")).peekable();
    if sources.peek().is_none() {
        return true;
    }
    let api = ["RestApiId", "ApiId", "TopicArn"].into_iter().find_map(|path| view.target(invoker.get(path)));
    sources.any(|source| source.id == invoker.id || api.is_some_and(|api| api.id == source.id))
}

/// A service works for everybody: without the source, anybody's pool, bucket or rule may call the function.
fn source(permission: Resource<'_>, findings: &mut Findings<'_>) {
    let is_service =
        permission.get("Principal").as_str().is_some_and(|name| name.ends_with(".amazonaws.com"));
    let bounds = ["SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken"];
    if is_service && bounds.iter().all(|name| permission.get(name).is_null()) {
        let text = "anybody's resources of that service may invoke the function: set `SourceArn`";
        findings.judge(permission, Judgement::Public, text);
    }
    if permission.get("Principal") == "*" && permission.get("FunctionUrlAuthType").is_null() {
        let text = "anybody may invoke the function (`Principal: *`): name the service, and its `SourceArn`";
        findings.judge(permission, Judgement::Public, text);
    }
}

fn data_source(view: &View<'_>, source: Resource<'_>, findings: &mut Findings<'_>) {
    let (path, needed) = match source.get("Type").as_str() {
        Some("AWS_LAMBDA") => ("LambdaConfig.LambdaFunctionArn", "lambda:InvokeFunction"),
        Some("AMAZON_DYNAMODB") => ("DynamoDBConfig.TableName", "dynamodb:*"),
        _ => return,
    };
    let Some(role) = view.target(source.get("ServiceRoleArn")).filter(|role| role.kind == "AWS::IAM::Role")
    else {
        return;
    };
    if let Some(target) = view.target(source.get(path))
        && !allows(view, role, needed, target.id)
    {
        findings.error(
            source.id,
            format!("its role `{}` does not allow `{needed}` on `{}`: grant it", role.id, target.id),
        );
    }
}

fn event_source(view: &View<'_>, mapping: Resource<'_>, findings: &mut Findings<'_>) {
    let source = mapping.get("EventSourceArn");
    let Some(from) = view.target(source) else {
        return;
    };
    if from.kind == "AWS::DynamoDB::Table" {
        if from.get("StreamSpecification").is_null() {
            findings.error(
                mapping.id,
                format!(
                    "it reads the stream of `{}`, which has none: set its `StreamSpecification`",
                    from.id
                ),
            );
        }
        if source["Fn::GetAtt"][1] == "Arn"
            || source["Fn::GetAtt"].as_str().is_some_and(|path| path.ends_with(".Arn"))
        {
            findings.error(
                mapping.id,
                format!("it names the table `{}` and not its stream: use `StreamArn`", from.id),
            );
        }
    }
    let needed: &[&str] = match from.kind {
        "AWS::DynamoDB::Table" => {
            &["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]
        }
        "AWS::SQS::Queue" => &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "AWS::Kinesis::Stream" => {
            &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"]
        }
        _ => return,
    };
    let Some(role) = function_behind(view, mapping.get("FunctionName"))
        .and_then(|function| view.target(function.get("Role")))
        .filter(|role| role.kind == "AWS::IAM::Role")
    else {
        return;
    };
    let missing: Vec<&str> =
        needed.iter().copied().filter(|action| !allows(view, role, action, from.id)).collect();
    if !missing.is_empty() {
        findings.error(
            mapping.id,
            format!(
                "the function's role `{}` does not allow `{}` on `{}`: grant it",
                role.id,
                missing.join("`, `"),
                from.id
            ),
        );
    }
}

/// The function itself, where a version or an alias of it is named.
pub(super) fn function_behind<'a>(view: &View<'a>, name: &'a Json) -> Option<Resource<'a>> {
    let named = view.target(name)?;
    match named.kind {
        "AWS::Lambda::Function" => Some(named),
        "AWS::Lambda::Alias" | "AWS::Lambda::Version" => view.target(named.get("FunctionName")),
        _ => None,
    }
}

/// Whether a role may do something to a resource of the template. What the template does not show (managed
/// policies, other stacks' policies) is taken to allow it.
pub(super) fn allows(view: &View<'_>, role: Resource<'_>, action: &str, target: &str) -> bool {
    let managed = list(role.get("ManagedPolicyArns"));
    let is_unseen =
        |arn: &&Json| !arn.as_str().is_some_and(|arn| arn.ends_with("AWSLambdaBasicExecutionRole"));
    if managed.iter().any(is_unseen) {
        return true;
    }
    let attached = view.all().filter(|policy| {
        policy.kind.starts_with("AWS::IAM::")
            && policy.kind.ends_with("Policy")
            && (mentioned(policy.get("Roles")).contains(role.id)
                || mentioned(policy.get("RoleName")).contains(role.id))
    });
    let documents = attached.map(|policy| policy.get("PolicyDocument")).chain([role.get("Policies")]);
    documents.flat_map(statements).any(|statement| {
        let acts = list(&statement["Action"]).into_iter().filter_map(Json::as_str).any(|allowed| {
            let (allowed, action) = (allowed.to_lowercase(), action.to_lowercase());
            matches(&allowed, &action) || matches(&action, &allowed)
        });
        let reaches = list(&statement["Resource"]).into_iter().any(|resource| {
            // Text may well be the ARN of the thing: only what refers elsewhere is known not to be.
            // An index is not its table.
            let ids = mentioned(resource);
            ids.contains(target) && !resource.to_string().contains("/index/")
                || !ids.iter().any(|id| view.named(id).is_some())
        });
        statement["Effect"] == "Allow" && acts && reaches
    })
}

/// Who runs as a role has to be trusted by it.
fn trust(view: &View<'_>, role: Resource<'_>, findings: &mut Findings<'_>) {
    let trusted = list(role.get("AssumeRolePolicyDocument.Statement"));
    for statement in &trusted {
        if statement["Principal"].is_null() {
            findings.error(
                role.id,
                "its trust policy has a statement without `Principal`: say who may take the role",
            );
        }
    }
    let users: [(&str, &str, &str); 5] = [
        ("AWS::Lambda::Function", "Role", "lambda.amazonaws.com"),
        ("AWS::AppSync::DataSource", "ServiceRoleArn", "appsync.amazonaws.com"),
        ("AWS::AppSync::GraphQLApi", "LogConfig.CloudWatchLogsRoleArn", "appsync.amazonaws.com"),
        ("AWS::ApiGateway::Account", "CloudWatchRoleArn", "apigateway.amazonaws.com"),
        ("AWS::Scheduler::Schedule", "Target.RoleArn", "scheduler.amazonaws.com"),
    ];
    for (kind, path, service) in users {
        let user =
            view.of(kind).find(|user| view.target(user.get(path)).is_some_and(|named| named.id == role.id));
        let is_trusted = trusted.iter().any(|statement| {
            let services = list(&statement["Principal"]["Service"]);
            let takes = list(&statement["Action"]).iter().any(|action| {
                action.as_str().is_none_or(|action| ["sts:AssumeRole", "sts:*", "*"].contains(&action))
            });
            statement["Effect"] == "Allow"
                && takes
                && services.iter().any(|named| *named == service || !named.is_string())
        });
        if let Some(user) = user
            && !is_trusted
        {
            findings.error(
                role.id,
                format!("`{}` runs as it, but it does not trust `{service}`: name it as principal of `sts:AssumeRole`", user.id),
            );
        }
    }
}
