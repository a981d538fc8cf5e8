//! The bucket that holds what people upload.

use cfn::s3::{AllowedMethod, Bucket, BucketPolicy, CorsConfiguration, CorsRule};
use cfn::{Given, Handle, List, PolicyDocument, Template, Value, if_, list, no_value, prelude::*};

use crate::buckets;
use crate::hosting::Hosting;
use crate::parameters::Parameters;
use crate::public_files::{self, PublicFiles};

/// Handle to the bucket.
pub(crate) struct Files {
    pub(crate) uploads: Handle<Bucket>,
    pub(crate) public: PublicFiles,
}

pub(crate) fn add(t: &mut Template, parameters: &Parameters, hosting: &Hosting) -> Files {
    let site = if_(hosting.has_site(), cors([hosting.origin()]), no_value());
    let uploads = t.add(
        "UploadsBucket",
        buckets::private()
            .cors_configuration(
                CorsConfiguration::new().cors_rules(list![cors(&parameters.allowed_origins), site]),
            )
            .lifecycle_configuration(buckets::tidy())
            .accept_checkov(
                "CKV_AWS_18",
                "Reached by short-lived links and the pool's roles alone; CloudTrail can log data events.",
            )
            .accept_guard("CT.S3.PR.2", "CloudTrail can log data events; links and roles live shortly.")
            .accept_guard("CT.S3.PR.4", "Nothing has to know of an upload before its message is sent.")
            .accept_guard("CT.S3.PR.9", "People may delete what they sent; old versions stay for 30 days.")
            .accept_guard(
                "CT.S3.PR.10",
                "Encrypted with S3's key; a key of one's own is paid for with every call.",
            )
            .retain(),
    );
    let public = public_files::add(t, hosting, &uploads);
    let alone = [buckets::deny_plain_http(&uploads)];
    let and_public = [buckets::deny_plain_http(&uploads), public_files::allow_reading(&public, &uploads)];
    t.add(
        "UploadsBucketPolicy",
        BucketPolicy::new()
            .bucket(&uploads)
            .policy_document(if_(
                &public.are_served,
                PolicyDocument::new(and_public),
                PolicyDocument::new(alone),
            ))
            .accept_guard("CT.S3.PR.8", "It does: cfn-guard does not read `Fn::Sub`."),
    );
    Files { uploads, public }
}

fn cors(origins: impl Into<Value<List<String>>>) -> CorsRule<Given, Given> {
    CorsRule::new()
        .allowed_origins(origins)
        .allowed_methods([
            AllowedMethod::Get,
            AllowedMethod::Head,
            AllowedMethod::Put,
            AllowedMethod::Post,
            AllowedMethod::Delete,
        ])
        .allowed_headers(["*"])
        .exposed_headers(["ETag", "x-amz-version-id"])
        .max_age(3000)
}
