//! Functions: sizes, logs, versions, and what feeds and invokes them.

use serde_json::{Value as Json, json};

use crate::{each_is_found, function, permission, template};

fn stream() -> Json {
    let mut template = template([
        (
            "Table",
            "AWS::DynamoDB::Table",
            json!({
                "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                "BillingMode": "PAY_PER_REQUEST",
            }),
        ),
        (
            "Mapping",
            "AWS::Lambda::EventSourceMapping",
            json!({
                "EventSourceArn": { "Fn::GetAtt": ["Table", "StreamArn"] },
                "FunctionName": { "Ref": "Alias" }, "StartingPosition": "LATEST", "BatchSize": 100,
            }),
        ),
        ("Version", "AWS::Lambda::Version", json!({ "FunctionName": { "Ref": "Function" } })),
        (
            "Alias",
            "AWS::Lambda::Alias",
            json!({
                "FunctionName": { "Ref": "Function" }, "Name": "live",
                "FunctionVersion": { "Fn::GetAtt": ["Version", "Version"] },
            }),
        ),
    ]);
    template["Resources"]["Table"]["DeletionPolicy"] = json!("Retain");
    template["Resources"]["Table"]["UpdateReplacePolicy"] = json!("Retain");
    let read = json!(["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]);
    function(&mut template, read, json!({ "Fn::GetAtt": ["Table", "StreamArn"] }));
    template
}

#[test]
fn sizes_logs_and_variables_are_within_what_lambda_takes() {
    let properties = "/Resources/Function/Properties";
    let at = |name: &str| -> &'static str { Box::leak(format!("{properties}/{name}").into_boxed_str()) };
    each_is_found(
        &stream(),
        &[
            (at("Timeout"), json!(901), "Function", "`901`: give a whole number from 1 to 900"),
            (at("MemorySize"), json!("64"), "Function", "`64`"),
            (at("Handler"), json!(null), "Function", "needs a `Handler`"),
            (at("LoggingConfig"), json!(null), "Function", "no log group of its own"),
            (at("Environment/Variables/AWS_REGION"), json!("x"), "Function", "set by Lambda itself"),
            (at("Environment/Variables/my-table"), json!("x"), "Function", "rename it"),
            (
                "/Resources/Logs/Properties/RetentionInDays",
                json!(13),
                "Logs",
                "`13`, which CloudWatch Logs does not take",
            ),
            ("/Resources/Logs/Properties/RetentionInDays", json!(null), "Logs", "for ever"),
        ],
    );
}

#[test]
fn a_stream_exists_is_named_and_may_be_read() {
    let actions = "/Resources/Role/Properties/Policies/0/PolicyDocument/Statement/0/Action";
    each_is_found(
        &stream(),
        &[
            ("/Resources/Table/Properties/StreamSpecification", json!(null), "Mapping", "which has none"),
            (
                "/Resources/Mapping/Properties/EventSourceArn",
                json!({ "Fn::GetAtt": ["Table", "Arn"] }),
                "Mapping",
                "use `StreamArn`",
            ),
            ("/Resources/Mapping/Properties/StartingPosition", json!(null), "Mapping", "`TRIM_HORIZON`"),
            ("/Resources/Mapping/Properties/BatchSize", json!(0), "Mapping", "from 1 to 10000"),
            (
                actions,
                json!(["dynamodb:GetRecords", "dynamodb:DescribeStream"]),
                "Mapping",
                "`dynamodb:GetShardIterator` on `Table`",
            ),
        ],
    );
}

#[test]
fn an_alias_points_to_a_version_of_its_function() {
    let mut clean = stream();
    clean["Resources"]["Unrelated"] =
        json!({ "Type": "AWS::Lambda::Version", "Properties": { "FunctionName": "other" } });
    let version = "/Resources/Alias/Properties/FunctionVersion";
    each_is_found(
        &clean,
        &[
            (version, json!("one"), "Alias", "the version `one`, which the template does not make"),
            (version, json!({ "Fn::GetAtt": ["Gone", "Version"] }), "Alias", "`Gone`"),
            (version, json!({ "Fn::GetAtt": ["Table", "Arn"] }), "Alias", "an `AWS::DynamoDB::Table`"),
            (
                version,
                json!({ "Fn::GetAtt": ["Unrelated", "Version"] }),
                "Alias",
                "a version of another function",
            ),
        ],
    );
    clean["Resources"].as_object_mut().unwrap().remove("Version");
    crate::plant(&mut clean, version, json!("7"));
    assert_eq!(crate::errors(&clean).len(), 1, "no version is made at all: {:?}", crate::errors(&clean));
}

#[test]
fn whoever_invokes_a_function_is_let_to() {
    let mut clean = template([(
        "Rule",
        "AWS::Events::Rule",
        json!({
            "ScheduleExpression": "rate(1 hour)", "Targets": [{ "Id": "F", "Arn": { "Fn::GetAtt": ["Function", "Arn"] } }],
        }),
    )]);
    function(&mut clean, json!("xray:PutTraceSegments"), json!("arn:aws:xray:::of-nothing-here"));
    clean["Resources"]["Permission"] = permission("Function", "events.amazonaws.com");
    each_is_found(
        &clean,
        &[
            ("/Resources/Permission", json!(null), "Rule", "invokes `Function`, which does not let it"),
            (
                "/Resources/Permission/Properties/Principal",
                json!("s3.amazonaws.com"),
                "Rule",
                "does not let it",
            ),
        ],
    );
}
