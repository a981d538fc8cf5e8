//! What both sources lack or have wrong, found by reading AWS's documentation.

use crate::links::Target;

/// Links that the specification lacks: owner (a prefix of its type), property, target. First match wins.
const LINKS: [(&str, &str, Target<'_>); 11] = [
    (
        "AWS::AppSync::ChannelNamespace",
        "ApiId",
        Target("AWS::AppSync::Api", "ApiId"),
    ),
    (
        "AWS::AppSync::",
        "ApiId",
        Target("AWS::AppSync::GraphQLApi", "ApiId"),
    ),
    (
        "AWS::AppSync::",
        "MergedApiExecutionRoleArn",
        Target("AWS::IAM::Role", "Arn"),
    ),
    (
        "AWS::Cognito::",
        "UserPoolId",
        Target("AWS::Cognito::UserPool", "UserPoolId"),
    ),
    (
        "AWS::Cognito::",
        "ClientId",
        Target("AWS::Cognito::UserPoolClient", "ClientId"),
    ),
    (
        "AWS::Cognito::",
        "IdentityPoolId",
        Target("AWS::Cognito::IdentityPool", "Id"),
    ),
    (
        "AWS::IAM::RolePolicy",
        "RoleName",
        Target("AWS::IAM::Role", "RoleName"),
    ),
    (
        "AWS::IAM::UserPolicy",
        "UserName",
        Target("AWS::IAM::User", "UserName"),
    ),
    (
        "AWS::IAM::AccessKey",
        "UserName",
        Target("AWS::IAM::User", "UserName"),
    ),
    ("AWS::IAM::Policy", "Roles", Target("AWS::IAM::Role", "RoleName")),
    (
        "AWS::S3::AccessGrantsLocation",
        "IamRoleArn",
        Target("AWS::IAM::Role", "Arn"),
    ),
];

/// Properties that name the thing itself, or an address, which the specification takes for links.
const NOT_LINKS: [(&str, &str); 2] = [
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("HttpConfig", "Endpoint"),
];

/// Enumerations that neither source has: owner, property, values.
const ENUMERATIONS: [(&str, &str, &[&str]); 2] = [
    (
        "AWS::Cognito::UserPool",
        "EnabledMfas",
        &["EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA"],
    ),
    (
        "RecoveryOption",
        "Name",
        &["admin_only", "verified_email", "verified_phone_number"],
    ),
];

pub(crate) fn link(owner: &str, property: &str) -> Option<Target<'static>> {
    let found = LINKS
        .iter()
        .find(|(prefix, name, _)| owner.starts_with(prefix) && *name == property);
    found.map(|(_, _, target)| *target)
}

pub(crate) fn is_no_link(owner: &str, property: &str) -> bool {
    NOT_LINKS.contains(&(owner, property))
}

pub(crate) fn enumeration(owner: &str, property: &str) -> &'static [&'static str] {
    let found = ENUMERATIONS
        .iter()
        .find(|(name, field, _)| *name == owner && *field == property);
    found.map_or(&[], |(_, _, values)| values)
}
