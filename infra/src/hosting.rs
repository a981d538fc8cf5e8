//! Where the front end is served from: nowhere, S3 behind CloudFront, or Amplify.
//!
//! The site refers to nothing else of the template, so everything else may refer to it: the buckets' CORS, the
//! sign-in page's redirects, the functions. That is why its security headers name AWS's endpoints of the region
//! and not this stack's own.

mod amplify;
mod choices;
mod config;
mod distribution;
mod domain;
mod headers;
mod site;

use cfn::cloudfront::{CachePolicy, Distribution};
use cfn::s3::Bucket;
use cfn::{ConditionHandle, Handle, Template, Value, if_, sub};

use crate::firewall;

pub(crate) use amplify::build_on_push;
pub(crate) use choices::Choices;
pub(crate) use distribution::{access_control, arn, logging, unique_name};
pub(crate) use site::accepted;

/// Handles to the site.
pub(crate) struct Hosting {
    pub(crate) choices: Choices,
    /// The bucket and what is before it, where `Hosting` is `cloudfront`.
    pub(crate) bucket: Handle<Bucket>,
    pub(crate) distribution: Handle<Distribution>,
    app: Handle<cfn::amplify::App>,
    pub(crate) short_cache: Handle<CachePolicy>,
    pub(crate) logs: Handle<Bucket>,
    pub(crate) firewall: Value<cfn::link::WAFv2WebACLArn>,
}

pub(crate) fn add(t: &mut Template) -> Hosting {
    let choices = Choices::add(t);
    let firewall = firewall::before_cloudfront(t, &choices);
    let logs = site::logs(t, &choices);
    let short_cache = site::short_cache(t, &choices);
    let (bucket, distribution) = site::add(t, &choices, &short_cache, &logs, &firewall);
    domain::point_to(t, &choices, &distribution);
    let app = amplify::app(t, &choices);
    Hosting { choices, bucket, distribution, app, short_cache, logs, firewall }
}

impl Hosting {
    /// Whether the stack serves a site at all.
    pub(crate) fn has_site(&self) -> &ConditionHandle {
        &self.choices.has_site
    }

    /// `https://…`, without a slash at the end; to be used only where [`Self::has_site`] holds.
    pub(crate) fn origin(&self) -> Value<String> {
        let choices = &self.choices;
        let generated = if_(
            &choices.is_on_cloudfront,
            sub!("https://{}", self.distribution.domain_name()),
            amplify::origin(choices, &self.app),
        );
        if_(&choices.has_domain, sub!("https://{}", &choices.domain_name), generated)
    }
}
