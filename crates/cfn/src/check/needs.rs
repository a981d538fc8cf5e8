//! Permissions that a role lacks for what is run under it: seen from the environment, the settings and the code.

use super::permissions::{allows, function_behind};
use super::policies::list;
use super::problem::Findings;
use super::scripts::{operations_of, source_of};
use super::view::{Resource, View, entries};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for function in view.of("AWS::Lambda::Function") {
        if let Some(role) = role(view, function, "Role") {
            environment(view, function, role, findings);
            logs(view, function, role, findings);
            tracing(view, function, role, findings);
            destination(view, function, role, "DeadLetterConfig.TargetArn", findings);
        }
    }
    for kind in ["AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig"] {
        for config in view.of(kind) {
            let function = function_behind(view, config.get("FunctionName"));
            let Some(role) = function.and_then(|function| role(view, function, "Role")) else { continue };
            for when in ["OnFailure", "OnSuccess"] {
                destination(view, config, role, &format!("DestinationConfig.{when}.Destination"), findings);
            }
        }
    }
    for api in view.of("AWS::AppSync::GraphQLApi") {
        if let Some(role) = role(view, api, "LogConfig.CloudWatchLogsRoleArn") {
            let needed = ["logs:CreateLogStream", "logs:PutLogEvents"];
            missing(view, api, role, &needed, None, "write its logs", findings);
        }
    }
    for kind in ["AWS::AppSync::Resolver", "AWS::AppSync::FunctionConfiguration"] {
        for user in view.of(kind) {
            script(view, user, findings);
        }
    }
}

/// The role named by a property, if its permissions are in the template.
fn role<'a>(view: &View<'a>, user: Resource<'a>, path: &str) -> Option<Resource<'a>> {
    view.target(user.get(path)).filter(|role| role.kind == "AWS::IAM::Role")
}

/// Whoever is told the name of a table means to use it.
fn environment(view: &View<'_>, function: Resource<'_>, role: Resource<'_>, findings: &mut Findings<'_>) {
    const USES: [(&str, &str); 9] = [
        ("AWS::DynamoDB::Table", "dynamodb:*"),
        ("AWS::Events::EventBus", "events:*"),
        ("AWS::Kinesis::Stream", "kinesis:*"),
        ("AWS::S3::Bucket", "s3:*"),
        ("AWS::SNS::Topic", "sns:*"),
        ("AWS::SQS::Queue", "sqs:*"),
        ("AWS::SSM::Parameter", "ssm:*"),
        ("AWS::SecretsManager::Secret", "secretsmanager:*"),
        ("AWS::StepFunctions::StateMachine", "states:*"),
    ];
    for (variable, value) in entries(function.get("Environment.Variables")) {
        let Some(target) = view.target(value) else { continue };
        let used = USES.iter().find(|(kind, _)| *kind == target.kind);
        if let Some((_, action)) = used
            && !allows(view, role, action, target.id)
        {
            let text = format!(
                "its variable `{variable}` names `{}`, but its role `{}` may do nothing there: grant what it needs, \
                 or drop the variable",
                target.id, role.id
            );
            findings.error(function.id, text);
        }
    }
}

/// Lambda drops the logs of a function that may not write them, and says so nowhere.
fn logs(view: &View<'_>, function: Resource<'_>, role: Resource<'_>, findings: &mut Findings<'_>) {
    let basic = |arn: &&serde_json::Value| {
        arn.as_str().or(arn["Fn::Sub"].as_str()).is_some_and(|arn| arn.contains("/AWSLambda"))
    };
    if list(role.get("ManagedPolicyArns")).iter().any(basic) {
        return;
    }
    let Some(group) = view.target(function.get("LoggingConfig.LogGroup")) else { return };
    let needed = ["logs:CreateLogStream", "logs:PutLogEvents"];
    missing(view, function, role, &needed, Some(group), "write its logs, which are then lost", findings);
}

fn tracing(view: &View<'_>, function: Resource<'_>, role: Resource<'_>, findings: &mut Findings<'_>) {
    if function.get("TracingConfig.Mode") == "Active" {
        let needed = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
        missing(view, function, role, &needed, None, "send its traces", findings);
    }
}

fn destination(
    view: &View<'_>,
    user: Resource<'_>,
    role: Resource<'_>,
    path: &str,
    findings: &mut Findings<'_>,
) {
    let Some(target) = view.target(user.get(path)) else { return };
    let needed = match target.kind {
        "AWS::SQS::Queue" => "sqs:SendMessage",
        "AWS::SNS::Topic" => "sns:Publish",
        "AWS::S3::Bucket" => "s3:PutObject",
        "AWS::Lambda::Function" | "AWS::Lambda::Alias" => "lambda:InvokeFunction",
        _ => return,
    };
    missing(view, user, role, &[needed], Some(target), "hand over what failed", findings);
}

/// A script names its operations, and each is an action of the same name.
fn script(view: &View<'_>, user: Resource<'_>, findings: &mut Findings<'_>) {
    let (Some(code), Some(source)) = (user.get("Code").as_str(), source_of(view, user)) else { return };
    let table = view.target(source.get("DynamoDBConfig.TableName"));
    let (Some(role), Some(table)) = (role(view, source, "ServiceRoleArn"), table) else { return };
    for operation in operations_of(code) {
        let needed = match operation.as_str() {
            "GetItem" | "TransactGetItems" => "dynamodb:GetItem",
            "PutItem" => "dynamodb:PutItem",
            "UpdateItem" => "dynamodb:UpdateItem",
            "DeleteItem" => "dynamodb:DeleteItem",
            "Query" => "dynamodb:Query",
            "Scan" => "dynamodb:Scan",
            "BatchGetItem" => "dynamodb:BatchGetItem",
            "BatchPutItem" | "BatchDeleteItem" => "dynamodb:BatchWriteItem",
            _ => continue,
        };
        let what = format!("do `{operation}`, which its code asks for");
        missing(view, user, role, &[needed], Some(table), &what, findings);
    }
}

/// Reports the actions that the role does not allow, on the resource or at all.
fn missing(
    view: &View<'_>,
    user: Resource<'_>,
    role: Resource<'_>,
    needed: &[&str],
    on: Option<Resource<'_>>,
    what: &str,
    findings: &mut Findings<'_>,
) {
    let target = on.map_or("", |on| on.id);
    let missing: Vec<&str> =
        needed.iter().copied().filter(|action| !allows(view, role, action, target)).collect();
    if !missing.is_empty() {
        let on = on.map_or(String::new(), |on| format!(" on `{}`", on.id));
        let text =
            format!("its role `{}` does not let it {what}: allow `{}`{on}", role.id, missing.join("`, `"));
        findings.error(user.id, text);
    }
}
