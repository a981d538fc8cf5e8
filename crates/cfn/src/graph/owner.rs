//! What belongs to what: a reader wants to see a function, not its role.

use std::collections::BTreeMap;

use super::Resources;

/// Each resource, and the one into which it is grouped: itself, if it is shown.
pub(super) type Owners<'a> = BTreeMap<&'a str, &'a str>;

enum Belongs {
    /// It is shown itself.
    ToItself,
    /// To what this property refers to.
    To(&'static str),
    /// To whoever refers to it, else to what it refers to.
    ToItsUser,
    /// To the first of its type in the template.
    Together,
    /// It is not shown.
    Nowhere,
}

pub(super) fn owners<'a>(resources: &Resources<'a>) -> Owners<'a> {
    let next: BTreeMap<&str, &str> =
        resources.ids().filter_map(|id| Some((id, step(resources, id)?))).collect();
    let follow = |id: &'a str| {
        let mut owner = id;
        // As many steps as there are resources: two that belong to each other are not followed for ever.
        for _ in 0..next.len() {
            match next.get(owner) {
                Some(further) if *further != owner => owner = further,
                Some(_) => return Some((id, owner)),
                None => return None,
            }
        }
        None
    };
    resources.ids().filter_map(follow).collect()
}

fn step<'a>(resources: &Resources<'a>, id: &'a str) -> Option<&'a str> {
    match belongs(resources.kind(id)) {
        Belongs::ToItself => Some(id),
        Belongs::Nowhere => None,
        Belongs::To(property) => {
            let value = &resources.get(id)["Properties"][property];
            resources.mentioned_in(value).into_iter().find(|other| *other != id).or(Some(id))
        }
        Belongs::ToItsUser => {
            let uses = |other: &&str| *other != id && resources.references(other).contains(&id);
            resources.ids().find(uses).or_else(|| resources.references(id).first().copied())
        }
        Belongs::Together => resources.ids().find(|other| resources.kind(other) == resources.kind(id)),
    }
}

fn belongs(kind: &str) -> Belongs {
    let mut words = kind.split("::").skip(1);
    match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
        ("IAM", "Role" | "Policy" | "ManagedPolicy" | "RolePolicy")
        | ("Logs", "LogGroup")
        | ("CertificateManager", _)
        | (
            "CloudFront",
            "OriginAccessControl"
            | "ResponseHeadersPolicy"
            | "CachePolicy"
            | "OriginRequestPolicy"
            | "Function"
            | "KeyGroup"
            | "PublicKey"
            | "CloudFrontOriginAccessIdentity",
        ) => Belongs::ToItsUser,
        ("Lambda", "Permission" | "Version" | "Alias" | "EventSourceMapping" | "EventInvokeConfig") => {
            Belongs::To("FunctionName")
        }
        ("Lambda", "Url") => Belongs::To("TargetFunctionArn"),
        ("Logs", "MetricFilter" | "SubscriptionFilter") => Belongs::To("LogGroupName"),
        ("S3", "BucketPolicy") => Belongs::To("Bucket"),
        ("SQS", "QueuePolicy" | "QueueInlinePolicy") => Belongs::To("Queues"),
        ("SNS", "TopicPolicy" | "TopicInlinePolicy") => Belongs::To("Topics"),
        ("SNS", "Subscription") => Belongs::To("TopicArn"),
        ("KMS", "Alias") => Belongs::To("TargetKeyId"),
        ("Cognito", "IdentityPoolRoleAttachment" | "IdentityPoolPrincipalTag") => {
            Belongs::To("IdentityPoolId")
        }
        ("Cognito", other) if other.starts_with("UserPool") && other != "UserPool" => {
            Belongs::To("UserPoolId")
        }
        ("Cognito", "LogDeliveryConfiguration") => Belongs::To("UserPoolId"),
        ("AppSync", other) if other != "GraphQLApi" && other != "Api" && other != "DomainName" => {
            Belongs::To("ApiId")
        }
        ("ApiGateway", "Account") => Belongs::Nowhere,
        ("ApiGateway", "UsagePlan") => Belongs::To("ApiStages"),
        ("ApiGateway", "UsagePlanKey") => Belongs::To("UsagePlanId"),
        ("ApiGateway", "BasePathMapping") => Belongs::To("DomainName"),
        ("ApiGateway", other) if other != "RestApi" && other != "DomainName" => Belongs::To("RestApiId"),
        ("ApiGatewayV2", "ApiMapping") => Belongs::To("DomainName"),
        ("ApiGatewayV2", other) if other != "Api" && other != "DomainName" => Belongs::To("ApiId"),
        ("Amplify", "Branch" | "Domain") => Belongs::To("AppId"),
        ("WAFv2", "WebACLAssociation" | "LoggingConfiguration") => Belongs::To("WebACLArn"),
        ("CloudWatch", _) | ("Route53", "RecordSet") => Belongs::Together,
        _ => Belongs::ToItself,
    }
}
