//! AWS WAF: before CloudFront, and before the GraphQL API, the REST API and the user pool. It takes no WebSocket
//! API; whoever opens that one needs a ticket of the REST API.
//!
//! Chat is text about anything, code included: rules that read bodies would lose messages, so before the API
//! they count and do not block. The same goes for the length of the query, which holds the token of whoever
//! opens AppSync's WebSocket.

use cfn::link::WAFv2WebACLArn;
use cfn::wafv2::{
    AggregateKeyType, AllowAction, Block, Count, DefaultAction, ManagedRuleGroupStatement, OverrideAction,
    RuleAction, RuleActionOverride, VisibilityConfig, WebACL, WebACLAssociation, WebACLRateBasedStatement,
    WebACLRule, WebACLScope, WebACLStatement,
};
use cfn::{Given, Handle, Template, Value, if_, no_value, prelude::*};
use serde_json::json;

use crate::auth::Auth;
use crate::hosting::{Choices, Hosting};
use crate::outputs::Doors;

/// Requests of one address in 5 minutes. A chat that is busy all the time makes a few hundred; an office behind
/// one address some thousands.
const RATE: i32 = 10_000;

/// AWS's own groups, and in each the rules that would lose messages.
/// <https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html>
const GROUPS: [(&str, &[&str]); 3] = [
    ("AWSManagedRulesAmazonIpReputationList", &[]),
    (
        "AWSManagedRulesCommonRuleSet",
        &[
            "SizeRestrictions_QUERYSTRING",
            "SizeRestrictions_BODY",
            "EC2MetaDataSSRF_BODY",
            "GenericLFI_BODY",
            "GenericRFI_BODY",
            "CrossSiteScripting_BODY",
        ],
    ),
    (
        "AWSManagedRulesKnownBadInputsRuleSet",
        &["JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"],
    ),
];

/// The web ACL of both distributions: the stack's own, the one that is given, or none.
pub(crate) fn before_cloudfront(t: &mut Template, choices: &Choices) -> Value<WAFv2WebACLArn> {
    let acl = t.add(
        "SiteWebAcl",
        web_acl(WebACLScope::Cloudfront, "Site", false).condition(&choices.makes_site_acl),
    );
    let own = if_(&choices.makes_site_acl, &acl, no_value());
    if_(&choices.has_web_acl_arn, choices.web_acl_arn.value().cast(), own)
}

/// The web ACL of what people talk to directly.
pub(crate) fn before_apis(t: &mut Template, hosting: &Hosting, auth: &Auth, doors: &Doors<'_>) {
    let condition = &hosting.choices.has_waf;
    let acl: Handle<WebACL> =
        t.add("ApiWebAcl", web_acl(WebACLScope::Regional, "Api", true).condition(condition));
    let associated = [
        ("GraphQLApiFirewall", (&doors.api.api).into()),
        ("RestApiFirewall", doors.rest.stage_arn.clone().cast()),
        ("UserPoolFirewall", auth.user_pool.arn().cast()),
    ];
    for (id, resource) in associated {
        let resource: Value<_> = resource;
        t.add(id, WebACLAssociation::new().resource_arn(resource).web_acl_arn(&acl).condition(condition));
    }
}

fn web_acl(scope: WebACLScope, metric: &str, spares_messages: bool) -> WebACL<Given, Given, Given> {
    let groups = GROUPS.iter().zip(1..).map(|((group, spared), priority)| {
        let spared = spared.iter().filter(|_| spares_messages).map(|rule| {
            RuleActionOverride::new().name(*rule).action_to_use(RuleAction::new().count(Count::new()))
        });
        let mut statement = ManagedRuleGroupStatement::new().vendor_name("AWS").name(*group);
        let spared: Vec<_> = spared.collect();
        if !spared.is_empty() {
            statement = statement.rule_action_overrides(spared);
        }
        WebACLRule::new()
            .name(*group)
            .priority(priority)
            .override_action(OverrideAction::new().none(json!({})))
            .statement(WebACLStatement::new().managed_rule_group_statement(statement))
            .visibility_config(visible(group))
    });
    let rate = WebACLRule::new()
        .name("Rate")
        .priority(0)
        .action(RuleAction::new().block(Block::new()))
        .statement(WebACLStatement::new().rate_based_statement(
            WebACLRateBasedStatement::new().aggregate_key_type(AggregateKeyType::Ip).limit(RATE),
        ))
        .visibility_config(visible("Rate"));
    let rules: Vec<_> = std::iter::once(rate).chain(groups).collect();
    WebACL::new()
        .scope(scope)
        .default_action(DefaultAction::new().allow(AllowAction::new()))
        .rules(rules)
        .visibility_config(visible(metric))
        .accept_checkov(
            "CKV2_AWS_31",
            "Metrics and samples are kept by WAF itself; full logs would hold tokens.",
        )
}

fn visible(metric: &str) -> VisibilityConfig<Given, Given, Given> {
    VisibilityConfig::new()
        .cloudwatch_metrics_enabled(true)
        .sampled_requests_enabled(true)
        .metric_name(metric)
}
