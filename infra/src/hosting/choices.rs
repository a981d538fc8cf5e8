//! What whoever deploys may choose about the site, and what contradicts itself.

use cfn::condition::{and, equals, not, or};
use cfn::{ConditionHandle, Literal, Parameter, ParameterHandle, Rule, Template, Test, pseudo};
use serde_json::Value as Json;

/// Handles to the parameters and conditions.
pub(crate) struct Choices {
    pub(crate) domain_name: ParameterHandle<String>,
    pub(crate) certificate_arn: ParameterHandle<String>,
    pub(crate) hosted_zone_id: ParameterHandle<String>,
    pub(crate) web_acl_arn: ParameterHandle<String>,
    pub(crate) repository_url: ParameterHandle<String>,
    pub(crate) repository_token: ParameterHandle<String>,
    pub(crate) repository_branch: ParameterHandle<String>,
    pub(crate) has_site: ConditionHandle,
    pub(crate) is_on_cloudfront: ConditionHandle,
    pub(crate) is_on_amplify: ConditionHandle,
    pub(crate) has_domain: ConditionHandle,
    pub(crate) has_amplify_domain: ConditionHandle,
    pub(crate) has_zone: ConditionHandle,
    pub(crate) makes_certificate: ConditionHandle,
    /// For the site, the public files, or both.
    pub(crate) uses_cloudfront: ConditionHandle,
    pub(crate) keeps_access_logs: ConditionHandle,
    pub(crate) serves_public_files: ConditionHandle,
    pub(crate) has_waf: ConditionHandle,
    pub(crate) has_web_acl_arn: ConditionHandle,
    pub(crate) makes_site_acl: ConditionHandle,
}

/// Who serves the front end.
#[derive(Clone, Copy)]
enum Kind {
    None,
    Cloudfront,
    Amplify,
}

impl Literal for Kind {
    fn to_json(&self) -> Json {
        Json::from(match self {
            Self::None => "none",
            Self::Cloudfront => "cloudfront",
            Self::Amplify => "amplify",
        })
    }
}

/// Who reads the files under `public/`.
#[derive(Clone, Copy)]
enum Readers {
    SignedIn,
    Everyone,
}

impl Literal for Readers {
    fn to_json(&self) -> Json {
        Json::from(match self {
            Self::SignedIn => "signed-in",
            Self::Everyone => "everyone",
        })
    }
}

/// The headings under which the console shows the parameters.
const SITE: &str = "Front end";
const AMPLIFY: &str = "Front end by Amplify";
const PROTECTION: &str = "Protection";

/// What a text is that may be left empty, for the console: what for, and which.
struct Takes<'a> {
    group: &'a str,
    label: &'a str,
    description: &'a str,
    pattern: &'a str,
    constraint: &'a str,
}

/// CloudFront takes certificates and firewalls from this region alone.
fn is_in_cloudfronts_region() -> Test {
    equals(pseudo::region(), "us-east-1")
}

/// Amplify's schema has no empty token, not even where there is no Amplify.
const NO_TOKEN: &str = "none";

fn is_given(parameter: &ParameterHandle<String>) -> Test {
    not(equals(parameter, ""))
}

impl Choices {
    pub(crate) fn add(t: &mut Template) -> Self {
        let hosting = t.parameter(
            "Hosting",
            Parameter::one_of([Kind::None, Kind::Cloudfront, Kind::Amplify])
                .default(Kind::None)
                .description(
                    "What serves the front end: nothing of this stack, S3 behind CloudFront, or Amplify from a repository.",
                )
                .group(SITE)
                .label("Who serves the front end"),
        );
        let optional = |t: &mut Template, name: &str, takes: Takes<'_>| {
            let parameter = Parameter::text()
                .default("")
                .allowed_pattern(takes.pattern)
                .description(takes.description)
                .constraint_description(takes.constraint)
                .group(takes.group)
                .label(takes.label);
            t.parameter(name, parameter)
        };
        let domain_name = optional(
            t,
            "DomainName",
            Takes {
                group: SITE,
                label: "Domain",
                description: "The site's own domain. Empty: the one that AWS gives it.",
                pattern: r"^$|^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$",
                constraint: "A domain in small letters, without https:// and without a path: chat.example.com",
            },
        );
        let certificate_arn = optional(
            t,
            "CertificateArn",
            Takes {
                group: SITE,
                label: "Certificate",
                description: "The domain's certificate in ACM. Empty: made by the stack, if it is in us-east-1.",
                pattern: r"^$|^arn:[a-z-]+:acm:us-east-1:[0-9]{12}:certificate/.+$",
                constraint: "CloudFront takes those of us-east-1 alone: arn:aws:acm:us-east-1:123456789012:certificate/…",
            },
        );
        let hosted_zone_id = optional(
            t,
            "HostedZoneId",
            Takes {
                group: SITE,
                label: "DNS zone",
                description: "The domain's zone in Route 53, where the stack then makes its records.",
                pattern: "^[A-Z0-9]*$",
                constraint: "The zone's id, not its name: Z0123456789ABCDEFGHIJ",
            },
        );
        let public_files = t.parameter(
            "PublicFiles",
            Parameter::one_of([Readers::SignedIn, Readers::Everyone])
                .default(Readers::SignedIn)
                .description(
                    "Who reads files under public/: whoever is signed in, or everyone, from a CloudFront domain of their own.",
                )
                .group(PROTECTION)
                .label("Readers of public files"),
        );
        let access_logs = t.parameter(
            "AccessLogs",
            Parameter::one_of([true, false])
                .default(false)
                .description(
                    "Whether CloudFront's access logs, with the readers' addresses, are kept for 90 days.",
                )
                .group(PROTECTION)
                .label("Access logs of CloudFront"),
        );
        let waf = t.parameter(
            "Waf",
            Parameter::one_of([true, false])
                .default(false)
                .description(
                    "Whether AWS WAF is before the GraphQL and REST APIs, the user pool and, in us-east-1, CloudFront.",
                )
                .group(PROTECTION)
                .label("Firewall (AWS WAF)"),
        );
        let web_acl_arn = optional(
            t,
            "WebAclArn",
            Takes {
                group: PROTECTION,
                label: "Firewall of your own",
                description: "A web ACL of your own before CloudFront.",
                pattern: r"^$|^arn:[a-z-]+:wafv2:us-east-1:[0-9]{12}:global/webacl/.+$",
                constraint: "One of scope CLOUDFRONT: arn:aws:wafv2:us-east-1:123456789012:global/webacl/…",
            },
        );
        let repository_url = optional(
            t,
            "RepositoryUrl",
            Takes {
                group: AMPLIFY,
                label: "Repository",
                description: "The repository with this source, from which Amplify builds the site.",
                pattern: "^$|^https://.+$",
                constraint: "An address that begins with https://, such as https://github.com/me/parlor",
            },
        );
        let repository_token = t.parameter(
            "RepositoryToken",
            Parameter::text()
                .default(NO_TOKEN)
                .no_echo()
                .description("The repository's access token, which may read it and add a webhook.")
                .group(AMPLIFY)
                .label("Access token"),
        );
        let repository_branch = t.parameter(
            "RepositoryBranch",
            Parameter::text()
                .default("main")
                .allowed_pattern("^[a-z0-9-]+$")
                .constraint_description(
                    "Small letters, digits and hyphens: the branch becomes a part of the address.",
                )
                .description("The branch that is built and deployed on every push.")
                .group(AMPLIFY)
                .label("Branch"),
        );

        let is_on_cloudfront = t.condition("IsOnCloudFront", equals(&hosting, Kind::Cloudfront));
        let is_on_amplify = t.condition("IsOnAmplify", equals(&hosting, Kind::Amplify));
        let has_site = t.condition("HasSite", or([(&is_on_cloudfront).into(), (&is_on_amplify).into()]));
        let has_domain = t.condition("HasDomain", is_given(&domain_name));
        let has_cloudfront_domain =
            t.condition("HasCloudFrontDomain", and([(&is_on_cloudfront).into(), (&has_domain).into()]));
        let has_amplify_domain =
            t.condition("HasAmplifyDomain", and([(&is_on_amplify).into(), (&has_domain).into()]));
        let has_zone =
            t.condition("HasHostedZone", and([(&has_cloudfront_domain).into(), is_given(&hosted_zone_id)]));
        let makes_certificate = t.condition(
            "MakesCertificate",
            and([(&has_zone).into(), equals(&certificate_arn, ""), is_in_cloudfronts_region()]),
        );
        let serves_public_files = t.condition("ServesPublicFiles", equals(&public_files, Readers::Everyone));
        let uses_cloudfront =
            t.condition("UsesCloudFront", or([(&is_on_cloudfront).into(), (&serves_public_files).into()]));
        let keeps_access_logs =
            t.condition("KeepsAccessLogs", and([(&uses_cloudfront).into(), equals(&access_logs, true)]));
        let has_waf = t.condition("HasWaf", equals(&waf, true));
        let has_web_acl_arn = t.condition("HasWebAclArn", is_given(&web_acl_arn));
        let makes_site_acl = t.condition(
            "MakesSiteAcl",
            and([
                (&has_waf).into(),
                (&uses_cloudfront).into(),
                equals(&web_acl_arn, ""),
                is_in_cloudfronts_region(),
            ]),
        );

        t.rule(
            "ADomainIsForASite",
            Rule::assert(
                not(equals(&hosting, Kind::None)),
                "DomainName, CertificateArn and HostedZoneId are the site's: choose Hosting=cloudfront or amplify.",
            )
            .when(or([is_given(&domain_name), is_given(&certificate_arn), is_given(&hosted_zone_id)])),
        );
        t.rule(
            "CloudFrontNeedsACertificate",
            Rule::assert(
                or([
                    is_given(&certificate_arn),
                    and([is_given(&hosted_zone_id), is_in_cloudfronts_region()]),
                ]),
                "A DomainName on CloudFront needs a CertificateArn, or in us-east-1 a HostedZoneId to make it with.",
            )
            .when(and([equals(&hosting, Kind::Cloudfront), is_given(&domain_name)])),
        );
        t.rule(
            "CertificatesAndZonesAreForADomain",
            Rule::assert(
                is_given(&domain_name),
                "CertificateArn and HostedZoneId say nothing without a DomainName.",
            )
            .when(or([is_given(&certificate_arn), is_given(&hosted_zone_id)])),
        );
        t.rule(
            "AmplifyDoesItsOwnCertificateAndRecords",
            Rule::assert(
                and([equals(&certificate_arn, ""), equals(&hosted_zone_id, "")]),
                "Amplify makes the certificate and the records itself: leave CertificateArn and HostedZoneId empty.",
            )
            .when(equals(&hosting, Kind::Amplify)),
        );
        t.rule(
            "AmplifyNeedsARepository",
            Rule::assert(
                and([is_given(&repository_url), not(equals(&repository_token, NO_TOKEN))]),
                "Hosting=amplify builds from a repository: give RepositoryUrl and RepositoryToken.",
            )
            .when(equals(&hosting, Kind::Amplify)),
        );
        t.rule(
            "CloudFrontTakesItsWafFromUsEast1",
            Rule::assert(
                or([is_in_cloudfronts_region(), is_given(&web_acl_arn)]),
                "Outside of us-east-1 the stack cannot make the web ACL of CloudFront: give a WebAclArn.",
            )
            .when(and([
                equals(&waf, true),
                or([equals(&hosting, Kind::Cloudfront), equals(&public_files, Readers::Everyone)]),
            ])),
        );

        Self {
            domain_name,
            certificate_arn,
            hosted_zone_id,
            web_acl_arn,
            repository_url,
            repository_token,
            repository_branch,
            has_site,
            is_on_cloudfront,
            is_on_amplify,
            has_domain,
            has_amplify_domain,
            has_zone,
            makes_certificate,
            uses_cloudfront,
            keeps_access_logs,
            serves_public_files,
            has_waf,
            has_web_acl_arn,
            makes_site_acl,
        }
    }
}
