//! Two stages in one account, and what a stage decides.

use serde_json::{Value as Json, json};

/// Properties that name a thing, in the namespace of an account, a region, or all of AWS.
const NAMES: [&str; 27] = [
    "AlarmName",
    "ApiName",
    "BucketName",
    "CachePolicyConfig",
    "ClientName",
    "DashboardName",
    "Domain",
    "DomainName",
    "EventBusName",
    "FunctionName",
    "GroupName",
    "IdentityPoolName",
    "KeyName",
    "LogGroupName",
    "ManagedPolicyName",
    "Name",
    "OriginAccessControlConfig",
    "PolicyName",
    "QueueName",
    "RoleName",
    "RuleName",
    "ScheduleName",
    "SecretName",
    "StreamName",
    "TableName",
    "TopicName",
    "UserPoolName",
];

/// Types whose name or domain is not in such a namespace: it is one within another resource of the stack, a
/// reference to one, or another's by intention.
const WITHIN: [&str; 18] = [
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::AppSync::DataSource",
    "AWS::AppSync::FunctionConfiguration",
    "AWS::CertificateManager::Certificate",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
];

#[test]
fn no_name_is_the_same_in_two_stacks() {
    let template = infra::template().to_json();
    for (id, resource) in template["Resources"].as_object().expect("resources") {
        let kind = resource["Type"].as_str().expect("a type");
        if WITHIN.contains(&kind) || kind == "AWS::Route53::RecordSet" {
            continue;
        }
        for name in NAMES {
            let value = &resource["Properties"][name];
            assert!(value.is_null() || is_of_this_stack(&template, value), "{id}: {name} is {value}");
        }
    }
    for (id, output) in template["Outputs"].as_object().expect("outputs") {
        let name = &output["Export"]["Name"];
        assert!(name.is_null() || is_of_this_stack(&template, name), "{id} is exported as {name}");
    }
}

#[test]
fn bills_tell_stages_apart() {
    let template = infra::template().to_json();
    let stage = json!({ "Ref": "Stage" });
    let tags = json!([{ "Key": "application", "Value": "parlor" }, { "Key": "stage", "Value": stage }]);
    let as_members = json!({ "application": "parlor", "stage": stage });
    let tagged = |id: &str, property: &str| &template["Resources"][id]["Properties"][property];
    for id in [
        "ChatTable",
        "UploadsBucket",
        "RestFunction",
        "RestFunctionRole",
        "GraphQLApi",
        "RestApi",
        "ApiWebAcl",
    ] {
        assert_eq!(*tagged(id, "Tags"), tags, "{id}");
    }
    assert_eq!(*tagged("UserPool", "UserPoolTags"), as_members);
    assert_eq!(*tagged("IdentityPool", "IdentityPoolTags"), tags);
    assert_eq!(*tagged("SocketApi", "Tags"), as_members);
}

/// The stack's own name or id is in it, or what a resource of the stack is called, or whoever deploys chooses it.
fn is_of_this_stack(template: &Json, name: &Json) -> bool {
    let text = name.to_string();
    let refers_to = |section: &str| {
        let ids = template[section].as_object().into_iter().flatten();
        ids.map(|(id, _)| id)
            .any(|id| text.contains(&format!("{{\"Ref\":\"{id}\"}}")) || text.contains(&format!("${{{id}")))
    };
    text.contains("AWS::StackName")
        || text.contains("AWS::StackId")
        || refers_to("Resources")
        || refers_to("Parameters")
}

#[test]
fn every_parameter_says_what_it_is_and_what_it_takes() {
    let template = infra::template().to_json();
    for (id, parameter) in template["Parameters"].as_object().expect("parameters") {
        assert!(parameter["Default"].is_string(), "{id}: a first deployment asks for nothing");
        assert!(parameter["Description"].is_string(), "{id}");
        let is_constrained = ["AllowedPattern", "MinValue", "MaxValue", "MinLength"]
            .iter()
            .any(|constraint| !parameter[constraint].is_null());
        assert!(!is_constrained || parameter["ConstraintDescription"].is_string(), "{id}");
    }
}

#[test]
fn the_console_shows_parameters_under_headings() {
    let template = infra::template().to_json();
    let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let basics = &interface["ParameterGroups"][0];
    assert_eq!(basics["Label"]["default"], "Basics");
    assert_eq!(basics["Parameters"], json!(["Stage", "AllowedOrigins"]));
    let shown = interface["ParameterGroups"].as_array().expect("groups").iter();
    let shown = shown.flat_map(|group| group["Parameters"].as_array().expect("a list"));
    let shown: Vec<&str> = shown.map(|id| id.as_str().expect("an id")).collect();
    for (id, parameter) in template["Parameters"].as_object().expect("parameters") {
        assert_eq!(shown.iter().filter(|shown| *shown == id).count(), 1, "{id} stands under one heading");
        assert!(interface["ParameterLabels"][id]["default"].is_string(), "{id}");
        assert_ne!(parameter["ConstraintDescription"], parameter["Description"], "{id}");
    }
    assert!(shown.iter().all(|id| template["Parameters"][id].is_object()), "{shown:?}");
}

#[test]
fn every_alarm_tells_the_topic_and_rings_under_one_condition() {
    let template = infra::template().to_json();
    let mut alarms = 0;
    for (id, resource) in template["Resources"].as_object().expect("resources") {
        if resource["Type"] == "AWS::CloudWatch::Alarm" {
            assert_eq!(resource["Properties"]["AlarmActions"], json!([{ "Ref": "AlarmTopic" }]), "{id}");
            assert_eq!(resource["Properties"]["TreatMissingData"], "notBreaching", "{id}");
            assert_eq!(resource["Condition"], "HasAlarms", "{id}");
            alarms += 1;
        }
        if resource["Type"] == "AWS::Lambda::Function" {
            for alarm in ["Errors", "Throttles", "Duration"] {
                let alarm = &template["Resources"][format!("{id}{alarm}Alarm")]["Properties"];
                assert_eq!(alarm["Dimensions"], json!([{ "Name": "FunctionName", "Value": { "Ref": id } }]));
            }
        }
    }
    assert!(alarms >= 16, "{alarms}");
}

#[test]
fn a_password_is_sent_as_it_is_by_the_command_line_alone_and_not_in_production() {
    let template = infra::template().to_json();
    let flows = |id: &str| &template["Resources"][id]["Properties"]["ExplicitAuthFlows"];
    let choice = json!({ "Fn::If": ["SignsInByEmail", "ALLOW_USER_AUTH", { "Ref": "AWS::NoValue" }] });
    assert_eq!(*flows("WebClient"), json!(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", choice]));
    assert_eq!(*flows("CommandLineClient"), json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]));
    assert_eq!(template["Resources"]["CommandLineClient"]["Condition"], "HasCommandLine");
    assert_eq!(
        template["Conditions"]["HasCommandLine"],
        json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Stage" }, "production"] }] })
    );
}

#[test]
fn a_code_by_e_mail_is_enough_only_if_asked_for_and_never_where_two_factors_must_be() {
    let template = infra::template().to_json();
    assert_eq!(template["Parameters"]["EmailSignIn"]["Default"], "false");
    assert_eq!(
        template["Resources"]["UserPool"]["Properties"]["Policies"]["SignInPolicy"],
        json!({ "Fn::If": [
            "SignsInByEmail",
            { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] },
            { "Ref": "AWS::NoValue" },
        ] })
    );
    let rule = &template["Rules"]["SecondFactorNeedsPassword"];
    assert_eq!(rule["RuleCondition"], json!({ "Fn::Equals": [{ "Ref": "Mfa" }, "ON"] }));
    assert_eq!(rule["Assertions"][0]["Assert"], json!({ "Fn::Equals": [{ "Ref": "EmailSignIn" }, "false"] }));
}

#[test]
fn the_doors_of_the_feed_have_alarms_and_a_firewall() {
    let template = infra::template().to_json();
    let properties = |id: &str| &template["Resources"][id]["Properties"];
    let stage = json!({ "Name": "Stage", "Value": "live" });
    // By this name, and no other, CloudWatch knows a REST API.
    let rest = json!({ "Name": "ApiName", "Value": properties("RestApi")["Name"] });
    assert_eq!(properties("RestErrorsAlarm")["MetricName"], "5XXError");
    assert_eq!(properties("RestErrorsAlarm")["Dimensions"], json!([rest, stage]));
    let socket = json!({ "Name": "ApiId", "Value": { "Ref": "SocketApi" } });
    for metric in ["IntegrationError", "ExecutionError", "ClientError"] {
        let alarm = properties(&format!("Socket{metric}sAlarm")).clone();
        assert_eq!((&alarm["MetricName"], &alarm["Namespace"]), (&json!(metric), &json!("AWS/ApiGateway")));
        assert_eq!(alarm["Dimensions"], json!([socket, stage]));
    }
    let arn = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestApi}/stages/${RestStage}";
    assert_eq!(properties("RestApiFirewall")["ResourceArn"], json!({ "Fn::Sub": arn }));
}

#[test]
fn the_stacks_own_site_may_read_the_rest_api() {
    let template = infra::template().to_json();
    let origins = &template["Resources"]["RestStage"]["Properties"]["Variables"]["allowedOrigins"]["Fn::If"];
    assert_eq!(origins[0], "HasSite");
    assert!(origins[1].to_string().contains("SiteDistribution.DomainName"), "{}", origins[1]);
    assert!(!origins[2].to_string().contains("SiteDistribution"), "{}", origins[2]);
}

#[test]
fn the_dashboard_shows_every_function_that_always_exists() {
    let template = infra::template().to_json();
    let body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str();
    let body = body.expect("text for CloudFormation to fill in");
    let json: Json = serde_json::from_str(body).expect("JSON");
    assert!(json["widgets"].as_array().expect("widgets").len() >= 10);
    for (id, resource) in template["Resources"].as_object().expect("resources") {
        let is_shown = body.contains(&format!("${{{id}}}"));
        if resource["Type"] == "AWS::Lambda::Function" {
            assert_eq!(is_shown, resource["Condition"].is_null(), "{id}");
        }
    }
}
