//! What CloudFormation itself reads: sections, attributes of resources, functions, parameters.

use serde_json::{Value as Json, json};

use crate::each_is_found;

fn clean() -> Json {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "Stage": { "Type": "String", "Default": "test", "AllowedValues": ["test", "live"] },
            "Days": { "Type": "Number", "Default": "14", "MinValue": 1, "MaxValue": 30 },
            "Name": { "Type": "String", "Default": "chat", "MinLength": 2, "MaxLength": 8, "AllowedPattern": "[a-z]+" },
            "Zones": { "Type": "CommaDelimitedList", "Default": "a,b" },
            "Image": { "Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image" },
        },
        "Rules": { "Known": { "Assertions": [
            { "Assert": { "Fn::Contains": [["a", "b"], { "Ref": "Stage" }] }, "AssertDescription": "a or b" },
        ] } },
        "Conditions": { "IsLive": { "Fn::Equals": [{ "Ref": "Stage" }, "live"] } },
        "Resources": { "Thing": {
            "Type": "Custom::Thing",
            "DeletionPolicy": "Retain",
            "Metadata": {},
            "Properties": {
                "Zone": { "Fn::Select": [0, ["a", "b"]] },
                "Size": { "Fn::If": ["IsLive", 2, 1] },
                "Path": { "Fn::Join": ["/", ["a", { "Ref": "Name" }]] },
                "Other": { "Fn::GetAtt": ["Else", "Arn"] },
                "Plain": { "Ref": "Days" },
            },
        }, "Else": { "Type": "Custom::Else" } },
    })
}

#[test]
fn sections_and_attributes_are_those_that_there_are() {
    each_is_found(
        &clean(),
        &[
            ("/Resource", json!({}), "Resource", "a template has no such section"),
            ("/Resources/Thing/Timeout", json!(5), "Thing", "put it into `Properties`"),
            ("/Resources/Thing/DeletionPolicy", json!("Keep"), "Thing", "`DeletionPolicy` is `Keep`"),
            ("/Resources/Thing/UpdateReplacePolicy", json!("RetainExceptOnCreate"), "Thing", "does not take"),
            (
                "/Resources/Thing/Properties/Zone",
                json!({ "a": [null] }),
                "Thing",
                "`Properties.Zone.a.0` is null",
            ),
        ],
    );
}

#[test]
fn functions_exist_have_their_arguments_and_stand_where_they_may() {
    each_is_found(
        &clean(),
        &[
            (
                "/Resources/Thing/Properties/Path",
                json!({ "Fn::Concat": ["a", "b"] }),
                "Thing",
                "no function `Fn::Concat`",
            ),
            (
                "/Resources/Thing/Properties/Path",
                json!({ "Fn::Join": ["a", ["b"], "c"] }),
                "Thing",
                "3 arguments and takes 2",
            ),
            ("/Resources/Thing/Properties/Path", json!({ "Fn::Split": "a,b" }), "Thing", "give it a list"),
            (
                "/Resources/Thing/Properties/Size",
                json!({ "Fn::If": ["IsLive", 1] }),
                "Thing",
                "2 arguments and takes 3",
            ),
            (
                "/Resources/Thing/Properties/Zone",
                json!({ "Fn::Select": ["2", ["a", "b"]] }),
                "Thing",
                "item 2 of 2",
            ),
            (
                "/Resources/Thing/Properties/Other",
                json!({ "Fn::GetAtt": ["Else"] }),
                "Thing",
                "an attribute of it",
            ),
            (
                "/Resources/Thing/Properties/Plain",
                json!({ "Ref": ["Days"] }),
                "Thing",
                "`Ref` of `[\"Days\"]`",
            ),
            (
                "/Conditions/IsLive",
                json!({ "Fn::Contains": [["a"], { "Ref": "Stage" }] }),
                "IsLive",
                "only rules have",
            ),
        ],
    );
}

#[test]
fn defaults_of_parameters_keep_their_own_constraints() {
    each_is_found(
        &clean(),
        &[
            ("/Parameters/Stage/Type", json!(null), "Stage", "needs a `Type`"),
            ("/Parameters/Stage/Type", json!("Text"), "Stage", "no type `Text`"),
            ("/Parameters/Stage/Default", json!("development"), "Stage", "none of its `AllowedValues`"),
            ("/Parameters/Days/Default", json!("many"), "Days", "no number"),
            ("/Parameters/Days/Default", json!(0), "Days", "below its `MinValue`"),
            ("/Parameters/Days/Default", json!("31"), "Days", "above its `MaxValue`"),
            ("/Parameters/Name/Default", json!("a"), "Name", "whose length is below"),
            ("/Parameters/Name/Default", json!("abcdefghi"), "Name", "whose length is above"),
        ],
    );
}

#[test]
#[cfg(feature = "specification")]
fn the_default_of_a_parameter_matches_its_pattern_from_end_to_end() {
    let fault = ("/Parameters/Name/Default", json!("Chat"), "Name", "does not match its `AllowedPattern`");
    each_is_found(&clean(), &[fault]);
}
