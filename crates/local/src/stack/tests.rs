//! The template, deployed: intrinsics, parameters, and what a laptop makes of Parlor's own.

use super::*;
use serde_json::json;

fn deploy(template: Value) -> Result<Stack, StackError> {
    Stack::deploy(&template, &BTreeMap::new(), "http://localhost:4000")
}

fn outputs(template: Value) -> BTreeMap<String, String> {
    deploy(template).unwrap().outputs
}

#[test]
fn every_intrinsic_of_the_template_is_resolved() {
    let outputs = outputs(json!({
        "Parameters": {
            "Stage": { "Type": "String", "Default": "development" },
            "Origins": { "Type": "CommaDelimitedList", "Default": "http://a, http://b" },
        },
        "Conditions": { "IsProduction": { "Fn::Equals": [{ "Ref": "Stage" }, "production"] } },
        "Mappings": { "M": { "a": { "b": "c" } } },
        "Resources": {
            "Files": { "Type": "AWS::S3::Bucket" },
            "Extra": { "Type": "AWS::S3::Bucket", "Condition": "IsProduction" },
        },
        "Outputs": {
            "If": { "Value": { "Fn::If": ["IsProduction", "yes", "no"] } },
            "Join": { "Value": { "Fn::Join": ["-", { "Ref": "Origins" }] } },
            "Select": { "Value": { "Fn::Select": [1, { "Fn::Split": [",", "x,y"] }] } },
            "Sub": { "Value": { "Fn::Sub": "${Files} ${Files.Arn} ${!Kept} ${AWS::Region}" } },
            "SubWith": { "Value": { "Fn::Sub": ["${A}!", { "A": { "Ref": "Stage" } }] } },
            "Map": { "Value": { "Fn::FindInMap": ["M", "a", "b"] } },
            "Base64": { "Value": { "Fn::Base64": "hi" } },
            "Left": { "Value": "out", "Condition": "IsProduction" },
        },
    }));
    assert_eq!(outputs["If"], "no");
    assert_eq!(outputs["Join"], "http://a-http://b");
    assert_eq!(outputs["Select"], "y");
    assert_eq!(outputs["Sub"], "parlor-local-files arn:aws:s3:::parlor-local-files ${Kept} us-east-1");
    assert_eq!(outputs["SubWith"], "development!");
    assert_eq!(outputs["Map"], "c");
    assert_eq!(outputs["Base64"], "aGk=");
    assert!(!outputs.contains_key("Left"));
}

#[test]
fn the_template_can_be_resolved_in_every_stage() {
    for stage in ["development", "production"] {
        let parameters = [("Stage", stage), ("AllowedOrigins", "https://chat.example")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let stack = Stack::deploy(&infra::template().to_json(), &parameters, "http://localhost").unwrap();
        assert_eq!(stack.output("Stage").unwrap(), stage);
        assert_eq!(stack.resources.contains_key("AlarmTopic"), stage == "production");
    }
}

#[test]
fn what_the_template_asserts_of_parameters_together_holds_here_too() {
    let rules = |limit: &str| {
        json!({
            "Parameters": {
                "Stage": { "Type": "String", "Default": "production" },
                "Origin": { "Type": "String", "Default": "*" },
            },
            "Rules": { "Closed": {
                "RuleCondition": { "Fn::Contains": [["production", limit], { "Ref": "Stage" }] },
                "Assertions": [{
                    "Assert": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Origin" }, "*"] }] },
                    "AssertDescription": "In production, name the origin.",
                }],
            } },
        })
    };
    let deploy = |stage: &str| {
        let parameters = BTreeMap::from([("Stage".to_owned(), stage.to_owned())]);
        Stack::deploy(&rules("staging"), &parameters, "http://localhost").map(drop)
    };
    for stage in ["production", "staging"] {
        assert!(deploy(stage).unwrap_err().0.contains("name the origin"));
    }
    deploy("development").unwrap();
}

#[test]
fn an_alias_is_its_functions_arn_with_a_name_behind() {
    let function = |kind: &str, property: &str, value: Value| json!({ "Type": kind, "Properties": { "FunctionName": { "Ref": "Greeter" }, property: value } });
    let version = json!({ "Fn::GetAtt": ["Version", "Version"] });
    let mut alias = function("AWS::Lambda::Alias", "FunctionVersion", version);
    alias["Properties"]["Name"] = json!("live");
    let stack = deploy(json!({ "Resources": {
        "Greeter": { "Type": "AWS::Lambda::Function" },
        "Version": function("AWS::Lambda::Version", "Description", json!("first")),
        "Live": alias,
    } }))
    .unwrap();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:parlor-local-Greeter";
    assert_eq!(stack.resources["Live"].physical_id, format!("{arn}:live"));
    assert_eq!(stack.resources["Live"].text("/FunctionVersion").unwrap(), "1");
    assert_eq!(stack.resources["Version"].physical_id, format!("{arn}:1"));
}

#[test]
fn gateways_are_on_this_machine() {
    let outputs = outputs(json!({
        "Resources": { "Rest": { "Type": "AWS::ApiGateway::RestApi" }, "Socket": { "Type": "AWS::ApiGatewayV2::Api" } },
        "Outputs": {
            "Rest": { "Value": { "Fn::Sub": "https://${Rest}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live" } },
            "Socket": { "Value": { "Fn::Sub": "wss://${Socket}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live" } },
            "Connections": { "Value": { "Fn::Sub": "https://${Socket}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live" } },
        },
    }));
    let is = |name: &str, prefix: &str| outputs[name].starts_with(prefix) && outputs[name].ends_with("/live");
    assert!(is("Rest", "http://localhost:4000/restapis/"), "{outputs:?}");
    assert!(is("Socket", "ws://localhost:4000/_apis/"), "{outputs:?}");
    assert!(is("Connections", "http://localhost:4000/_apis/"), "{outputs:?}");
}

#[test]
fn no_value_leaves_the_property_out() {
    let stack = deploy(json!({ "Resources": { "Files": {
        "Type": "AWS::S3::Bucket",
        "Properties": { "BucketName": { "Ref": "AWS::NoValue" }, "Tags": [{ "Ref": "AWS::NoValue" }] },
    } } }))
    .unwrap();
    assert_eq!(stack.resources["Files"].properties, json!({ "Tags": [] }));
}

#[test]
fn a_dangling_reference_is_named() {
    for value in [
        json!({ "Ref": "Absent" }),
        json!({ "Fn::GetAtt": ["Absent", "Arn"] }),
        json!({ "Fn::Sub": "${Absent}" }),
        json!({ "Fn::If": ["Absent", 1, 2] }),
    ] {
        let error = deploy(json!({ "Resources": {}, "Outputs": { "X": { "Value": value } } }));
        assert!(error.unwrap_err().to_string().contains("Absent"));
    }
}

#[test]
fn a_template_that_refers_to_itself_is_refused() {
    let error = deploy(json!({
        "Resources": {},
        "Conditions": { "A": { "Fn::Not": [{ "Condition": "A" }] } },
        "Outputs": { "X": { "Value": "x", "Condition": "A" } },
    }));
    assert!(error.unwrap_err().to_string().contains("circle"));
}

#[test]
fn a_parameter_outside_its_allowed_values_is_refused() {
    let template = json!({
        "Parameters": { "Stage": { "Type": "String", "AllowedValues": ["a", "b"], "Default": "a" } },
        "Resources": {},
    });
    let deploy = |name: &str, value: &str| {
        Stack::deploy(&template, &BTreeMap::from([(name.into(), value.into())]), "http://localhost")
    };
    assert!(deploy("Stage", "b").is_ok());
    assert!(deploy("Stage", "c").unwrap_err().to_string().contains("a, b"));
    assert!(deploy("Other", "c").unwrap_err().to_string().contains("Other"));
}

fn parlor(parameters: &[(&str, &str)]) -> Stack {
    let parameters = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Stack::deploy(&infra::template().to_json(), &parameters, "https://here").unwrap()
}

#[test]
fn what_was_not_asked_for_is_not_there() {
    let stack = parlor(&[]);
    let services = ["Amplify", "CertificateManager", "CloudFront", "Route53", "WAFv2"];
    for service in services {
        let kind = format!("AWS::{service}::");
        let made: Vec<_> = stack.resources.iter().filter(|(_, made)| made.kind.starts_with(&kind)).collect();
        assert!(made.is_empty(), "{made:?}");
    }
    for output in ["SiteUrl", "SiteBucket", "SiteDistributionId", "PublicFilesUrl", "SignInDomain"] {
        assert!(!stack.outputs.contains_key(output), "{output}");
    }
    let client = &stack.resources["WebClient"];
    assert_eq!(client.property("/AllowedOAuthFlows"), None);
}

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";
/// Amplify builds from a repository.
const AMPLIFY: [(&str, &str); 3] = [
    ("Hosting", "amplify"),
    ("RepositoryUrl", "https://github.com/me/parlor"),
    ("RepositoryToken", "secret"),
];

#[test]
fn the_site_may_upload_and_sign_in_without_being_named_twice() {
    let domains = [("DomainName", "chat.example.com"), ("CertificateArn", CERTIFICATE)];
    let cloudfront = &[("Hosting", "cloudfront")];
    for (hosting, more) in [(&cloudfront[..], &[][..]), (cloudfront, &domains), (&AMPLIFY, &domains[..1])] {
        let page = [("SignInDomain", "parlor"), ("PublicFiles", "everyone")];
        let stack = parlor(&[&page[..], hosting, more].concat());
        let origin = stack.output("SiteUrl").unwrap();
        assert!(more.is_empty() || origin == "https://chat.example.com", "{origin}");
        let uploads = &stack.resources["UploadsBucket"];
        assert_eq!(uploads.texts("/CorsConfiguration/CorsRules/1/AllowedOrigins"), [origin]);
        let client = &stack.resources["WebClient"];
        let site = format!("{origin}/");
        for urls in ["/CallbackURLs", "/LogoutURLs"] {
            assert_eq!(client.texts(urls), ["http://localhost:5173/", &site]);
        }
        assert_eq!(client.texts("/AllowedOAuthFlows"), ["code"]);
    }
}

#[test]
fn the_site_on_amplify_gets_the_configuration_that_anyone_makes_of_the_outputs() {
    let page =
        [("SignInDomain", "parlor"), ("CallbackUrls", "https://a/,https://b/"), ("PublicFiles", "everyone")];
    for (more, guests) in [(&page[..], "true"), (&[], "false")] {
        let stack = parlor(&[&AMPLIFY[..], &[("GuestAccess", guests)], more].concat());
        let variables = stack.resources["SiteBranch"].property("/EnvironmentVariables/0").unwrap();
        assert_eq!(variables["Name"], "PARLOR_CONFIG");
        let built: Value = serde_json::from_str(variables["Value"].as_str().unwrap()).unwrap();
        let mut made = infra::front_end_config(&stack.outputs, None).unwrap();
        if more.is_empty() {
            // CloudFormation cannot leave a member out of a text.
            made["publicFilesUrl"] = Value::Null;
            made["amplify"]["Auth"]["Cognito"]["loginWith"] = json!({});
        } else {
            let oauth = &made["amplify"]["Auth"]["Cognito"]["loginWith"]["oauth"];
            assert_eq!(oauth["redirectSignIn"].as_array().map(Vec::len), Some(3), "{oauth}");
            assert_eq!(oauth["domain"], "parlor.auth.us-east-1.amazoncognito.com");
        }
        assert_eq!(built, made);
    }
}
