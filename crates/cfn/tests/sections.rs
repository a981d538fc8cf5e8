//! Mappings, rules, creation and update policies, as CloudFormation reads them.

use cfn::condition::{equals, not};
use cfn::intrinsic::{cidr, get_azs};
use cfn::rule::{contains, each_member_equals, each_member_in, ref_all, value_of, value_of_all};
use cfn::{CreationPolicy, Mapping, Parameter, Raw, Rule, Template, UpdatePolicy, Value, prelude::*, pseudo};
use serde_json::json;

#[test]
fn a_mapping_is_looked_up_by_text_parameters_and_pseudo_parameters() {
    let mut t = Template::new("");
    let stage = t.parameter("Stage", Parameter::text());
    let sizes = t.mapping(
        "Sizes",
        Mapping::<i64>::new()
            .row("development", [("MemoryMb", 128), ("TimeoutS", 3)])
            .row("production", [("MemoryMb", 512), ("TimeoutS", 10)]),
    );
    t.add("Thing", Raw::new("Custom::Thing").property("Memory", sizes.find(&stage, "MemoryMb")));
    assert_eq!(t.check(), Ok(()));
    let json = t.to_json();
    assert_eq!(
        json["Mappings"],
        json!({ "Sizes": {
            "development": { "MemoryMb": 128, "TimeoutS": 3 },
            "production": { "MemoryMb": 512, "TimeoutS": 10 },
        } })
    );
    let found = &json["Resources"]["Thing"]["Properties"]["Memory"];
    assert_eq!(*found, json!({ "Fn::FindInMap": ["Sizes", { "Ref": "Stage" }, "MemoryMb"] }));
    assert_eq!(
        sizes.find(pseudo::region(), "TimeoutS").into_json(),
        json!({ "Fn::FindInMap": ["Sizes", { "Ref": "AWS::Region" }, "TimeoutS"] })
    );
}

#[test]
fn a_mapping_that_is_not_there_or_lacks_the_key_is_named() {
    for (path, says) in [
        (json!(["Gone", "a", "b"]), "the mapping `Gone` is not in the template"),
        (json!(["Sizes", "staging", { "Ref": "AWS::Region" }]), "`Sizes` has no key `staging`"),
        (json!(["Sizes", "development", "Memory"]), "`Sizes` has no key `Memory`"),
    ] {
        let mut t = Template::new("");
        t.mapping("Sizes", Mapping::<i64>::new().row("development", [("MemoryMb", 128)]));
        let lookup: Value<i64> = Value::unchecked(json!({ "Fn::FindInMap": path }));
        t.add("Thing", Raw::new("Custom::Thing").property("Memory", lookup));
        let problems = t.check().expect_err("it is looked up in vain");
        assert!(problems.len() == 1 && problems[0].text.contains(says), "{problems:?}");
        assert_eq!(problems[0].about, "Thing");
    }
}

#[test]
fn a_rule_asserts_what_has_to_hold_between_parameters() {
    let mut t = Template::new("");
    let stage = t.parameter("Stage", Parameter::text());
    let domain = t.parameter("Domain", Parameter::text());
    let rule = Rule::assert(not(equals(&domain, "")), "Give a Domain.").when(equals(&stage, "production"));
    t.rule("HasDomain", rule);
    assert_eq!(t.check(), Ok(()));
    assert_eq!(
        t.to_json()["Rules"]["HasDomain"],
        json!({
            "RuleCondition": { "Fn::Equals": [{ "Ref": "Stage" }, "production"] },
            "Assertions": [{
                "Assert": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Domain" }, ""] }] },
                "AssertDescription": "Give a Domain.",
            }],
        })
    );
}

#[test]
fn a_rule_cannot_refer_to_a_resource() {
    let mut t = Template::new("");
    let thing = t.add("Thing", Raw::new("Custom::Thing"));
    t.rule("Early", Rule::assert(equals(thing.ref_(), "x"), "It is x."));
    let problems = t.check().expect_err("the resource does not exist yet");
    assert!(problems[0].text.contains("does not exist yet"), "{problems:?}");
    assert_eq!(problems[0].about, "Early");
}

#[test]
fn creation_and_update_policies_stand_beside_the_properties() {
    let mut t = Template::new("");
    let alias = Raw::new("AWS::Lambda::Alias")
        .creation_policy(CreationPolicy::signals(1, 15))
        .update_policy(UpdatePolicy::code_deploy_alias("app", "group").before_allow_traffic("smoke"));
    t.add("Alias", alias);
    let alias = &t.to_json()["Resources"]["Alias"];
    assert_eq!(alias["CreationPolicy"], json!({ "ResourceSignal": { "Count": 1, "Timeout": "PT15M" } }));
    assert_eq!(
        alias["UpdatePolicy"],
        json!({ "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": "app", "DeploymentGroupName": "group", "BeforeAllowTrafficHook": "smoke",
        } })
    );
}

#[test]
fn networks_are_cut_and_zones_are_listed() {
    assert_eq!(get_azs(pseudo::region()).into_json(), json!({ "Fn::GetAZs": { "Ref": "AWS::Region" } }));
    assert_eq!(cidr("10.0.0.0/16", 6, 8).into_json(), json!({ "Fn::Cidr": ["10.0.0.0/16", 6, "8"] }));
}

#[test]
fn the_parameters_behind_a_value_are_found_through_conditions() {
    let mut t = Template::new("");
    let stage = t.parameter("Stage", Parameter::text().group("Basics").label("What it is for"));
    t.parameter("Unused", Parameter::text());
    let origins = t.parameter("Origins", Parameter::comma_delimited().group("Basics"));
    let is_production = t.condition("IsProduction", equals(&stage, "production"));
    let value: Value<String> = cfn::if_(&is_production, cfn::join(" ", &origins), "none");
    let behind: Vec<_> = t.parameters_behind(&value.into_json()).into_iter().map(Value::into_json).collect();
    assert_eq!(behind, [json!({ "Ref": "Stage" }), json!({ "Fn::Join": [",", { "Ref": "Origins" }] })]);
    assert_eq!(
        t.to_json()["Metadata"]["AWS::CloudFormation::Interface"],
        json!({
            "ParameterGroups": [{ "Label": { "default": "Basics" }, "Parameters": ["Stage", "Origins"] }],
            "ParameterLabels": { "Stage": { "default": "What it is for" } },
        })
    );
}

#[test]
fn rules_have_functions_of_their_own() {
    let mut t = Template::new("");
    let stage = t.parameter("Stage", Parameter::text());
    let zones = t.parameter("Zones", Parameter::comma_delimited());
    let network = t.parameter("Network", Parameter::text());
    t.rule(
        "Known",
        Rule::assert(contains(["test", "live"], &stage), "Stage is test or live.")
            .and(each_member_in(&zones, ["a", "b"]), "Zones are a and b.")
            .and(
                each_member_equals(value_of_all("AWS::EC2::VPC::Id", "Tags.Team"), "chat"),
                "Networks are ours.",
            )
            .and(contains(ref_all("AWS::EC2::VPC::Id"), &network), "Network is a parameter.")
            .and(equals(value_of(&network, "Tags.Stage"), &stage), "The network is the stage's."),
    );
    t.add("Thing", Raw::new("Custom::Thing"));
    assert_eq!(t.check(), Ok(()));
    let json = t.to_json();
    let asserted: Vec<_> = json["Rules"]["Known"]["Assertions"]
        .as_array()
        .expect("assertions")
        .iter()
        .map(|assertion| assertion["Assert"].clone())
        .collect();
    assert_eq!(
        asserted,
        [
            json!({ "Fn::Contains": [["test", "live"], { "Ref": "Stage" }] }),
            json!({ "Fn::EachMemberIn": [{ "Ref": "Zones" }, ["a", "b"]] }),
            json!({ "Fn::EachMemberEquals": [
                { "Fn::ValueOfAll": ["AWS::EC2::VPC::Id", "Tags.Team"] }, "chat",
            ] }),
            json!({ "Fn::Contains": [{ "Fn::RefAll": "AWS::EC2::VPC::Id" }, { "Ref": "Network" }] }),
            json!({ "Fn::Equals": [{ "Fn::ValueOf": ["Network", "Tags.Stage"] }, { "Ref": "Stage" }] }),
        ]
    );
}
