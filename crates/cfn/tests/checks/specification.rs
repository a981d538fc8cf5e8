//! Literals and references against the specification, at any depth, in templates that no compiler has seen.

use cfn::lambda::EventInvokeConfig;
use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, role, template};

fn clean() -> Json {
    let mut template = template([
        (
            "Table",
            "AWS::DynamoDB::Table",
            json!({
                "TableName": "rooms",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "SSESpecification": { "SSEEnabled": "true" },
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
                "Tags": [{ "Key": "stage", "Value": "test" }],
            }),
        ),
        ("Logs", "AWS::Logs::LogGroup", json!({ "RetentionInDays": "14" })),
        (
            "Queue",
            "AWS::SQS::Queue",
            json!({ "KmsDataKeyReusePeriodSeconds": 300, "KmsMasterKeyId": "alias/a" }),
        ),
        (
            "Role",
            "AWS::IAM::Role",
            role(
                "lambda.amazonaws.com",
                json!(["sqs:SendMessage", "logs:CreateLogStream", "logs:PutLogEvents"]),
                json!([{ "Fn::GetAtt": ["Queue", "Arn"] }, { "Fn::GetAtt": ["Logs", "Arn"] }]),
            ),
        ),
        (
            "Function",
            "AWS::Lambda::Function",
            json!({
                "Code": { "S3Bucket": "code", "S3Key": "a.zip" },
                "Handler": "bootstrap",
                "Runtime": "provided.al2023",
                "Architectures": ["arm64"],
                "Role": { "Fn::GetAtt": ["Role", "Arn"] },
                "LoggingConfig": { "LogGroup": { "Ref": "Logs" } },
                "Environment": { "Variables": { "QUEUE": { "Ref": "Queue" } } },
                "EphemeralStorage": { "Size": 512 },
            }),
        ),
        ("Api", "AWS::AppSync::GraphQLApi", json!({ "Name": "chat", "AuthenticationType": "AWS_IAM" })),
        (
            "Source",
            "AWS::AppSync::DataSource",
            json!({ "ApiId": { "Fn::GetAtt": ["Api", "ApiId"] }, "Name": "nothing", "Type": "NONE" }),
        ),
        (
            "Seed",
            "Custom::Seed",
            json!({ "Rows": "many", "ServiceToken": { "Fn::GetAtt": ["Function", "Arn"] } }),
        ),
    ]);
    for id in ["Table", "Queue"] {
        template["Resources"][id]["DeletionPolicy"] = json!("Retain");
        template["Resources"][id]["UpdateReplacePolicy"] = json!("Retain");
    }
    template["Conditions"] =
        json!({ "IsLarge": { "Fn::Equals": [{ "Ref": "AWS::Region" }, "eu-central-1"] } });
    template["Outputs"] = json!({ "Queue": { "Value": { "Fn::Sub": "${Queue.QueueName}" } } });
    template
}

#[test]
fn names_are_those_of_the_specification() {
    each_is_found(
        &clean(),
        &[
            ("/Resources/Table/Properties/BilingMode", json!("PROVISIONED"), "Table", "write `BillingMode`"),
            (
                "/Resources/Table/Properties/Colour",
                json!("red"),
                "Table",
                "is no property of `AWS::DynamoDB::Table`",
            ),
            (
                "/Resources/Table/Properties/KeySchema/0/KeyTyp",
                json!("HASH"),
                "Table",
                "`KeySchema.0.KeyTyp` is no property of a `KeySchema` of `AWS::DynamoDB::Table`: write `KeyType`",
            ),
            ("/Resources/Table/Properties/Tags/0/Name", json!("a"), "Table", "`Tags.0.Name` is no property"),
            (
                "/Resources/Api/Type",
                json!("AWS::AppSync::GraphQlApis"),
                "Api",
                "write `AWS::AppSync::GraphQLApi`",
            ),
        ],
    );
}

#[test]
fn what_is_required_is_there_at_any_depth() {
    each_is_found(
        &clean(),
        &[
            ("/Resources/Table/Properties/KeySchema", json!(null), "Table", "`KeySchema` is required"),
            (
                "/Resources/Table/Properties/KeySchema/0/KeyType",
                json!(null),
                "Table",
                "`KeySchema.0` has no `KeyType`, which is required",
            ),
            (
                "/Resources/Source/Properties/Type",
                json!({ "Ref": "AWS::NoValue" }),
                "Source",
                "`Type` is required",
            ),
            (
                "/Resources/Function/Properties/EphemeralStorage",
                json!({ "Fn::If": ["IsLarge", {}, { "Ref": "AWS::NoValue" }] }),
                "Function",
                "`EphemeralStorage` has no `Size`",
            ),
        ],
    );
}

#[test]
fn literals_are_of_the_type_the_values_the_form_and_the_size_that_aws_takes() {
    each_is_found(
        &clean(),
        &[
            // Types.
            ("/Resources/Table/Properties/KeySchema", json!("id"), "Table", "give a list"),
            ("/Resources/Table/Properties/SSESpecification", json!([true]), "Table", "give an object"),
            ("/Resources/Table/Properties/TableName", json!(["rooms"]), "Table", "give text"),
            (
                "/Resources/Table/Properties/DeletionProtectionEnabled",
                json!("yes"),
                "Table",
                "give `true` or `false`",
            ),
            (
                "/Resources/Function/Properties/EphemeralStorage/Size",
                json!("big"),
                "Function",
                "whole number from 512 to 10240",
            ),
            (
                "/Resources/Function/Properties/EphemeralStorage/Size",
                json!(600.5),
                "Function",
                "whole number",
            ),
            // Values.
            (
                "/Resources/Table/Properties/BillingMode",
                json!("ON_DEMAND"),
                "Table",
                "one of `PAY_PER_REQUEST`, `PROVISIONED`",
            ),
            (
                "/Resources/Table/Properties/AttributeDefinitions/0/AttributeType",
                json!("STRING"),
                "Table",
                "`B`, `N`, `S`",
            ),
            (
                "/Resources/Function/Properties/Runtime",
                json!("provided.al2032"),
                "Function",
                "write `provided.al2023`",
            ),
            ("/Resources/Function/Properties/Architectures/0", json!("x86"), "Function", "`x86_64`"),
            // Form, length, range, count.
            (
                "/Resources/Table/Properties/TableName",
                json!("rooms and members"),
                "Table",
                r"give text that matches `^[\w.",
            ),
            ("/Resources/Logs/Properties/LogGroupName", json!("r".repeat(600)), "Logs", "characters"),
            (
                "/Resources/Queue/Properties/KmsDataKeyReusePeriodSeconds",
                json!(30),
                "Queue",
                "from 60 to 86400",
            ),
            (
                "/Resources/Function/Properties/Architectures",
                json!(["arm64", "x86_64"]),
                "Function",
                "2 items: give at most 1",
            ),
            (
                "/Resources/Function/Properties/Architectures",
                json!([]),
                "Function",
                "0 items: give at least 1",
            ),
            (
                "/Resources/Function/Properties/EphemeralStorage/Size",
                json!({ "Fn::If": ["IsLarge", 20_480, 512] }),
                "Function",
                "`EphemeralStorage.Size` is `20480`",
            ),
        ],
    );
}

#[test]
fn references_are_to_the_right_kind_and_to_what_it_has() {
    each_is_found(
        &clean(),
        &[
            (
                "/Resources/Function/Properties/Role",
                json!({ "Fn::GetAtt": ["Role", "Arm"] }),
                "Function",
                "write `Arn`",
            ),
            (
                "/Resources/Function/Properties/Role",
                json!({ "Ref": "Role" }),
                "Function",
                "[\"Role\", \"Arn\"]",
            ),
            (
                "/Resources/Function/Properties/Role",
                json!({ "Fn::GetAtt": ["Queue", "Arn"] }),
                "Function",
                "an `AWS::SQS::Queue`: give the `Arn` of an `AWS::IAM::Role`",
            ),
            ("/Resources/Source/Properties/ApiId", json!({ "Ref": "Api" }), "Source", "wants its `ApiId`"),
            ("/Outputs/Queue/Value", json!({ "Fn::Sub": "${Queue.Url}" }), "Queue", "has no such attribute"),
            ("/Outputs/Queue/Value", json!({ "Fn::GetAtt": "Logs.Name" }), "Queue", "has no such attribute"),
        ],
    );
}

#[test]
fn what_the_deployment_resolves_and_what_nobody_specified_is_left_alone() {
    for (pointer, value) in [
        ("/Resources/Table/Properties/BillingMode", json!({ "Ref": "AWS::Region" })),
        ("/Resources/Table/Properties/BillingMode", json!({ "Fn::ImportValue": "mode" })),
        ("/Resources/Table/Properties/TableName", json!("{{resolve:ssm:/chat/table name}}")),
        ("/Resources/Table/Properties/Tags", json!({ "Fn::If": ["IsLarge", [], { "Ref": "AWS::NoValue" }] })),
        ("/Resources/Table/Properties/Fn::Transform", json!({ "Name": "AWS::Include" })),
        ("/Resources/Function/Properties/Architectures", json!({ "Fn::Split": [",", "arm64"] })),
        ("/Resources/Function/Properties/EphemeralStorage/Size", json!("1024")),
        ("/Resources/Function/Properties/Code", json!("target/lambda/a/bootstrap.zip")),
        ("/Resources/Seed/Properties/Anything", json!({ "goes": true })),
        ("/Resources/Seed/Type", json!("AWS::Serverless::Function")),
        ("/Outputs/Queue/Value", json!({ "Fn::GetAtt": ["Seed", "Whatever"] })),
        ("/Transform", json!("OurOwnMacro")),
    ] {
        let mut template = clean();
        crate::plant(&mut template, pointer, value.clone());
        assert_eq!(errors(&template), [""; 0], "{pointer} = {value}");
    }
    let mut rewritten = clean();
    rewritten["Transform"] = json!(["AWS::Serverless-2016-10-31", "OurOwnMacro"]);
    rewritten["Resources"]["Table"]["Properties"]["Rooms"] = json!(12);
    assert_eq!(errors(&rewritten), [""; 0], "a macro takes what it likes");
}

#[test]
fn a_literal_beyond_the_range_is_told_with_the_line_that_made_it() {
    let mut t = cfn::Template::new("");
    let line = line!() + 1;
    t.add(
        "Retries",
        EventInvokeConfig::new().function_name("sender").qualifier("live").maximum_retry_attempts(5),
    );
    let problems = t.check().expect_err("two at most");
    assert!(
        problems.iter().any(|problem| problem
            .text
            .contains("`MaximumRetryAttempts` is `5`: give a whole number from 0 to 2")),
        "{problems:#?}"
    );
    assert!(problems.iter().all(|problem| {
        problem.at.is_some_and(|at| at.line() == line && at.file().ends_with("specification.rs"))
    }));
}
