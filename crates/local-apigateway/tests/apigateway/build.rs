//! What is wrong with a definition is said when the API is built.

use std::sync::Arc;

use local_apigateway::rest::RestApi;
use local_apigateway::websocket::{AuthorizationType, WebSocketApi};
use serde_json::json;

use crate::backend::{functions, shared};
use crate::rest_api::{Fixture, fixture};
use crate::websocket_api;

fn problem(fixture: Fixture) -> String {
    match RestApi::new(fixture.0, shared(functions())) {
        Ok(_) => panic!("it was built"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_rest_api_that_cannot_be_served_is_refused_by_place() {
    let mock = |more: serde_json::Value| json!({"Integration": more});
    for (fixture, place, what) in [
        (fixture().method("GET /a", json!({"AuthorizationType": "CUSTOM"})), "GET /a", "authorizers"),
        (fixture().method("GET /a", json!({"RequestValidatorId": "x"})), "GET /a", "no request validator x"),
        (fixture().method("GET /a", json!({"RequestModels": {"a/b": "M"}})), "GET /a", "no model M"),
        (
            fixture().method("GET /a", mock(json!({"RequestTemplates": {"application/json": "#if(1)"}}))),
            "GET /a",
            "#end is missing",
        ),
        (
            fixture().method("GET /a", mock(json!({"IntegrationResponses": [{"StatusCode": "200"}]}))),
            "GET /a",
            "MethodResponses",
        ),
        (
            fixture().method("GET /a", mock(json!({"Type": "AWS_PROXY", "Uri": "https://x"}))),
            "GET /a",
            "calls a function",
        ),
        (
            fixture().with(|api| {
                api.models.insert("M".to_owned(), json!({"type": "strange"}));
            }),
            "the model M",
            "",
        ),
        (
            fixture().with(|api| {
                api.models.insert("M".to_owned(), json!({"$ref": "file:///etc/passwd"}));
            }),
            "the model M",
            "",
        ),
        (fixture().authorizer("a", json!({"Type": "TOKEN"})), "the authorizer a", "AuthorizerUri"),
        (fixture().proxy("GET /{x}", "f").proxy("GET /{y}", "f"), "/{y}", "another resource"),
    ] {
        let problem = problem(fixture);
        assert!(problem.starts_with(place) && problem.contains(what), "{problem}");
    }
}

#[test]
fn a_websocket_api_that_cannot_be_served_is_refused_by_place() {
    let build = |change: &dyn Fn(&mut websocket_api::Fixture)| {
        let mut fixture = websocket_api::fixture().route("send", "f");
        change(&mut fixture);
        let functions = Arc::new(functions());
        WebSocketApi::new(fixture.0, functions).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(build(&|_| {}), "");
    let unknown = build(&|fixture| fixture.0.routes[0].target = Some("absent".to_owned()));
    assert!(unknown.starts_with("the route send: its target"), "{unknown}");
    let elsewhere = build(&|fixture| fixture.0.routes[0].authorization_type = AuthorizationType::AwsIam);
    assert!(elsewhere.contains("only $connect can have an authorizer"), "{elsewhere}");
}
