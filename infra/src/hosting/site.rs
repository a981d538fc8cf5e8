//! The site on S3 behind CloudFront: `web/dist` goes into the bucket as it is, `config.json` beside it.

use cfn::cloudfront::{
    CacheBehavior, CachePolicy, CachePolicyConfig, CookiesConfig, CustomErrorResponse, DefaultCacheBehavior,
    Distribution, DistributionConfig, HeadersConfig, HttpVersion, MinimumProtocolVersion, Origin,
    ParametersInCacheKeyAndForwardedToOrigin, PriceClass, QueryStringsConfig, S3OriginConfig,
    SslSupportMethod, ViewerCertificate, ViewerProtocolPolicy,
};
use cfn::link::WAFv2WebACLArn;
use cfn::s3::{Bucket, BucketPolicy, LifecycleConfiguration, ObjectOwnership, Rule, RuleStatus};
use cfn::{Compare, no_value};
use cfn::{
    Given, Handle, PolicyDocument, Principal, Statement, Template, Value, actions, if_, prelude::*, pseudo,
};

use super::{Choices, access_control, arn, domain, headers, logging, unique_name};
use crate::buckets;

/// AWS's own cache policy `CachingOptimized`: a day, or as long as the object's `Cache-Control` says, at most a
/// year. <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html>
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/// Whatever has no hash in its name is asked for again after a minute, so that a deployment whose invalidation
/// was forgotten shows all the same.
const SHORT_TTL_S: i32 = 60;

pub(super) fn add(
    t: &mut Template,
    choices: &Choices,
    short_cache: &Handle<CachePolicy>,
    logs: &Handle<Bucket>,
    firewall: &Value<WAFv2WebACLArn>,
) -> (Handle<Bucket>, Handle<Distribution>) {
    let condition = &choices.is_on_cloudfront;
    let bucket = t.add(
        "SiteBucket",
        buckets::private()
            .lifecycle_configuration(buckets::tidy())
            .accept_checkov(
                "CKV_AWS_18",
                "CloudFront alone reads it; the parameter AccessLogs keeps its logs.",
            )
            .accept_guard("CT.S3.PR.2", "CloudFront alone reads it; the parameter AccessLogs keeps its logs.")
            .accept_guard("CT.S3.PR.4", "Nothing waits for a new version of the site.")
            .accept_guard(
                "CT.S3.PR.9",
                "The next deployment replaces what is there; old versions stay a while.",
            )
            .accept_guard("CT.S3.PR.10", "What is in it is public by way of CloudFront.")
            .condition(condition)
            .retain(),
    );
    let access_control = t.add("SiteAccessControl", access_control("SiteAccessControl").condition(condition));
    let pages =
        t.add("PageHeaders", headers::policy(choices, "PageHeaders", Some("no-cache")).condition(condition));
    // These say themselves how long they last: a header from here would be on an answer of 404, too.
    let assets = t.add("AssetHeaders", headers::policy(choices, "AssetHeaders", None).condition(condition));
    let certificate = domain::certificate(t, choices);

    let config = DistributionConfig::new()
        .enabled(true)
        .comment(pseudo::stack_name())
        .http_version(HttpVersion::Http2and3)
        .ipv6_enabled(true)
        .price_class(PriceClass::PriceClassAll)
        .default_root_object("index.html")
        .origins([Origin::new()
            .id("Site")
            .domain_name(&bucket)
            .origin_access_control_id(&access_control)
            // Required even where nothing of it is used.
            .s3_origin_config(S3OriginConfig::new().origin_access_identity(""))])
        .default_cache_behavior(
            DefaultCacheBehavior::new()
                .target_origin_id("Site")
                .viewer_protocol_policy(ViewerProtocolPolicy::RedirectToHttps)
                .allowed_methods(["GET", "HEAD", "OPTIONS"])
                .compress(true)
                .cache_policy_id(short_cache)
                .response_headers_policy_id(&pages),
        )
        .cache_behaviors([CacheBehavior::new()
            .path_pattern("/assets/*")
            .target_origin_id("Site")
            .viewer_protocol_policy("redirect-to-https")
            .allowed_methods(["GET", "HEAD", "OPTIONS"])
            .compress(true)
            .cache_policy_id(CACHING_OPTIMIZED)
            .response_headers_policy_id(&assets)])
        // A page's address is the page's own affair. What S3 does not have is 404, as CloudFront may list the
        // bucket; 403 stays what it is, for it comes from the firewall.
        .custom_error_responses([CustomErrorResponse::new()
            .error_code(404)
            .response_code(200)
            .response_page_path("/index.html")
            .error_caching_min_ttl(0)])
        .aliases(if_(&choices.has_domain, [&choices.domain_name], no_value()))
        .viewer_certificate(if_(
            &choices.has_domain,
            ViewerCertificate::new()
                .acm_certificate_arn(if_(
                    &choices.makes_certificate,
                    certificate.certificate_arn(),
                    &choices.certificate_arn,
                ))
                .ssl_support_method(SslSupportMethod::SniOnly)
                .minimum_protocol_version(MinimumProtocolVersion::TLSv1_2_2021),
            ViewerCertificate::new().cloud_front_default_certificate(true),
        ))
        .logging(logging(choices, logs, "site/"))
        .web_acl_id(firewall);
    let distribution = t.add(
        "SiteDistribution",
        accepted(Distribution::new().distribution_config(config))
            .accept_cfn_lint("W1030", "A rule of the template asks for the certificate where it is used.")
            .condition(condition),
    );
    t.add("SiteBucketPolicy", policy(&bucket, &distribution).condition(condition));
    (bucket, distribution)
}

/// Findings that hold for both distributions.
pub(crate) fn accepted(distribution: Distribution<Given>) -> Distribution<Given> {
    distribution
        .accept_checkov("CKV_AWS_68", "The parameters Waf and WebAclArn put a firewall before it.")
        .accept_checkov("CKV2_AWS_47", "The firewall of the parameter Waf has the rules against Log4j.")
        .accept_checkov("CKV_AWS_86", "The parameter AccessLogs keeps its logs.")
        .accept_checkov(
            "CKV_AWS_174",
            "TLS 1.2 with a domain; CloudFront's own certificate takes no minimum.",
        )
        .accept_checkov("CKV_AWS_310", "One bucket in one region: there is no second to fail over to.")
        .accept_checkov("CKV_AWS_374", "People anywhere may use it.")
        .accept_guard("CT.CLOUDFRONT.PR.4", "One bucket in one region: there is no second to fail over to.")
        .accept_guard("CT.CLOUDFRONT.PR.5", "The parameter AccessLogs keeps its logs.")
        .accept_guard(
            "CT.CLOUDFRONT.PR.6",
            "With a domain it has a certificate; its own name has CloudFront's.",
        )
        .accept_guard("CT.CLOUDFRONT.PR.7", "With a domain, by SNI alone; its own name has CloudFront's.")
        .accept_guard(
            "CT.CLOUDFRONT.PR.9",
            "TLS 1.2 with a domain; CloudFront's own certificate takes no minimum.",
        )
}

/// The cache of whatever may change under its name.
pub(super) fn short_cache(t: &mut Template, choices: &Choices) -> Handle<CachePolicy> {
    let policy = CachePolicy::new().cache_policy_config(
        CachePolicyConfig::new()
            .name(unique_name("ShortCache"))
            .min_ttl(0)
            .default_ttl(SHORT_TTL_S)
            .max_ttl(SHORT_TTL_S)
            .parameters_in_cache_key_and_forwarded_to_origin(
                ParametersInCacheKeyAndForwardedToOrigin::new()
                    .enable_accept_encoding_brotli(true)
                    .enable_accept_encoding_gzip(true)
                    .cookies_config(CookiesConfig::new().cookie_behavior("none"))
                    .headers_config(HeadersConfig::new().header_behavior("none"))
                    .query_strings_config(QueryStringsConfig::new().query_string_behavior("none")),
            ),
    );
    t.add("ShortCache", policy.condition(&choices.uses_cloudfront))
}

fn policy(bucket: &Handle<Bucket>, distribution: &Handle<Distribution>) -> BucketPolicy<Given, Given> {
    let for_distribution = |statement: Statement| {
        statement.principal(Principal::service("cloudfront.amazonaws.com")).when(
            Compare::StringEquals,
            "AWS:SourceArn",
            [arn(distribution)],
        )
    };
    BucketPolicy::new()
        .bucket(bucket)
        .policy_document(PolicyDocument::new([
            buckets::deny_plain_http(bucket),
            for_distribution(Statement::allow(actions!["s3:GetObject"]).on([bucket.objects("*")])),
            for_distribution(Statement::allow(actions!["s3:ListBucket"]).on([bucket.arn()])),
        ]))
        .accept_guard("CT.S3.PR.8", "It does: cfn-guard does not read `Fn::Sub`.")
}

/// The bucket for the access logs of both distributions.
pub(super) fn logs(t: &mut Template, choices: &Choices) -> Handle<Bucket> {
    let expire = Rule::new().id("ExpireLogs").status(RuleStatus::Enabled).expiration_in_days(90);
    let bucket = t.add(
        "AccessLogsBucket",
        // CloudFront writes by an access list.
        buckets::owned(ObjectOwnership::BucketOwnerPreferred)
            .lifecycle_configuration(LifecycleConfiguration::new().rules([expire]))
            .accept_checkov("CKV_AWS_18", "It holds the logs; they have none of their own.")
            .accept_checkov("CKV_AWS_21", "Logs are written once, and go after 90 days.")
            .accept(cfn::Judgement::NotRestorable, "Logs are written once, and go after 90 days.")
            .accept_guard("CT.S3.PR.2", "It holds the logs; they have none of their own.")
            .accept_guard("CT.S3.PR.4", "Nobody waits for a log.")
            .accept_guard("CT.S3.PR.9", "They hold addresses of people, and have to go after 90 days.")
            .accept_guard(
                "CT.S3.PR.10",
                "CloudFront delivers no logs to a bucket under a key of AWS's KMS alone.",
            )
            .accept_guard("CT.S3.PR.11", "Logs are written once, and go after 90 days.")
            .condition(&choices.keeps_access_logs)
            .retain(),
    );
    t.add(
        "AccessLogsBucketPolicy",
        BucketPolicy::new()
            .bucket(&bucket)
            .policy_document(PolicyDocument::new([buckets::deny_plain_http(&bucket)]))
            .accept_guard("CT.S3.PR.8", "It does: cfn-guard does not read `Fn::Sub`.")
            .condition(&choices.keeps_access_logs),
    );
    bucket
}
