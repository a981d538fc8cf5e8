//! Physical ids and attributes of resources on a laptop: what `Ref` and `GetAtt` give.

use serde_json::Value;
use uuid::Uuid;

use super::{ACCOUNT, REGION, STACK};

/// The number of every function's only version.
const VERSION: &str = "1";

/// What `Ref` gives.
pub(super) fn reference(kind: &str, id: &str, properties: &Value, base_url: &str) -> String {
    let arn_or_name = |name| attribute(kind, id, properties, name, base_url).unwrap_or_else(|| named(id));
    match kind {
        "AWS::AppSync::ApiKey"
        | "AWS::AppSync::DataSource"
        | "AWS::AppSync::FunctionConfiguration"
        | "AWS::AppSync::GraphQLApi" => arn_or_name("Arn"),
        "AWS::ApiGateway::Model" => given(properties, "Name").unwrap_or_else(|| named(id)),
        "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => letters(id, 10),
        "AWS::SNS::Topic" => format!("arn:aws:sns:{REGION}:{ACCOUNT}:{}", named(id)),
        "AWS::Amplify::App" | "AWS::CloudFront::Distribution" => letters(id, 14),
        "AWS::Cognito::IdentityPool" => format!("{REGION}:{}", uuid(id)),
        // The part behind the underscore is the pool's name in the SRP protocol.
        "AWS::Cognito::UserPool" => format!("{REGION}_{id}"),
        "AWS::Cognito::UserPoolClient" => letters(id, 26),
        "AWS::Cognito::UserPoolGroup" => given(properties, "GroupName").unwrap_or_else(|| named(id)),
        "AWS::DynamoDB::Table" => given(properties, "TableName").unwrap_or_else(|| named(id)),
        "AWS::Lambda::Alias" => qualified(properties, given(properties, "Name")),
        // There is one version of everything: the one that is linked in.
        "AWS::Lambda::Version" => qualified(properties, Some(VERSION.to_owned())),
        "AWS::Lambda::Function" => given(properties, "FunctionName").unwrap_or_else(|| named(id)),
        "AWS::S3::Bucket" => given(properties, "BucketName").unwrap_or_else(|| named(id).to_lowercase()),
        _ => named(id),
    }
}

/// What `GetAtt` gives; `None` for an attribute that this type has not, or not on a laptop.
pub(super) fn attribute(
    kind: &str,
    id: &str,
    properties: &Value,
    name: &str,
    base_url: &str,
) -> Option<String> {
    let physical = || reference(kind, id, properties, base_url);
    let arn =
        |service: &str, resource: String| Some(format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"));
    let api = letters(id, 26);
    match (kind, name) {
        ("AWS::ApiGateway::RestApi", "RootResourceId") => Some(letters(&format!("{id}/"), 10)),
        ("AWS::AppSync::ApiKey", "ApiKey") => Some(format!("da2-{api}")),
        ("AWS::AppSync::ApiKey", "Arn") => arn("appsync", format!("apikey/{api}")),
        ("AWS::AppSync::DataSource" | "AWS::AppSync::FunctionConfiguration", "Name") => {
            Some(given(properties, "Name").unwrap_or_else(|| id.into()))
        }
        ("AWS::AppSync::DataSource", "Arn" | "DataSourceArn") => arn("appsync", format!("datasources/{id}")),
        ("AWS::AppSync::FunctionConfiguration", "FunctionId") => Some(letters(id, 26)),
        ("AWS::AppSync::FunctionConfiguration", "DataSourceName") => given(properties, "DataSourceName"),
        ("AWS::AppSync::FunctionConfiguration", "Arn" | "FunctionArn") => {
            arn("appsync", format!("functions/{}", letters(id, 26)))
        }
        ("AWS::AppSync::GraphQLApi", "ApiId") => Some(api),
        ("AWS::AppSync::GraphQLApi", "Arn") => arn("appsync", format!("apis/{api}")),
        ("AWS::AppSync::GraphQLApi", "GraphQLUrl") => Some(format!("{base_url}/graphql")),
        ("AWS::AppSync::GraphQLApi", "RealtimeUrl") => {
            Some(format!("{}/graphql/realtime", base_url.replacen("http", "ws", 1)))
        }
        // No service here: names for those who refer to it.
        ("AWS::Amplify::App", "AppId") => Some(physical()),
        ("AWS::Amplify::App", "DefaultDomain") => Some(format!("{}.amplifyapp.com", physical())),
        ("AWS::Amplify::Branch", "BranchName") => Some(physical()),
        ("AWS::CloudFront::Distribution", "Id") => Some(physical()),
        ("AWS::CloudFront::Distribution", "DomainName") => Some(format!("{}.cloudfront.net", physical())),
        ("AWS::CloudFront::CachePolicy" | "AWS::CloudFront::OriginAccessControl", "Id") => Some(physical()),
        ("AWS::CloudFront::ResponseHeadersPolicy", "Id") => Some(physical()),
        ("AWS::WAFv2::WebACL", "Arn") => arn("wafv2", format!("regional/webacl/{id}")),
        ("AWS::Cognito::UserPool", "Arn") => arn("cognito-idp", format!("userpool/{}", physical())),
        ("AWS::Cognito::UserPool", "UserPoolId") => Some(physical()),
        ("AWS::Cognito::UserPool", "ProviderURL") => Some(format!("{base_url}/{}", physical())),
        ("AWS::Cognito::UserPool", "ProviderName") => {
            Some(format!("{}/{}", base_url.trim_start_matches("http://"), physical()))
        }
        ("AWS::Cognito::UserPoolClient", "ClientId") => Some(physical()),
        ("AWS::Cognito::IdentityPool", "Id") => Some(physical()),
        ("AWS::DynamoDB::Table", "Arn") => arn("dynamodb", format!("table/{}", physical())),
        ("AWS::DynamoDB::Table", "StreamArn") => {
            arn("dynamodb", format!("table/{}/stream/2026-01-01T00:00:00.000", physical()))
        }
        ("AWS::IAM::Role", "RoleId") => Some(role_id(id)),
        ("AWS::IAM::Role", "Arn") => Some(format!("arn:aws:iam::{ACCOUNT}:role/{}", physical())),
        ("AWS::KMS::Key", "Arn") => arn("kms", format!("key/{}", uuid(id))),
        ("AWS::Lambda::Version", "Version") => Some(VERSION.to_owned()),
        ("AWS::Lambda::Function", "Arn") => arn("lambda", format!("function:{}", physical())),
        ("AWS::Logs::LogGroup", "Arn") => arn("logs", format!("log-group:{}:*", physical())),
        ("AWS::S3::Bucket", "Arn") => Some(format!("arn:aws:s3:::{}", physical())),
        ("AWS::S3::Bucket", "DomainName" | "RegionalDomainName") => {
            Some(format!("{}/{}", base_url.trim_start_matches("http://"), physical()))
        }
        _ => None,
    }
}

/// The ARN of a function with a version or alias behind it; the function may be given by its name or its ARN.
fn qualified(properties: &Value, qualifier: Option<String>) -> String {
    let function = given(properties, "FunctionName").unwrap_or_default();
    let name = function.rsplit(':').next().unwrap_or_default();
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:{}", qualifier.unwrap_or_default())
}

/// What AWS calls a role by itself, whatever its name.
pub(crate) fn role_id(id: &str) -> String {
    format!("AROA{}", letters(id, 17).to_uppercase())
}

fn given(properties: &Value, name: &str) -> Option<String> {
    properties.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn named(id: &str) -> String {
    format!("{STACK}-{id}")
}

fn uuid(id: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{STACK}/{id}").as_bytes())
}

/// A name in the style of AWS's generated ones, the same at every start.
fn letters(id: &str, length: usize) -> String {
    let mut number = uuid(id).as_u128();
    let mut letters = String::with_capacity(length);
    while letters.len() < length {
        let digit = u8::try_from(number % 36).expect("less than 36");
        letters.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        number /= 36;
    }
    letters
}
