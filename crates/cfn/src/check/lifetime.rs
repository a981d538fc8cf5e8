//! What outlives what: data and its stack, logs and their use, objects and their lifecycle rules.

use serde_json::Value as Json;

use super::problem::{Findings, Judgement, quoted};
use super::view::{Resource, View, mentioned};

/// Types that hold what cannot be made again.
const STATEFUL: [&str; 14] = [
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
];

/// What CloudWatch Logs takes. Source: `PutRetentionPolicy` in its API reference.
const RETENTION_DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for resource in view.all().filter(|resource| STATEFUL.contains(&resource.kind)) {
        retained(resource, findings);
    }
    for group in view.of("AWS::Logs::LogGroup") {
        retention(view, group, findings);
    }
    for function in view.of("AWS::Lambda::Function") {
        function_logs(view, function, findings);
    }
    for bucket in view.of("AWS::S3::Bucket") {
        for rule in bucket.items("LifecycleConfiguration.Rules") {
            lifecycle(bucket, rule, findings);
        }
    }
}

fn retained(resource: Resource<'_>, findings: &mut Findings<'_>) {
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        let value = &resource.json[policy];
        let keeps = match value {
            Json::String(name) => ["Retain", "RetainExceptOnCreate", "Snapshot"].contains(&name.as_str()),
            // A condition decides, which needs the language extensions.
            Json::Object(_) => true,
            _ => false,
        };
        if !keeps {
            let when = if policy == "DeletionPolicy" { "its stack" } else { "a replacement" };
            let is = if value.is_null() { "not set".to_owned() } else { quoted(value) };
            let text = format!("`{policy}` is {is}: {when} would take the data with it; set it to `Retain`");
            findings.judge(resource, Judgement::NotRetained, text);
        }
    }
}

fn retention(view: &View<'_>, group: Resource<'_>, findings: &mut Findings<'_>) {
    let days = view.values(group, "RetentionInDays");
    if days.is_empty() {
        let text = "it keeps its logs for ever: set `RetentionInDays`";
        findings.judge(group, Judgement::LogsForever, text);
    }
    for value in days {
        let number = match value {
            Json::Number(number) => number.as_i64(),
            Json::String(text) => text.parse().ok(),
            _ => continue,
        };
        if number.is_none_or(|number| !RETENTION_DAYS.contains(&number)) {
            findings.error(
                group.id,
                format!(
                    "`RetentionInDays` is {}, which CloudWatch Logs does not take: use 1, 3, 5, 7, 14, 30, 60, 90, \
                     120, 150, 180, 365, 400, 545, 731 or another that it lists",
                    quoted(value)
                ),
            );
        }
    }
}

/// Lambda makes the group of a function that has none, and keeps its logs for ever.
fn function_logs(view: &View<'_>, function: Resource<'_>, findings: &mut Findings<'_>) {
    let own = function.get("LoggingConfig.LogGroup");
    let name = function.get("FunctionName");
    let has_group = !own.is_null()
        && (view.target(own).is_none() || view.target(own).is_some_and(is_log_group))
        || view.of("AWS::Logs::LogGroup").any(|group| {
            let group = group.get("LogGroupName");
            mentioned(group).contains(function.id)
                || name.as_str().is_some_and(|name| *group == format!("/aws/lambda/{name}"))
                || !name.is_null() && !name.is_string() && !mentioned(name).is_disjoint(&mentioned(group))
        });
    if !has_group {
        let text = "it has no log group of its own, so Lambda makes one that keeps logs for ever: add an \
                    `AWS::Logs::LogGroup` with `RetentionInDays`, and name it in `LoggingConfig.LogGroup`";
        findings.judge(function, Judgement::LogsForever, text);
    }
}

fn is_log_group(resource: Resource<'_>) -> bool {
    resource.kind == "AWS::Logs::LogGroup"
}

fn lifecycle(bucket: Resource<'_>, rule: &Json, findings: &mut Findings<'_>) {
    const ACTIONS: [&str; 10] = [
        "AbortIncompleteMultipartUpload",
        "ExpirationDate",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionTransition",
        "NoncurrentVersionTransitions",
        "Transition",
        "Transitions",
    ];
    let name = rule["Id"].as_str().unwrap_or("without Id");
    if ACTIONS.iter().all(|action| rule[action].is_null()) {
        findings.error(
            bucket.id,
            format!("its lifecycle rule `{name}` does nothing: give it an action such as `ExpirationInDays`"),
        );
    }
    for action in ["ExpirationInDays", "NoncurrentVersionExpirationInDays"] {
        if rule[action].as_i64().is_some_and(|days| days < 1) {
            findings.error(
                bucket.id,
                format!("`{action}` of its lifecycle rule `{name}` is {}: give at least 1", rule[action]),
            );
        }
    }
}
