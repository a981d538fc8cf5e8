//! What both sources lack or have wrong, found by reading AWS's documentation.

use crate::links::Target;

/// Links that the specification lacks: owner (a prefix of its type), property, target. First match wins.
const LINKS: [(&str, &str, Target<'_>); 18] = [
    ("AWS::AppSync::ChannelNamespace", "ApiId", Target("AWS::AppSync::Api", "ApiId")),
    ("AWS::AppSync::", "ApiId", Target("AWS::AppSync::GraphQLApi", "ApiId")),
    ("AWS::AppSync::", "MergedApiExecutionRoleArn", Target("AWS::IAM::Role", "Arn")),
    ("AWS::Cognito::", "UserPoolId", Target("AWS::Cognito::UserPool", "UserPoolId")),
    ("AWS::Cognito::", "ClientId", Target("AWS::Cognito::UserPoolClient", "ClientId")),
    ("AWS::Cognito::", "IdentityPoolId", Target("AWS::Cognito::IdentityPool", "Id")),
    ("AWS::IAM::RolePolicy", "RoleName", Target("AWS::IAM::Role", "RoleName")),
    ("AWS::IAM::UserPolicy", "UserName", Target("AWS::IAM::User", "UserName")),
    ("AWS::IAM::AccessKey", "UserName", Target("AWS::IAM::User", "UserName")),
    ("AWS::IAM::Policy", "Roles", Target("AWS::IAM::Role", "RoleName")),
    ("AWS::S3::AccessGrantsLocation", "IamRoleArn", Target("AWS::IAM::Role", "Arn")),
    ("AWS::Amplify::", "AppId", Target("AWS::Amplify::App", "AppId")),
    ("AWS::ApiGatewayV2::Stage", "DeploymentId", Target("AWS::ApiGatewayV2::Deployment", "DeploymentId")),
    ("AWS::Route53::", "HostedZoneId", Target("AWS::Route53::HostedZone", "Id")),
    ("AWS::SNS::TopicPolicy", "Topics", Target("AWS::SNS::Topic", "TopicArn")),
    ("AWS::SQS::QueuePolicy", "Queues", Target("AWS::SQS::Queue", "QueueUrl")),
    ("AWS::SecretsManager::", "SecretId", Target("AWS::SecretsManager::Secret", "Id")),
    ("AWS::WAFv2::WebACLAssociation", "WebACLArn", Target("AWS::WAFv2::WebACL", "Arn")),
];

/// Properties that name the thing itself, an address, or something made from the link: the integration's
/// `Uri` around the function's ARN, the `Target` of a route around the integration's id.
const NOT_LINKS: [(&str, &str); 8] = [
    ("AWS::ApiGatewayV2::Integration", "IntegrationUri"),
    ("AWS::ApiGatewayV2::Route", "Target"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("CacheBehavior", "TargetOriginId"),
    ("DefaultCacheBehavior", "TargetOriginId"),
    ("HttpConfig", "Endpoint"),
    ("Integration", "Uri"),
    ("Origin", "Id"),
];

/// Enumerations that neither source has: owner, property, values.
const ENUMERATIONS: [(&str, &str, &[&str]); 10] = [
    ("AWS::ApiGateway::Authorizer", "Type", &["COGNITO_USER_POOLS", "REQUEST", "TOKEN"]),
    ("AWS::ApiGateway::Method", "AuthorizationType", &["AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM", "NONE"]),
    ("AWS::ApiGatewayV2::Api", "ProtocolType", &["HTTP", "WEBSOCKET"]),
    ("AWS::ApiGatewayV2::Authorizer", "AuthorizerType", &["JWT", "REQUEST"]),
    (
        "AWS::ApiGatewayV2::Integration",
        "IntegrationType",
        &["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"],
    ),
    ("AWS::ApiGatewayV2::Route", "AuthorizationType", &["AWS_IAM", "CUSTOM", "JWT", "NONE"]),
    (
        "AWS::SNS::Subscription",
        "Protocol",
        &["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"],
    ),
    ("QuotaSettings", "Period", &["DAY", "MONTH", "WEEK"]),
    ("AWS::Cognito::UserPool", "EnabledMfas", &["EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA"]),
    ("RecoveryOption", "Name", &["admin_only", "verified_email", "verified_phone_number"]),
];

/// Patterns of names that neither source has, from the services' API references: owner, property, pattern.
const PATTERNS: [(&str, &str, &str); 3] = [
    ("AWS::DynamoDB::Table", "TableName", r"^[\w.-]{3,255}$"),
    ("AWS::SNS::Topic", "TopicName", r"^[\w-]{1,256}(\.fifo)?$"),
    ("AWS::SQS::Queue", "QueueName", r"^[\w-]{1,80}(\.fifo)?$"),
];

pub(crate) fn link(owner: &str, property: &str) -> Option<Target<'static>> {
    let found = LINKS.iter().find(|(prefix, name, _)| owner.starts_with(prefix) && *name == property);
    found.map(|(_, _, target)| *target)
}

pub(crate) fn pattern(owner: &str, property: &str) -> Option<&'static str> {
    let found = PATTERNS.iter().find(|(name, field, _)| *name == owner && *field == property);
    found.map(|(_, _, pattern)| *pattern)
}

pub(crate) fn is_no_link(owner: &str, property: &str) -> bool {
    NOT_LINKS.contains(&(owner, property))
}

pub(crate) fn enumeration(owner: &str, property: &str) -> &'static [&'static str] {
    let found = ENUMERATIONS.iter().find(|(name, field, _)| *name == owner && *field == property);
    found.map_or(&[], |(_, _, values)| values)
}
