//! The resources of a role's permissions: ARNs, of the kind that the actions are about.

use serde_json::Value as Json;

use super::policies::{list, statements};
use super::problem::Findings;
use super::view::{Resource, View, mentioned};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for owner in view.all().filter(|owner| owner.kind.starts_with("AWS::IAM::")) {
        let inline = owner.items("Policies").map(|policy| &policy["PolicyDocument"]);
        for document in inline.chain([owner.get("PolicyDocument")]) {
            version(owner, document, findings);
            for statement in statements(document).into_iter().filter(|one| one["Effect"] == "Allow") {
                about(view, owner, statement, findings);
            }
        }
    }
}

/// Source: "IAM JSON policy elements: Version": without the newer one, variables are plain text.
fn version(owner: Resource<'_>, document: &Json, findings: &mut Findings<'_>) {
    let text = document["Statement"].to_string();
    let has_variables =
        ["${!", "${cognito-identity.", "${aws:"].iter().any(|variable| text.contains(variable));
    if has_variables && document["Version"] != "2012-10-17" {
        let text = "a policy uses variables such as `${aws:username}`, which only the `Version` `2012-10-17` knows: set it";
        findings.error(owner.id, text);
    }
}

/// Types of resources, and the service whose actions are about them.
const SERVICES: [(&str, &str); 14] = [
    ("AWS::AppSync::", "appsync:"),
    ("AWS::CloudFront::", "cloudfront:"),
    ("AWS::Cognito::UserPool", "cognito-idp:"),
    ("AWS::DynamoDB::", "dynamodb:"),
    ("AWS::IAM::", "iam:"),
    ("AWS::KMS::", "kms:"),
    ("AWS::Kinesis::", "kinesis:"),
    ("AWS::Lambda::", "lambda:"),
    ("AWS::Logs::", "logs:"),
    ("AWS::S3::", "s3:"),
    ("AWS::SNS::", "sns:"),
    ("AWS::SQS::", "sqs:"),
    ("AWS::SSM::", "ssm:"),
    ("AWS::SecretsManager::", "secretsmanager:"),
];

/// Types whose `Ref` is a name, not an ARN.
const NAMED: [&str; 9] = [
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
];

fn about(view: &View<'_>, owner: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    let actions: Vec<&str> = list(&statement["Action"]).into_iter().filter_map(Json::as_str).collect();
    let resources = list(&statement["Resource"]);
    for resource in &resources {
        let named = resource["Ref"].as_str().and_then(|id| view.named(id));
        if let Some(named) = named.filter(|named| NAMED.contains(&named.kind)) {
            let text = format!(
                "a statement is about `Ref: {0}`, which is no ARN, so it allows nothing: take `{0}.Arn`",
                named.id
            );
            findings.error(owner.id, text);
        }
        for target in mentioned(resource).into_iter().filter_map(|id| view.named(id)) {
            let service = SERVICES.iter().find(|(kind, _)| target.kind.starts_with(kind)).map(|(_, of)| *of);
            let Some(service) = service else { continue };
            let fits = |action: &&str| action.to_lowercase().starts_with(service) || action.starts_with('*');
            if !actions.is_empty() && !actions.iter().any(fits) {
                let text = format!(
                    "a statement allows `{}` on `{}`, an `{}`, so it allows nothing: name what it is about",
                    actions[0], target.id, target.kind
                );
                findings.error(owner.id, text);
            }
        }
    }
    objects(view, owner, &actions, &resources, findings);
    streams(view, owner, &actions, &resources, findings);
}

/// Buckets and objects have different ARNs, and each action is about one of the two.
fn objects(
    view: &View<'_>,
    owner: Resource<'_>,
    actions: &[&str],
    resources: &[&Json],
    findings: &mut Findings<'_>,
) {
    let of_buckets = |resource: &&&Json| {
        let ids = mentioned(resource);
        ids.iter().any(|id| view.named(id).is_some_and(|named| named.kind == "AWS::S3::Bucket"))
    };
    let named: Vec<&&Json> = resources.iter().filter(of_buckets).collect();
    if named.is_empty() || named.len() != resources.len() {
        return;
    }
    let is_bucket = |resource: &Json| !resource.to_string().contains('/');
    for action in actions.iter().filter(|action| !action.contains('*')) {
        let is_of_object = action.contains("Object") && !action.contains("ObjectLockConfiguration");
        let is_of_bucket = action.starts_with("s3:List") && *action != "s3:ListMultipartUploadParts"
            || action.contains("Bucket");
        if is_of_object && !is_of_bucket && named.iter().all(|resource| is_bucket(resource)) {
            let text =
                format!("`{action}` is about objects, but the bucket alone is named: add `/*` to its ARN");
            findings.error(owner.id, text);
        }
        if is_of_bucket && !named.iter().any(|resource| is_bucket(resource)) {
            let text =
                format!("`{action}` is about the bucket, but objects alone are named: take the bucket's ARN");
            findings.error(owner.id, text);
        }
    }
}

/// A table's stream has an ARN of its own.
fn streams(
    view: &View<'_>,
    owner: Resource<'_>,
    actions: &[&str],
    resources: &[&Json],
    findings: &mut Findings<'_>,
) {
    const OF_STREAM: [&str; 3] =
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
    if actions.is_empty() || !actions.iter().all(|action| OF_STREAM.contains(action)) {
        return;
    }
    for resource in resources {
        let table = view.target(resource).filter(|target| target.kind == "AWS::DynamoDB::Table");
        let text = resource.to_string();
        if let Some(table) = table
            && !text.contains("StreamArn")
            && !text.contains("/stream/")
        {
            let text = format!(
                "a statement is about the stream of `{0}`, but names the table: take `{0}.StreamArn`",
                table.id
            );
            findings.error(owner.id, text);
        }
    }
}
