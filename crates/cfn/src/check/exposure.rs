//! Data that anyone may read, and data that is stored as it is.

use serde_json::Value as Json;

use super::policies::{list, statements};
use super::problem::{Findings, Judgement, quoted};
use super::view::{Resource, View, mentioned};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for bucket in view.of("AWS::S3::Bucket") {
        public_bucket(view, bucket, findings);
    }
    for policy in view.of("AWS::S3::BucketPolicy") {
        other_bucket(view, policy, findings);
    }
    for (kind, path) in RESOURCE_POLICIES {
        for resource in view.of(kind) {
            for statement in statements(resource.get(path)) {
                anyone(resource, statement, findings);
            }
        }
    }
    for (kind, path, is_by_default) in ENCRYPTION {
        for store in view.of(kind) {
            encryption(view, store, path, *is_by_default, findings);
        }
    }
}

/// Policies that say who may reach a thing: its type, and where the policy is.
const RESOURCE_POLICIES: [(&str, &str); 6] = [
    ("AWS::S3::BucketPolicy", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("AWS::KMS::Key", "KeyPolicy"),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ("AWS::DynamoDB::Table", "ResourcePolicy"),
];

/// Stores: their type, the property that encrypts, and whether AWS encrypts without it.
const ENCRYPTION: &[(&str, &str, bool)] = &[
    ("AWS::S3::Bucket", "BucketEncryption", true),
    ("AWS::DynamoDB::Table", "SSESpecification.SSEEnabled", true),
    ("AWS::SQS::Queue", "SqsManagedSseEnabled", true),
    ("AWS::AppSync::ApiCache", "AtRestEncryptionEnabled", false),
    ("AWS::AppSync::ApiCache", "TransitEncryptionEnabled", false),
    ("AWS::EFS::FileSystem", "Encrypted", false),
    ("AWS::RDS::DBInstance", "StorageEncrypted", false),
    ("AWS::RDS::DBCluster", "StorageEncrypted", false),
    ("AWS::Kinesis::Stream", "StreamEncryption", false),
    ("AWS::EC2::Volume", "Encrypted", false),
    ("AWS::Redshift::Cluster", "Encrypted", false),
    ("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions.Enabled", false),
];

fn public_bucket(view: &View<'_>, bucket: Resource<'_>, findings: &mut Findings<'_>) {
    for access in view.values(bucket, "AccessControl") {
        if access.as_str().is_some_and(|name| name.starts_with("Public") || name == "AuthenticatedRead") {
            let text =
                format!("`AccessControl` is {}: anyone reads the bucket; make it `Private`", quoted(access));
            findings.judge(bucket, Judgement::Public, text);
        }
    }
    let block = bucket.get("PublicAccessBlockConfiguration");
    if block.is_null() {
        let text = "nothing says that it is not public: set all four of `PublicAccessBlockConfiguration`";
        return findings.judge(bucket, Judgement::Public, text);
    }
    if block.get("Fn::If").is_some() {
        return;
    }
    for name in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        let is_off = match &block[name] {
            Json::Null | Json::Bool(false) => true,
            Json::String(text) => text != "true",
            _ => false,
        };
        if is_off {
            let text = format!(
                "`PublicAccessBlockConfiguration.{name}` is {}: set it to `true`",
                quoted(&block[name])
            );
            findings.judge(bucket, Judgement::Public, text);
        }
    }
}

fn anyone(resource: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    let principal = &statement["Principal"];
    let is_anyone = principal == "*" || list(&principal["AWS"]).into_iter().any(|id| id == "*");
    if statement["Effect"] == "Allow" && is_anyone && statement["Condition"].is_null() {
        let action = list(&statement["Action"]).first().map_or_else(String::new, |action| quoted(action));
        let text =
            format!("its policy lets anyone do {action} (`Principal: *`): name who may, or add a condition");
        findings.judge(resource, Judgement::Public, text);
    }
}

fn other_bucket(view: &View<'_>, policy: Resource<'_>, findings: &mut Findings<'_>) {
    let bucket = policy.get("Bucket");
    let mut buckets = mentioned(bucket);
    buckets.retain(|id| view.named(id).is_some());
    for statement in statements(policy.get("PolicyDocument")) {
        for resource in list(&statement["Resource"]) {
            let ids = mentioned(resource);
            let other = ids.iter().find(|id| {
                view.named(id).is_some_and(|named| named.kind == "AWS::S3::Bucket") && !buckets.contains(*id)
            });
            let literal = match (bucket.as_str(), resource.as_str().and_then(bucket_of)) {
                (Some(own), Some(named)) if own != named => Some(named),
                _ => None,
            };
            let of = buckets.first().copied().or(bucket.as_str()).unwrap_or("another");
            if let Some(other) = other.copied().or(literal) {
                findings.error(
                    policy.id,
                    format!("it is the policy of `{of}`, but a statement is about `{other}`: S3 refuses it; name `{of}`"),
                );
            }
        }
    }
}

/// The bucket's name in an ARN such as `arn:aws:s3:::photos/*`.
fn bucket_of(arn: &str) -> Option<&str> {
    let (_, rest) = arn.strip_prefix("arn:")?.split_once(":s3:::")?;
    rest.split('/').next().filter(|name| !name.contains('*'))
}

fn encryption(
    view: &View<'_>,
    store: Resource<'_>,
    path: &str,
    is_by_default: bool,
    findings: &mut Findings<'_>,
) {
    if !store.get("KmsMasterKeyId").is_null() {
        return;
    }
    let values = view.values(store, path);
    let off = values.iter().find(|value| **value == false || **value == "false");
    if off.is_some() || values.is_empty() && !is_by_default {
        let text = format!("it is not encrypted at rest: set `{path}`");
        findings.judge(store, Judgement::Unencrypted, text);
    } else if values.is_empty() && store.kind == "AWS::S3::Bucket" {
        findings.note(
            store.id,
            format!("`{path}` is not set: S3 encrypts with its own key; saying so keeps it in the review"),
        );
    }
}
