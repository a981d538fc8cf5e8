//! Mappings, rules, creation and update policies, as CloudFormation reads them.

use cfn::condition::{equals, not};
use cfn::intrinsic::{cidr, get_azs};
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
