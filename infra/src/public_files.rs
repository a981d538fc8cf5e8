//! The files under `public/`, for everyone, from a CloudFront domain of their own.
//!
//! Of their own, because people upload what they like: on the site's domain, their HTML would be the site's. All
//! other files stay behind links that are signed after a check of membership.

use cfn::cloudfront::{
    AccessControlAllowHeaders, AccessControlAllowMethods, AccessControlAllowOrigins, ContentSecurityPolicy,
    ContentTypeOptions, CorsConfig, CustomHeader, CustomHeadersConfig, DefaultCacheBehavior, Distribution,
    DistributionConfig, HttpVersion, Item, Origin, ResponseHeadersPolicy, ResponseHeadersPolicyConfig,
    S3OriginConfig, SecurityHeadersConfig, StrictTransportSecurity, ViewerCertificate, ViewerProtocolPolicy,
};
use cfn::s3::Bucket;
use cfn::{
    Compare, ConditionHandle, Given, Handle, Principal, Statement, Template, actions, prelude::*, pseudo, sub,
};

use crate::hosting::{Hosting, accepted, access_control, arn, logging, unique_name};

/// Handles to the distribution.
pub(crate) struct PublicFiles {
    pub(crate) distribution: Handle<Distribution>,
    /// Whether everyone reads them; otherwise there is no distribution.
    pub(crate) are_served: ConditionHandle,
}

pub(crate) fn add(t: &mut Template, hosting: &Hosting, uploads: &Handle<Bucket>) -> PublicFiles {
    let condition = &hosting.choices.serves_public_files;
    let access_control =
        t.add("FilesAccessControl", access_control("FilesAccessControl").condition(condition));
    let headers = t.add("FilesHeaders", headers().condition(condition));
    let config = DistributionConfig::new()
        .enabled(true)
        .comment(sub!("{}: public files", pseudo::stack_name()))
        .http_version(HttpVersion::Http2and3)
        .ipv6_enabled(true)
        .origins([Origin::new()
            .id("Uploads")
            .domain_name(uploads)
            .origin_access_control_id(&access_control)
            .s3_origin_config(S3OriginConfig::new().origin_access_identity(""))])
        .default_cache_behavior(
            DefaultCacheBehavior::new()
                .target_origin_id("Uploads")
                .viewer_protocol_policy(ViewerProtocolPolicy::RedirectToHttps)
                .allowed_methods(["GET", "HEAD", "OPTIONS"])
                .compress(true)
                .cache_policy_id(&hosting.short_cache)
                .response_headers_policy_id(&headers),
        )
        .viewer_certificate(ViewerCertificate::new().cloud_front_default_certificate(true))
        .logging(logging(&hosting.choices, &hosting.logs, "files/"))
        .web_acl_id(&hosting.firewall);
    let distribution = t.add(
        "FilesDistribution",
        accepted(Distribution::new().distribution_config(config))
            .accept_checkov("CKV_AWS_305", "It serves single files, no pages.")
            .accept_guard("CT.CLOUDFRONT.PR.1", "It serves single files, no pages.")
            .condition(condition),
    );
    PublicFiles { distribution, are_served: condition.clone() }
}

/// Lets the distribution read what is public, and nothing else.
pub(crate) fn allow_reading(files: &PublicFiles, uploads: &Handle<Bucket>) -> Statement {
    Statement::allow(actions!["s3:GetObject"])
        .principal(Principal::service("cloudfront.amazonaws.com"))
        .on([uploads.objects("public/*")])
        .when(Compare::StringEquals, "AWS:SourceArn", [arn(&files.distribution)])
}

/// A file is only ever looked at: whatever is in it, it runs nothing and knows nobody. Any page may show it.
fn headers() -> ResponseHeadersPolicy<Given> {
    let security = SecurityHeadersConfig::new()
        .content_security_policy(
            ContentSecurityPolicy::new()
                .content_security_policy("default-src 'none'; sandbox; frame-ancestors 'none'")
                .override_(true),
        )
        .content_type_options(ContentTypeOptions::new().override_(true))
        .strict_transport_security(
            StrictTransportSecurity::new().access_control_max_age_sec(31_536_000).override_(true),
        );
    let cors = CorsConfig::new()
        .access_control_allow_credentials(false)
        .access_control_allow_headers(AccessControlAllowHeaders::new().items(["*"]))
        .access_control_allow_methods(AccessControlAllowMethods::new().items([Item::Get, Item::Head]))
        .access_control_allow_origins(AccessControlAllowOrigins::new().items(["*"]))
        .origin_override(true);
    let any_page =
        CustomHeader::new().header("Cross-Origin-Resource-Policy").value("cross-origin").override_(true);
    ResponseHeadersPolicy::new().response_headers_policy_config(
        ResponseHeadersPolicyConfig::new()
            .name(unique_name("FilesHeaders"))
            .comment(sub!("FilesHeaders of {}", pseudo::stack_name()))
            .security_headers_config(security)
            .cors_config(cors)
            .custom_headers_config(CustomHeadersConfig::new().items([any_page])),
    )
}
