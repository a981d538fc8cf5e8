//! What every bucket has in common: private, encrypted, versioned, reached by HTTPS alone.

use cfn::s3::{
    AbortIncompleteMultipartUpload, Bucket, BucketEncryption, LifecycleConfiguration,
    NoncurrentVersionExpiration, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, Rule, RuleStatus, SSEAlgorithm, ServerSideEncryptionByDefault,
    ServerSideEncryptionRule, VersioningConfiguration, VersioningConfigurationStatus,
};
use cfn::{Action, Compare, Handle, Principal, Statement};

/// A bucket with versions, which nobody can make public, and where access lists count for nothing.
pub(crate) fn private() -> Bucket {
    owned(ObjectOwnership::BucketOwnerEnforced).versioning_configuration(
        VersioningConfiguration::new().status(VersioningConfigurationStatus::Enabled),
    )
}

/// A bucket that nobody can make public, encrypted with S3's own key.
pub(crate) fn owned(ownership: ObjectOwnership) -> Bucket {
    Bucket::new()
        .public_access_block_configuration(
            PublicAccessBlockConfiguration::new()
                .block_public_acls(true)
                .block_public_policy(true)
                .ignore_public_acls(true)
                .restrict_public_buckets(true),
        )
        .ownership_controls(
            OwnershipControls::new().rules([OwnershipControlsRule::new().object_ownership(ownership)]),
        )
        .bucket_encryption(BucketEncryption::new().server_side_encryption_configuration([
            ServerSideEncryptionRule::new().server_side_encryption_by_default(
                ServerSideEncryptionByDefault::new().sse_algorithm(SSEAlgorithm::Aes256),
            ),
        ]))
}

/// Uploads that were never finished go after a day, replaced versions after a month.
pub(crate) fn tidy() -> LifecycleConfiguration<cfn::Given> {
    LifecycleConfiguration::new().rules(cfn::list![
        Rule::new()
            .id("AbortIncompleteUploads")
            .status(RuleStatus::Enabled)
            .abort_incomplete_multipart_upload(
                AbortIncompleteMultipartUpload::new().days_after_initiation(1)
            ),
        Rule::new()
            .id("ExpireOldVersions")
            .status(RuleStatus::Enabled)
            .noncurrent_version_expiration(NoncurrentVersionExpiration::new().noncurrent_days(30)),
    ])
}

/// The statement of a bucket's policy that refuses plain HTTP.
pub(crate) fn deny_plain_http(bucket: &Handle<Bucket>) -> Statement {
    Statement::deny([Action::pattern("s3:*")])
        .sid("DenyPlainHttp")
        .principal(Principal::anyone())
        .on([bucket.arn(), bucket.objects("*")])
        .when(Compare::Bool, "aws:SecureTransport", ["false"])
}
