//! Values, intrinsics, conditions, parameters and policies, as CloudFormation reads them.

use cfn::condition::{and, equals, not, or};
use cfn::intrinsic::{base64, import_value};
use cfn::{
    Action, Compare, List, Literal as _, Output, Parameter, PolicyDocument, Principal, Raw, Statement, Tag,
    Template, Value, actions, if_, join, list, no_value, prelude::*, pseudo, select, split, sub,
};
use serde_json::{Value as Json, json};

#[test]
fn intrinsics_are_written_as_cloudformation_reads_them() {
    let mut t = Template::new("");
    let names = t.parameter("Names", Parameter::comma_delimited());
    let big = t.condition("Big", equals(pseudo::region(), "eu-central-1"));
    let table: [(Value<String>, Json); 9] = [
        (join("-", &names), json!({ "Fn::Join": ["-", { "Ref": "Names" }] })),
        (join("-", ["a", "b"]), json!({ "Fn::Join": ["-", ["a", "b"]] })),
        (select(1, &names), json!({ "Fn::Select": [1, { "Ref": "Names" }] })),
        (select(0, split("/", "a/b")), json!({ "Fn::Select": [0, { "Fn::Split": ["/", "a/b"] }] })),
        (if_(&big, "yes", no_value()), json!({ "Fn::If": ["Big", "yes", { "Ref": "AWS::NoValue" }] })),
        (base64("text"), json!({ "Fn::Base64": "text" })),
        (import_value("Exported"), json!({ "Fn::ImportValue": "Exported" })),
        (pseudo::stack_name(), json!({ "Ref": "AWS::StackName" })),
        (Value::unchecked(json!(["anything"])), json!(["anything"])),
    ];
    for (value, expected) in table {
        assert_eq!(value.into_json(), expected);
    }
}

#[test]
fn sub_writes_references_into_the_text_and_names_the_rest() {
    let joined = join("", ["a"]);
    assert_eq!(sub!("plain").into_json(), json!({ "Fn::Sub": "plain" }));
    assert_eq!(sub!("{}-{}", "a", pseudo::region()).into_json(), json!({ "Fn::Sub": "a-${AWS::Region}" }));
    assert_eq!(
        sub!("{}/{}", joined, pseudo::region()).into_json(),
        json!({ "Fn::Sub": ["${Value1}/${AWS::Region}", { "Value1": { "Fn::Join": ["", ["a"]] } }] })
    );
    assert_eq!(sub!("{}", "${aws:username}").into_json(), json!({ "Fn::Sub": "${!aws:username}" }));
}

#[test]
fn a_list_may_mix_literals_and_intrinsics() {
    let mixed: Value<List<i64>> = list![1, Value::unchecked(json!({ "Ref": "Two" }))];
    assert_eq!(mixed.into_json(), json!([1, { "Ref": "Two" }]));
}

#[test]
fn conditions_compare_texts_because_parameters_are_texts() {
    let mut t = Template::new("");
    let flag = t.parameter("Flag", Parameter::one_of([true, false]).default(false));
    let count = t.parameter("Count", Parameter::number().default(1));
    let flagged = t.condition("Flagged", equals(&flag, true));
    t.condition("Both", and([(&flagged).into(), not(equals(&count, 0))]));
    t.condition("Either", or([(&flagged).into(), equals(&count, 2)]));
    let json = t.to_json();
    assert_eq!(
        json["Parameters"]["Flag"],
        json!({ "Type": "String", "AllowedValues": ["true", "false"], "Default": "false" })
    );
    assert_eq!(json["Conditions"]["Flagged"], json!({ "Fn::Equals": [{ "Ref": "Flag" }, "true"] }));
    assert_eq!(
        json["Conditions"]["Both"],
        json!({ "Fn::And": [{ "Condition": "Flagged" }, { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Count" }, "0"] }] }] })
    );
    assert_eq!(json["Conditions"]["Either"]["Fn::Or"][0], json!({ "Condition": "Flagged" }));
}

#[test]
fn parameters_carry_their_constraints() {
    let mut t = Template::new("");
    t.parameter(
        "Name",
        Parameter::text()
            .allowed_pattern("[a-z]+")
            .min_length(1)
            .max_length(9)
            .no_echo()
            .constraint_description("Letters."),
    );
    t.parameter("Days", Parameter::number().min_value(1).max_value(365));
    t.parameter("Origins", Parameter::comma_delimited().default_items(["a", "b"]));
    let json = t.to_json();
    assert_eq!(
        json["Parameters"],
        json!({
            "Name": {
                "Type": "String", "AllowedPattern": "[a-z]+", "MinLength": 1, "MaxLength": 9, "NoEcho": true,
                "ConstraintDescription": "Letters."
            },
            "Days": { "Type": "Number", "MinValue": 1, "MaxValue": 365 },
            "Origins": { "Type": "CommaDelimitedList", "Default": "a,b" },
        })
    );
}

#[test]
fn a_resource_carries_its_attributes_and_a_raw_one_its_properties() {
    let mut t = Template::new("");
    let first = t.add("First", Raw::new("Custom::First").property("Size", 3_i64));
    let always = t.condition("Always", equals(pseudo::partition(), "aws"));
    t.add(
        "Second",
        Raw::new("Custom::Second")
            .property("Of", first.ref_())
            .property("Tags", list![Tag::new("stage", pseudo::stack_name())])
            .depends_on(&first)
            .condition(&always)
            .retain()
            .accept_cfn_lint("W1", "because")
            .accept_checkov("CKV_1", "therefore"),
    );
    t.output(
        "Size",
        Output::new(first.attribute("Size")).description("How big.").export_name("size").condition(&always),
    );
    let json = t.to_json();
    assert_eq!(
        json["Resources"]["Second"],
        json!({
            "Type": "Custom::Second",
            "Condition": "Always",
            "DependsOn": ["First"],
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Metadata": {
                "cfn-lint": { "config": { "ignore_checks": ["W1"] }, "reasons": { "W1": "because" } },
                "checkov": { "skip": [{ "id": "CKV_1", "comment": "therefore" }] },
            },
            "Properties": {
                "Of": { "Ref": "First" },
                "Tags": [{ "Key": "stage", "Value": { "Ref": "AWS::StackName" } }],
            },
        })
    );
    assert_eq!(
        json["Outputs"]["Size"],
        json!({
            "Description": "How big.", "Condition": "Always",
            "Value": { "Fn::GetAtt": ["First", "Size"] }, "Export": { "Name": "size" }
        })
    );
}

#[test]
fn policies_are_written_as_iam_reads_them() {
    let policy = PolicyDocument::new([
        Statement::allow(actions!["s3:GetObject", "s3:PutObject"]).sid("Files").on(["arn:aws:s3:::b/*"]),
        Statement::deny([Action::pattern("s3:*")])
            .principal(Principal::anyone())
            .on(["a", "b"])
            .when(Compare::Bool, "aws:SecureTransport", ["false"])
            .when(Compare::AnyStringLike, "aws:PrincipalTag/x", ["y", "z"]),
        Statement::allow(actions!["sts:AssumeRole"])
            .principal(Principal::service("lambda.amazonaws.com"))
            .principal(Principal::aws(pseudo::account_id())),
    ]);
    assert_eq!(
        policy.to_json(),
        json!({ "Version": "2012-10-17", "Statement": [
            { "Sid": "Files", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/*" },
            { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["a", "b"], "Condition": {
                "Bool": { "aws:SecureTransport": "false" }, "ForAnyValue:StringLike": { "aws:PrincipalTag/x": ["y", "z"] } } },
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal":
                { "Service": "lambda.amazonaws.com", "AWS": { "Ref": "AWS::AccountId" } } },
        ] })
    );
}
