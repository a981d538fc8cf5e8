//! AppSync's JavaScript, and what the API lets in and logs.

use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, role, template};

const CODE: &str = "// It's a comment.
import { util } from '@aws-appsync/utils';
export function request(ctx) {
  const name = `${ctx.args.id}` + \"it's {\";
  return { operation: 'GetItem', key: util.dynamodb.toMapValues({ id: name }) };
}
export function response(ctx) { return ctx.result; }
";

fn api() -> Json {
    let of_api = |mut properties: Json| {
        properties["ApiId"] = json!({ "Fn::GetAtt": ["Api", "ApiId"] });
        properties
    };
    let read = role(
        "appsync.amazonaws.com",
        json!(["dynamodb:GetItem", "dynamodb:Query"]),
        json!({ "Fn::GetAtt": ["Table", "Arn"] }),
    );
    let logs =
        role("appsync.amazonaws.com", json!(["logs:CreateLogStream", "logs:PutLogEvents"]), json!("arn:…"));
    let mut template = template([
        (
            "Api",
            "AWS::AppSync::GraphQLApi",
            json!({
                "Name": "todos", "AuthenticationType": "AWS_IAM",
                "AdditionalAuthenticationProviders": [{ "AuthenticationType": "API_KEY" }],
                "LogConfig": {
                    "CloudWatchLogsRoleArn": { "Fn::GetAtt": ["LogsRole", "Arn"] }, "FieldLogLevel": "ERROR",
                    "ExcludeVerboseContent": true,
                },
            }),
        ),
        (
            "Logs",
            "AWS::Logs::LogGroup",
            json!({ "RetentionInDays": 7, "LogGroupName": { "Fn::Sub": "/aws/appsync/apis/${Api.ApiId}" } }),
        ),
        ("LogsRole", "AWS::IAM::Role", logs),
        (
            "Schema",
            "AWS::AppSync::GraphQLSchema",
            of_api(json!({ "Definition": "type Query { a: ID @aws_api_key }" })),
        ),
        ("SourceRole", "AWS::IAM::Role", read),
        (
            "Table",
            "AWS::DynamoDB::Table",
            json!({
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                "BillingMode": "PAY_PER_REQUEST",
            }),
        ),
        (
            "Source",
            "AWS::AppSync::DataSource",
            of_api(json!({
                "Name": "Source", "Type": "AMAZON_DYNAMODB", "ServiceRoleArn": { "Fn::GetAtt": ["SourceRole", "Arn"] },
                "DynamoDBConfig": { "TableName": { "Ref": "Table" }, "AwsRegion": { "Ref": "AWS::Region" } },
            })),
        ),
        (
            "Resolver",
            "AWS::AppSync::Resolver",
            of_api(json!({
                "TypeName": "Query", "FieldName": "a", "DataSourceName": { "Fn::GetAtt": ["Source", "Name"] },
                "Code": CODE, "Runtime": { "Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0" },
            })),
        ),
    ]);
    template["Resources"]["Resolver"]["DependsOn"] = json!(["Schema"]);
    template["Resources"]["Table"]["DeletionPolicy"] = json!("Retain");
    template["Resources"]["Table"]["UpdateReplacePolicy"] = json!("Retain");
    template["Resources"]["Table"]["Metadata"] = json!({ "Accepted": { "NotRestorable": "A cache." } });
    template
}

#[test]
fn a_script_is_one_that_appsync_runs_on_its_source() {
    let code = "/Resources/Resolver/Properties/Code";
    let with = |from: &str, to: &str| {
        assert!(CODE.contains(from));
        json!(CODE.replacen(from, to, 1))
    };
    each_is_found(
        &api(),
        &[
            (code, with("{ return ctx", "{ if (ctx) { return ctx"), "Resolver", "a `}` is missing"),
            (code, with("ctx.result; }", "ctx.result; } }"), "Resolver", "a `}` closes nothing"),
            (code, with("'GetItem'", "'GetItem"), "Resolver", "a text has no end"),
            (
                code,
                with("export function response", "function response"),
                "Resolver",
                "no function `response`",
            ),
            (code, with("const name", "throw 1; const name"), "Resolver", "uses `throw`"),
            (code, with("@aws-appsync/utils", "lodash"), "Resolver", "imports `lodash`"),
            (code, with("'GetItem'", "'Invoke'"), "Resolver", "`Invoke`, which the data source `Source`"),
            (code, with("'GetItem'", "'Scan'"), "Resolver", "allow `dynamodb:Scan` on `Table`"),
            (code, json!(format!("{CODE}// {}", "x".repeat(32_000))), "Resolver", "at most 32000"),
        ],
    );
}

#[test]
fn what_the_schema_lets_in_is_a_way_in_and_logs_end_and_tell_little() {
    let at = |path: &str| -> &'static str { Box::leak(format!("/Resources/Api/Properties/{path}").into()) };
    let none = json!([{ "AuthenticationType": "AWS_LAMBDA", "LambdaAuthorizerConfig": {} }]);
    each_is_found(
        &api(),
        &[
            (at("AdditionalAuthenticationProviders"), none, "Api", "`API_KEY` is no way in"),
            (at("LogConfig/ExcludeVerboseContent"), json!(false), "Api", "so tokens and messages"),
            ("/Resources/Logs", json!(null), "Api", "no log group of its own"),
            (
                "/Resources/LogsRole/Properties/Policies/0/PolicyDocument/Statement/0/Action",
                json!("logs:PutLogEvents"),
                "Api",
                "allow `logs:CreateLogStream`",
            ),
        ],
    );
}

#[test]
fn a_conditional_resource_is_referred_to_under_its_condition() {
    let mut template = template([("Topic", "AWS::SNS::Topic", json!({}))]);
    template["Conditions"] = json!({
        "IsBig": { "Fn::Equals": [{ "Ref": "Size" }, "big"] },
        "IsSmall": { "Fn::Not": [{ "Condition": "IsBig" }] },
        "IsBoth": { "Fn::And": [{ "Condition": "IsBig" }, { "Fn::Equals": [{ "Ref": "Stage" }, "b"] }] },
        "IsEither": { "Fn::Or": [{ "Condition": "IsBig" }, { "Fn::Equals": [{ "Ref": "Stage" }, "b"] }] },
    });
    let size = json!({ "Type": "String", "AllowedValues": ["big", "small"], "Default": "small" });
    template["Parameters"] = json!({ "Size": size, "Stage": { "Type": "String", "Default": "a" } });
    template["Resources"]["Topic"]["Condition"] = json!("IsBig");
    let topic = json!({ "Ref": "Topic" });
    template["Outputs"]["Topic"] = json!({ "Value": { "Fn::If": ["IsBig", topic, ""] } });
    template["Outputs"]["Else"] = json!({ "Value": { "Fn::If": ["IsSmall", "", topic] } });
    template["Outputs"]["Both"] = json!({ "Condition": "IsBoth", "Value": topic });
    template["Resources"]["Either"] = template["Resources"]["Topic"].clone();
    template["Resources"]["Either"]["Condition"] = json!("IsEither");
    template["Outputs"]["Implied"] = json!({ "Value": { "Fn::If": ["IsBig", { "Ref": "Either" }, ""] } });
    assert_eq!(errors(&template), [""; 0]);
    template["Outputs"]["Plain"] = json!({ "Value": topic });
    template["Outputs"]["Wrong"] = json!({ "Value": { "Fn::If": ["IsSmall", topic, ""] } });
    let found = errors(&template);
    assert!(found.len() == 2 && found[0].contains("not there unless `IsBig`"), "{found:?}");
}
