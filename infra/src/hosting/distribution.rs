//! What the two CloudFront distributions, the site's and the public files', have in common.

use cfn::cloudfront::{Distribution, DistributionLogging, OriginAccessControl, OriginAccessControlConfig};
use cfn::s3::Bucket;
use cfn::{Given, Handle, Value, if_, no_value, pseudo, select, split, sub};

use super::Choices;

/// Has CloudFront sign what it asks of a bucket, so that the bucket can refuse everyone else.
pub(crate) fn access_control(name: &str) -> OriginAccessControl<Given> {
    OriginAccessControl::new().origin_access_control_config(
        OriginAccessControlConfig::new()
            .name(unique_name(name))
            .description(sub!("{} of {}", name, pseudo::stack_name()))
            .origin_access_control_origin_type("s3")
            .signing_behavior("always")
            .signing_protocol("sigv4"),
    )
}

/// A name that no other stack of the account has, in any region: CloudFront's names are the account's.
pub(crate) fn unique_name(name: &str) -> Value<String> {
    // arn:aws:cloudformation:eu-west-1:123456789012:stack/parlor/ddb64a70-…
    sub!("{}-{}", name, select(2, split("/", pseudo::stack_id())))
}

/// Access logs, if they are kept. `prefix` ends with a slash.
pub(crate) fn logging(choices: &Choices, logs: &Handle<Bucket>, prefix: &str) -> Value<DistributionLogging> {
    let logging = DistributionLogging::new().bucket(logs).prefix(prefix).include_cookies(false);
    if_(&choices.keeps_access_logs, logging, no_value())
}

/// The distribution's ARN, which it has no attribute for.
pub(crate) fn arn(distribution: &Handle<Distribution>) -> Value<String> {
    sub!(
        "arn:{}:cloudfront::{}:distribution/{}",
        pseudo::partition(),
        pseudo::account_id(),
        distribution.distribution_id()
    )
}
