//! The site's own domain: its certificate, and the records that lead to CloudFront.

use cfn::certificatemanager::{Certificate, DomainValidationOption};
use cfn::cloudfront::Distribution;
use cfn::route53::{AliasTarget, RecordSet};
use cfn::{Handle, Template, prelude::*};

use super::Choices;

/// The zone of every CloudFront distribution.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html>
const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";

/// A certificate that proves itself by a record in the zone; CloudFormation waits for it.
pub(super) fn certificate(t: &mut Template, choices: &Choices) -> Handle<Certificate> {
    t.add(
        "SiteCertificate",
        Certificate::new()
            .domain_name(&choices.domain_name)
            .validation_method("DNS")
            .domain_validation_options([DomainValidationOption::new()
                .domain_name(&choices.domain_name)
                .hosted_zone_id(&choices.hosted_zone_id)])
            .condition(&choices.makes_certificate),
    )
}

/// The records of IPv4 and IPv6.
pub(super) fn point_to(t: &mut Template, choices: &Choices, distribution: &Handle<Distribution>) {
    for (id, kind) in [("SiteRecord", "A"), ("SiteRecordIpv6", "AAAA")] {
        t.add(
            id,
            RecordSet::new()
                .name(&choices.domain_name)
                .type_(kind)
                .hosted_zone_id(choices.hosted_zone_id.value().cast())
                .alias_target(
                    AliasTarget::new().dns_name(distribution.domain_name()).hosted_zone_id(CLOUDFRONT_ZONE),
                )
                .condition(&choices.has_zone),
        );
    }
}
