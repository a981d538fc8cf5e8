//! Resources of services that are off by default: what is linked to what, and that the checks agree.

use cfn::apigateway::{self, AuthorizationType, IntegrationType};
use cfn::apigatewayv2::{self, ProtocolType};
use cfn::cloudwatch::{Alarm, ComparisonOperator};
use cfn::lambda::{Function, Permission, Runtime};
use cfn::{Handle, PolicyDocument, Principal, Statement, Template, actions, prelude::*, sns, sqs, sub};
use serde_json::json;

/// A function whose faults are not the matter here.
fn function(t: &mut Template) -> Handle<Function> {
    let code = cfn::lambda::Code::packaged("bootstrap.zip");
    let function = Function::new()
        .code(code)
        .handler("bootstrap")
        .runtime(Runtime::ProvidedAl2023)
        .role("arn:aws:iam::123456789012:role/function")
        .accept(cfn::Judgement::LogsForever, "A test has no logs.");
    let function = t.add("Function", function);
    t.add(
        "Permission",
        Permission::new()
            .action("lambda:InvokeFunction")
            .function_name(&function)
            .principal("apigateway.amazonaws.com")
            .source_arn("arn:aws:execute-api:us-east-1:123456789012:api/*"),
    );
    function
}

#[test]
fn a_rest_api_is_made_of_handles_and_invokes_its_function_by_uri() {
    let mut t = Template::new("");
    let function = function(&mut t);
    let api = t.add("Api", apigateway::RestApi::new().name("rest"));
    let posts = t.add(
        "Posts",
        apigateway::Resource::new()
            .rest_api_id(&api)
            .parent_id(api.root_resource_id().cast())
            .path_part("posts"),
    );
    let integration = apigateway::Integration::new()
        .type_(IntegrationType::AwsProxy)
        .integration_http_method("POST")
        .uri(function.invocation_uri());
    let method = t.add(
        "GetPosts",
        apigateway::Method::new()
            .rest_api_id(&api)
            .resource_id(&posts)
            .http_method("GET")
            .authorization_type(AuthorizationType::AwsIam)
            .integration(integration),
    );
    t.add("Deployment", apigateway::Deployment::new().rest_api_id(&api).depends_on(&method));
    assert_eq!(t.check(), Ok(()));
    let json = t.to_json();
    assert_eq!(json["Resources"]["GetPosts"]["Properties"]["ResourceId"], json!({ "Ref": "Posts" }));
    assert_eq!(
        json["Resources"]["GetPosts"]["Properties"]["Integration"]["Uri"]["Fn::Sub"],
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
    );
}

#[test]
fn a_websocket_api_routes_to_its_function() {
    let mut t = Template::new("");
    let function = function(&mut t);
    let api = t.add(
        "Socket",
        apigatewayv2::Api::new()
            .name("socket")
            .protocol_type(ProtocolType::Websocket)
            .route_selection_expression("$request.body.action"),
    );
    let integration = t.add(
        "Integration",
        apigatewayv2::Integration::new()
            .api_id(&api)
            .integration_type(apigatewayv2::IntegrationType::AwsProxy)
            .integration_uri(function.invocation_uri()),
    );
    t.add(
        "Connect",
        apigatewayv2::Route::new()
            .api_id(&api)
            .route_key("$connect")
            .target(sub!("integrations/{}", integration.integration_id())),
    );
    assert_eq!(t.check(), Ok(()));
    let route = t.to_json()["Resources"]["Connect"]["Properties"].clone();
    assert_eq!(
        route,
        json!({
            "ApiId": { "Ref": "Socket" }, "RouteKey": "$connect",
            "Target": { "Fn::Sub": "integrations/${Integration}" },
        })
    );
}

#[test]
fn an_alarm_tells_a_topic_and_a_queue_has_a_policy() {
    let mut t = Template::new("");
    let topic = t.add("Alarms", sns::Topic::new());
    let alarm = Alarm::new()
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .metric_name("Errors")
        .namespace("AWS/Lambda")
        .period(60)
        .evaluation_periods(1)
        .threshold(0)
        .alarm_actions([&topic]);
    t.add("Errors", alarm);
    let queue = t.add("Failed", sqs::Queue::new());
    t.add(
        "FailedPolicy",
        sqs::QueuePolicy::new().queues([&queue]).policy_document(PolicyDocument::new([Statement::allow(
            actions!["sqs:SendMessage"],
        )
        .principal(Principal::service("sns.amazonaws.com"))
        .on([queue.arn()])])),
    );
    assert_eq!(t.check(), Ok(()));
    assert_eq!(
        t.to_json()["Resources"]["Errors"]["Properties"]["AlarmActions"],
        json!([{ "Ref": "Alarms" }])
    );
}
