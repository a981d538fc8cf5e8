//! Templates that ask for what this machine has not.

use serde_json::{Value, json};

use super::{code, function, open, resource, source, unit};

#[tokio::test]
async fn what_this_machine_has_not_is_refused_with_its_name_and_what_to_do() {
    let works = || code("return { payload: 1 };", "return ctx.result;");
    let resolver = |more: Value| json!({ "Broken": unit(("Query", "count"), "Nothing", &[works(), more]) });
    let on = |kind: &str, more: Value| {
        let elsewhere = source("Elsewhere", kind, more);
        json!({ "Elsewhere": elsewhere, "Broken": unit(("Query", "count"), "Elsewhere", &[works()]) })
    };
    let piped = |functions: Value, more: Value| {
        let pipeline = json!({ "TypeName": "Query", "FieldName": "count", "Kind": "PIPELINE", "PipelineConfig": { "Functions": functions } });
        json!({ "Step": function("Nothing", &[works()]), "Broken": resource("Resolver", &[pipeline, more]) })
    };
    let step = json!({ "Fn::GetAtt": ["Step", "FunctionId"] });
    let step_with = |more: Value| json!({ "Broken": function("Nothing", &[works(), more]) });
    let nothing = json!({ "TypeName": "Query", "FieldName": "count" });
    for (more, name, advice) in [
        (resolver(json!({ "Code": null, "CodeS3Location": "s3://bucket/code.js" })), "Broken", "into Code"),
        (resolver(json!({ "RequestMappingTemplate": "{}" })), "Broken", "write a script of APPSYNC_JS"),
        (resolver(json!({ "ResponseMappingTemplate": "$x" })), "Broken", "write a script of APPSYNC_JS"),
        (resolver(json!({ "RequestMappingTemplateS3Location": "s3://x" })), "Broken", "write a script"),
        (resolver(json!({ "ResponseMappingTemplateS3Location": "s3://x" })), "Broken", "write a script"),
        (resolver(json!({ "CachingConfig": { "Ttl": 60 } })), "Broken", "there is no cache here"),
        (resolver(json!({ "SyncConfig": { "ConflictDetection": "VERSION" } })), "Broken", "conditions"),
        (resolver(json!({ "Runtime": null })), "Broken", "APPSYNC_JS"),
        (resolver(json!({ "Runtime": { "Name": "APPSYNC_PY" } })), "Broken", "APPSYNC_PY"),
        (resolver(json!({ "Code": null })), "Broken", "has no Code"),
        (resolver(json!({ "Code": "export function request() {}" })), "Broken", "export function response"),
        (
            resolver(json!({ "Code": "\nexport const a = ;" })),
            "Broken",
            "resolver Broken, line 2: SyntaxError",
        ),
        (resolver(json!({ "MaxBatchSize": 2001 })), "Broken", "2000"),
        (resolver(json!({ "DataSourceName": "Absent" })), "Broken", "\"Absent\", which is not there"),
        (json!({ "Broken": resource("Resolver", &[nothing, works()]) }), "Broken", "has no DataSourceName"),
        (
            step_with(json!({ "Code": null, "CodeS3Location": "s3://bucket/code.js" })),
            "function Broken",
            "into Code",
        ),
        (step_with(json!({ "RequestMappingTemplate": "{}" })), "function Broken", "APPSYNC_JS"),
        (step_with(json!({ "SyncConfig": {} })), "function Broken", "conditions"),
        (on("HTTP", json!({ "HttpConfig": { "Endpoint": "https://example.com" } })), "Elsewhere", "HTTP"),
        (on("AMAZON_OPENSEARCH_SERVICE", json!({})), "Elsewhere", "let a function call it"),
        (on("AMAZON_EVENTBRIDGE", json!({})), "Elsewhere", "let a function call it"),
        (on("RELATIONAL_DATABASE", json!({})), "Elsewhere", "let a function call it"),
        (on("AMAZON_BEDROCK_RUNTIME", json!({})), "Elsewhere", "let a function call it"),
        (
            on("AMAZON_DYNAMODB", json!({ "DynamoDBConfig": { "TableName": "Absent" } })),
            "Elsewhere",
            "\"Absent\"",
        ),
        (
            on(
                "AMAZON_DYNAMODB",
                json!({ "DynamoDBConfig": { "TableName": { "Ref": "Numbers" }, "Versioned": true } }),
            ),
            "Elsewhere",
            "versioned",
        ),
        (
            on("AMAZON_DYNAMODB", json!({ "DynamoDBConfig": { "TableName": { "Ref": "Numbers" } } })),
            "Elsewhere",
            "ServiceRoleArn",
        ),
        (
            on("AWS_LAMBDA", json!({ "LambdaConfig": { "LambdaFunctionArn": "arn:x" } })),
            "Elsewhere",
            "\"arn:x\"",
        ),
        (piped(json!([]), works()), "resolver Broken", "1 to 10"),
        (piped(json!(vec![step.clone(); 11]), works()), "resolver Broken", "1 to 10"),
        (piped(json!(["absent"]), works()), "resolver Broken", "\"absent\", which is not there"),
        (piped(json!([step]), json!({})), "resolver Broken", "put them into Code"),
        (
            json!({ "One": unit(("Query", "count"), "Nothing", &[works()]), "Two": unit(("Query", "count"), "Nothing", &[works()]) }),
            "resolver Two",
            "Query.count, which has one already",
        ),
        (json!({ "Cache": resource("ApiCache", &[]) }), "Cache", "a condition that does not hold"),
        (
            json!({ "Api": { "Type": "AWS::AppSync::GraphQLApi", "Properties": { "ApiType": "MERGED" } } }),
            "API Api",
            "of its own",
        ),
    ] {
        let Err(error) = open(more.clone()).await else { panic!("it is served: {more}") };
        let message = error.to_string();
        assert!(message.contains(name) && message.contains(advice), "{name}, {advice}: {message}");
    }
}
