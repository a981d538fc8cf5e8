//! API Gateway: REST methods, and the routes of HTTP and WebSocket APIs.

use serde_json::{Value as Json, json};

use crate::{each_is_found, function, permission, template};

fn rest() -> Json {
    let uri = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${Function.Arn}/invocations";
    let mut template = template([
        ("Api", "AWS::ApiGateway::RestApi", json!({ "Name": "rest" })),
        (
            "Authorizer",
            "AWS::ApiGateway::Authorizer",
            json!({
                "Type": "COGNITO_USER_POOLS", "Name": "pool", "ProviderARNs": ["arn:…"], "RestApiId": { "Ref": "Api" },
            }),
        ),
        (
            "Get",
            "AWS::ApiGateway::Method",
            json!({
                "RestApiId": { "Ref": "Api" }, "ResourceId": { "Fn::GetAtt": ["Api", "RootResourceId"] },
                "HttpMethod": "GET",
                "AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": { "Ref": "Authorizer" },
                "Integration": { "Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": { "Fn::Sub": uri } },
            }),
        ),
        ("Deployment", "AWS::ApiGateway::Deployment", json!({ "RestApiId": { "Ref": "Api" } })),
    ]);
    template["Resources"]["Deployment"]["DependsOn"] = json!(["Get"]);
    template["Resources"]["Permission"] = permission("Function", "apigateway.amazonaws.com");
    function(&mut template, json!("logs:PutLogEvents"), json!({ "Fn::GetAtt": ["Logs", "Arn"] }));
    template
}

#[test]
fn a_method_has_its_authorizer_its_verb_and_its_deployment() {
    let method = "/Resources/Get/Properties";
    let at = |name: &str| -> &'static str { Box::leak(format!("{method}/{name}").into_boxed_str()) };
    let twin = rest()["Resources"]["Get"].clone();
    let mut clean = rest();
    clean["Resources"]["Deployment"]["DependsOn"] = json!(["Get", "Put"]);
    clean["Resources"]["Put"] = twin;
    clean["Resources"]["Put"]["Properties"]["HttpMethod"] = json!("PUT");
    each_is_found(
        &clean,
        &[
            (at("AuthorizerId"), json!(null), "Get", "needs an `AuthorizerId`"),
            (
                at("AuthorizerId"),
                json!({ "Ref": "Function" }),
                "Get",
                "no authorizer of type COGNITO_USER_POOLS",
            ),
            (at("AuthorizationType"), json!("CUSTOM"), "Get", "no authorizer of type TOKEN or REQUEST"),
            (at("Integration/IntegrationHttpMethod"), json!(null), "Get", "for a function it is `POST`"),
            (at("Integration/IntegrationHttpMethod"), json!("GET"), "Get", "invoked by `POST`"),
            (at("HttpMethod"), json!("PUT"), "Put", "`Get` is `PUT` on the same resource already"),
            ("/Resources/Deployment/DependsOn", json!(["Get"]), "Deployment", "add `DependsOn: Put`"),
            (
                "/Resources/Authorizer/Properties/ProviderARNs",
                json!(null),
                "Authorizer",
                "needs `ProviderARNs`",
            ),
        ],
    );
}

fn websocket() -> Json {
    let route = |key: &str| json!({ "ApiId": { "Ref": "Socket" }, "RouteKey": key });
    let mut template = template([
        (
            "Socket",
            "AWS::ApiGatewayV2::Api",
            json!({ "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action" }),
        ),
        ("Connect", "AWS::ApiGatewayV2::Route", route("$connect")),
        ("SendPost", "AWS::ApiGatewayV2::Route", route("sendpost")),
        ("Web", "AWS::ApiGatewayV2::Api", json!({ "ProtocolType": "HTTP" })),
        ("Posts", "AWS::ApiGatewayV2::Route", json!({ "ApiId": { "Ref": "Web" }, "RouteKey": "GET /posts" })),
    ]);
    let connect = &mut template["Resources"]["Connect"]["Properties"];
    connect["AuthorizationType"] = json!("CUSTOM");
    connect["AuthorizerId"] = json!("abc123");
    template
}

#[test]
fn routes_are_selected_once_and_authorized_on_connect() {
    each_is_found(
        &websocket(),
        &[
            (
                "/Resources/Socket/Properties/RouteSelectionExpression",
                json!(null),
                "Socket",
                "`$request.body.action`",
            ),
            (
                "/Resources/SendPost/Properties/RouteKey",
                json!("$conect"),
                "SendPost",
                "`$conect` fits no request",
            ),
            (
                "/Resources/SendPost/Properties/AuthorizationType",
                json!("AWS_IAM"),
                "SendPost",
                "on `$connect` alone",
            ),
            ("/Resources/Connect/Properties/AuthorizerId", json!(null), "Connect", "needs an `AuthorizerId`"),
            (
                "/Resources/SendPost/Properties/RouteKey",
                json!("$connect"),
                "SendPost",
                "`Connect` has the route key",
            ),
            ("/Resources/Posts/Properties/RouteKey", json!("/posts"), "Posts", "`GET /posts`"),
        ],
    );
}

fn staged() -> Json {
    let mut template = template([
        ("Rest", "AWS::ApiGateway::RestApi", json!({ "Name": "rest" })),
        ("Other", "AWS::ApiGateway::RestApi", json!({ "Name": "other" })),
        ("Deployed", "AWS::ApiGateway::Deployment", json!({ "RestApiId": { "Ref": "Rest" } })),
        ("OtherDeployed", "AWS::ApiGateway::Deployment", json!({ "RestApiId": { "Ref": "Other" } })),
        (
            "Live",
            "AWS::ApiGateway::Stage",
            json!({ "RestApiId": { "Ref": "Rest" }, "DeploymentId": { "Ref": "Deployed" }, "StageName": "live" }),
        ),
        (
            "Path",
            "AWS::ApiGateway::BasePathMapping",
            json!({ "RestApiId": { "Ref": "Rest" }, "DomainName": "api.example.com", "Stage": "live" }),
        ),
        ("Http", "AWS::ApiGatewayV2::Api", json!({ "Name": "http", "ProtocolType": "HTTP" })),
        (
            "HttpLive",
            "AWS::ApiGatewayV2::Stage",
            json!({ "ApiId": { "Ref": "Http" }, "StageName": "live", "AutoDeploy": true }),
        ),
        (
            "HttpPath",
            "AWS::ApiGatewayV2::ApiMapping",
            json!({ "ApiId": { "Ref": "Http" }, "DomainName": "http.example.com", "Stage": { "Ref": "HttpLive" } }),
        ),
    ]);
    template["Resources"]["Path"]["DependsOn"] = json!("Live");
    template
}

#[test]
fn a_stage_serves_a_deployment_of_its_own_api_and_exists_before_it_is_named() {
    each_is_found(
        &staged(),
        &[
            ("/Resources/HttpLive/Properties/AutoDeploy", json!(null), "HttpLive", "it serves nothing"),
            (
                "/Resources/Live/Properties/DeploymentId",
                json!({ "Ref": "OtherDeployed" }),
                "Live",
                "is a deployment of `Other`, and the stage is of `Rest`",
            ),
            ("/Resources/Path/DependsOn", json!(null), "Path", "add `DependsOn: Live`"),
            ("/Resources/HttpPath/Properties/Stage", json!("live"), "HttpPath", "add `DependsOn: HttpLive`"),
        ],
    );
}
