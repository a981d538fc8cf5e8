//! Tags that are said once, for every resource that can have them.

use cfn::{Parameter, Raw, Template, prelude::*};
use serde_json::{Value as Json, json};

fn tagged(kind: &str, own: &[(&str, Json)]) -> Json {
    let mut t = Template::new("");
    let stage = t.parameter("Stage", Parameter::text());
    t.tag("application", "photos");
    let mut thing = Raw::new(kind);
    for (name, value) in own {
        thing = thing.property(name, cfn::Value::<Json>::unchecked(value.clone()));
    }
    t.add("Thing", thing);
    t.tag("stage", stage.value());
    t.to_json()["Resources"]["Thing"]["Properties"].take()
}

#[test]
fn each_type_has_them_in_its_own_shape() {
    let list =
        json!([{ "Key": "application", "Value": "photos" }, { "Key": "stage", "Value": { "Ref": "Stage" } }]);
    let map = json!({ "application": "photos", "stage": { "Ref": "Stage" } });
    for (kind, property, tags) in [
        ("AWS::DynamoDB::Table", "Tags", &list),
        ("AWS::Lambda::Function", "Tags", &list),
        ("AWS::CloudFormation::Stack", "Tags", &list),
        ("AWS::StepFunctions::StateMachine", "Tags", &list),
        ("AWS::Cognito::IdentityPool", "IdentityPoolTags", &list),
        ("AWS::Route53::HostedZone", "HostedZoneTags", &list),
        ("AWS::Cognito::UserPool", "UserPoolTags", &map),
        ("AWS::ApiGatewayV2::Api", "Tags", &map),
        ("AWS::ApiGatewayV2::Stage", "Tags", &map),
        ("AWS::SSM::Parameter", "Tags", &map),
    ] {
        assert_eq!(tagged(kind, &[])[property], *tags, "{kind}");
    }
}

#[test]
fn what_has_no_tags_or_would_be_replaced_for_them_has_none() {
    for kind in
        ["AWS::Lambda::Permission", "AWS::Cognito::UserPoolClient", "AWS::EC2::KeyPair", "Custom::Thing"]
    {
        assert_eq!(tagged(kind, &[]), Json::Null, "{kind}");
    }
}

#[test]
fn a_resources_own_tag_wins() {
    let own = json!([{ "Key": "stage", "Value": "always" }]);
    let both = json!([{ "Key": "stage", "Value": "always" }, { "Key": "application", "Value": "photos" }]);
    assert_eq!(tagged("AWS::SQS::Queue", &[("Tags", own)])["Tags"], both);
    let own = json!({ "stage": "always" });
    let both = json!({ "stage": "always", "application": "photos" });
    assert_eq!(tagged("AWS::Cognito::UserPool", &[("UserPoolTags", own)])["UserPoolTags"], both);
    for own in [json!({ "Fn::If": ["IsBig", [], []] }), json!({ "Fn::Transform": { "Name": "Tags" } })] {
        assert_eq!(tagged("AWS::SQS::Queue", &[("Tags", own.clone())])["Tags"], own);
        assert_eq!(tagged("AWS::SSM::Parameter", &[("Tags", own.clone())])["Tags"], own);
    }
}

#[test]
fn of_two_with_one_key_the_later_one_counts() {
    let mut t = Template::new("");
    t.tag("stage", "development");
    t.tag("stage", "production");
    t.add("Queue", Raw::new("AWS::SQS::Queue"));
    let tags = &t.to_json()["Resources"]["Queue"]["Properties"]["Tags"];
    assert_eq!(*tags, json!([{ "Key": "stage", "Value": "production" }]));
}

#[test]
fn nested_stacks_and_what_is_in_them_have_them_too() {
    let mut t = Template::new("Photos");
    let stage = t.parameter("Stage", Parameter::text());
    let queue = t.part("uploads", |t| t.add("Queue", Raw::new("AWS::SQS::Queue")));
    t.tag("stage", stage.value());
    t.tag("queue", queue.attribute("QueueName"));
    t.part("api", |t| t.add("Bucket", Raw::new("AWS::S3::Bucket").depends_on(&queue)));
    // A queue cannot bear its own name, as it has none yet: that is a cycle, which `check` finds.
    assert!(t.check().is_err());
    let split = t.split().unwrap_or_else(|problems| panic!("{problems:?}"));
    let stage = json!({ "Key": "stage", "Value": { "Ref": "Stage" } });
    assert_eq!(split.root["Resources"]["ApiStack"]["Properties"]["Tags"], json!([stage]));
    let queue = json!({ "Key": "queue", "Value": { "Ref": "QueueQueueName" } });
    let bucket = &split.parts[1].template;
    assert_eq!(bucket["Resources"]["Bucket"]["Properties"]["Tags"], json!([stage, queue]));
    assert_eq!(bucket["Parameters"]["Stage"], json!({ "Type": "String" }));
}
