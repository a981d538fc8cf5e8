//! The bucket that holds what people upload.

use cfn::s3::{
    AbortIncompleteMultipartUpload, AllowedMethod, Bucket, BucketEncryption, BucketPolicy, CorsConfiguration,
    CorsRule, LifecycleConfiguration, NoncurrentVersionExpiration, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, Rule, RuleStatus, SSEAlgorithm,
    ServerSideEncryptionByDefault, ServerSideEncryptionRule, VersioningConfiguration,
    VersioningConfigurationStatus,
};
use cfn::{Action, Compare, Handle, PolicyDocument, Principal, Statement, Template, prelude::*};

use crate::parameters::Parameters;

/// Handle to the bucket.
pub(crate) struct Files {
    pub(crate) uploads: Handle<Bucket>,
}

pub(crate) fn add(t: &mut Template, parameters: &Parameters) -> Files {
    let uploads = t.add(
        "UploadsBucket",
        Bucket::new()
            .public_access_block_configuration(
                PublicAccessBlockConfiguration::new()
                    .block_public_acls(true)
                    .block_public_policy(true)
                    .ignore_public_acls(true)
                    .restrict_public_buckets(true),
            )
            .ownership_controls(
                OwnershipControls::new().rules([
                    OwnershipControlsRule::new().object_ownership(ObjectOwnership::BucketOwnerEnforced)
                ]),
            )
            .bucket_encryption(BucketEncryption::new().server_side_encryption_configuration([
                ServerSideEncryptionRule::new().server_side_encryption_by_default(
                    ServerSideEncryptionByDefault::new().sse_algorithm(SSEAlgorithm::Aes256),
                ),
            ]))
            .versioning_configuration(
                VersioningConfiguration::new().status(VersioningConfigurationStatus::Enabled),
            )
            .cors_configuration(
                CorsConfiguration::new().cors_rules([CorsRule::new()
                    .allowed_origins(&parameters.allowed_origins)
                    .allowed_methods([
                        AllowedMethod::Get,
                        AllowedMethod::Head,
                        AllowedMethod::Put,
                        AllowedMethod::Post,
                        AllowedMethod::Delete,
                    ])
                    .allowed_headers(["*"])
                    .exposed_headers(["ETag", "x-amz-version-id"])
                    .max_age(3000)]),
            )
            .lifecycle_configuration(LifecycleConfiguration::new().rules(cfn::list![
                        Rule::new()
                            .id("AbortIncompleteUploads")
                            .status(RuleStatus::Enabled)
                            .abort_incomplete_multipart_upload(
                                AbortIncompleteMultipartUpload::new().days_after_initiation(1),
                            ),
                        Rule::new()
                            .id("ExpireOldVersions")
                            .status(RuleStatus::Enabled)
                            .noncurrent_version_expiration(
                                NoncurrentVersionExpiration::new().noncurrent_days(30),
                            ),
                    ]))
            .accept_checkov(
                "CKV_AWS_18",
                "Reached by short-lived links and the pool's roles alone; CloudTrail can log data events.",
            )
            .retain(),
    );
    t.add(
        "UploadsBucketPolicy",
        BucketPolicy::new().bucket(&uploads).policy_document(PolicyDocument::new([Statement::deny([
            Action::pattern("s3:*"),
        ])
        .sid("DenyPlainHttp")
        .principal(Principal::anyone())
        .on([uploads.arn(), uploads.objects("*")])
        .when(Compare::Bool, "aws:SecureTransport", ["false"])])),
    );
    Files { uploads }
}
