//! Data that anyone may read, and data that is stored as it is.

use serde_json::Value as Json;

use super::policies::{list, statements};
use super::problem::{Findings, Judgement, quoted};
use super::view::{Resource, View, entries, keys, mentioned};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for bucket in view.of("AWS::S3::Bucket") {
        public_bucket(view, bucket, findings);
        plain_http(view, bucket, findings);
        cors(bucket, findings);
        versions(view, bucket, findings);
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

/// S3 answers on plain HTTP too, unless the bucket's policy refuses it.
fn plain_http(view: &View<'_>, bucket: Resource<'_>, findings: &mut Findings<'_>) {
    let own = view.of("AWS::S3::BucketPolicy").filter(|policy| {
        let named = policy.get("Bucket");
        mentioned(named).contains(bucket.id)
            || !named.is_null() && !bucket.get("BucketName").is_null() && named == bucket.get("BucketName")
    });
    let is_refused = own.flat_map(|policy| statements(policy.get("PolicyDocument"))).any(|statement| {
        let secure = &statement["Condition"]["Bool"]["aws:SecureTransport"];
        statement["Effect"] == "Deny"
            && (*secure == "false" || *secure == false)
            && (statement["Principal"] == "*" || statement["Principal"]["AWS"] == "*")
            && list(&statement["Action"]).iter().any(|action| **action == "s3:*" || **action == "*")
    });
    if !is_refused {
        let text = "it answers on plain HTTP: add an `AWS::S3::BucketPolicy` that denies `s3:*` to anyone where \
                    `aws:SecureTransport` is `false`";
        findings.judge(bucket, Judgement::PlainHttp, text);
    }
}

/// S3 takes the first rule that fits: one like it never counts.
fn cors(bucket: Resource<'_>, findings: &mut Findings<'_>) {
    let rules: Vec<&Json> = bucket.items("CorsConfiguration.CorsRules").collect();
    for (at, rule) in rules.iter().enumerate() {
        let alike = |other: &&Json| {
            ["AllowedOrigins", "AllowedMethods"].iter().all(|name| other[*name] == rule[*name])
        };
        if let Some(first) = rules[..at].iter().position(alike) {
            let text = format!(
                "its CORS rule {} is for the origins and methods of rule {}, which counts alone: remove one",
                at + 1,
                first + 1
            );
            findings.error(bucket.id, text);
        }
        let writes = list(&rule["AllowedMethods"]).iter().any(|verb| **verb != "GET" && **verb != "HEAD");
        if writes && list(&rule["AllowedOrigins"]).iter().any(|origin| **origin == "*") {
            let text = "pages of any origin may write to it (`AllowedOrigins: *`): name your origins";
            findings.judge(bucket, Judgement::Public, text);
        }
    }
}

fn versions(view: &View<'_>, bucket: Resource<'_>, findings: &mut Findings<'_>) {
    let path = "VersioningConfiguration.Status";
    if !view.values(bucket, path).iter().any(|status| **status != "Suspended") {
        let text = format!("what is deleted or overwritten in it is lost: set `{path}` to `Enabled`");
        findings.judge(bucket, Judgement::NotRestorable, text);
    }
}

fn anyone(resource: Resource<'_>, statement: &Json, findings: &mut Findings<'_>) {
    let principal = &statement["Principal"];
    let is_anyone = principal == "*" || list(&principal["AWS"]).into_iter().any(|id| id == "*");
    // That a request is encrypted, or is not, says nothing about who makes it.
    let is_bound = entries(&statement["Condition"])
        .any(|(_, compared)| keys(compared).any(|key| key != "aws:SecureTransport"));
    if statement["Effect"] == "Allow" && is_anyone && !is_bound {
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
