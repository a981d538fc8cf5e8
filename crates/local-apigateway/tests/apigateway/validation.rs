//! Request validators and models.

use std::sync::Arc;

use local_apigateway::rest::RequestValidator;
use serde_json::json;

use crate::backend::{Functions, functions, shared, uri};
use crate::rest_api::{fixture, get, get_with, post};

async fn url(functions: &Arc<Functions>) -> String {
    let validated = |more: serde_json::Value| {
        let mut method = json!({
            "RequestValidatorId": "all",
            "Integration": {"Type": "AWS_PROXY", "Uri": uri("echo")},
        });
        method.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        method
    };
    fixture()
        .with(|api| {
            let all = RequestValidator { validate_request_body: true, validate_request_parameters: true };
            api.validators.insert("all".to_owned(), all);
            api.models.insert(
                "Room".to_owned(),
                json!({
                    "$schema": "http://json-schema.org/draft-04/schema#",
                    "type": "object",
                    "required": ["name"],
                    "additionalProperties": false,
                    "properties": {
                        "name": {"type": "string", "minLength": 1},
                        "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
                        "owner": {"$ref": "https://apigateway.amazonaws.com/restapis/a1b2c3/models/User"},
                    },
                }),
            );
            let user = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
            api.models.insert("User".to_owned(), user);
        })
        .method("POST /rooms", validated(json!({"RequestModels": {"application/json": "Room"}})))
        .method(
            "GET /rooms",
            validated(json!({"RequestParameters": {
                "method.request.querystring.q": true,
                "method.request.header.X-Client": true,
                "method.request.querystring.limit": false,
            }})),
        )
        .gateway_response(json!({
            "ResponseType": "BAD_REQUEST_BODY",
            "ResponseTemplates": {"application/json":
                "{\"message\": $context.error.messageString, \"why\": \"$context.error.validationErrorString\"}"},
        }))
        .serve(functions)
        .await
}

#[tokio::test]
async fn bodies_are_validated_against_the_model() {
    let functions = shared(functions().with_echo());
    let url = format!("{}/rooms", url(&functions).await);
    for body in [json!({"name": "a"}), json!({"name": "a", "size": 1, "owner": {"id": "u"}})] {
        assert_eq!(
            post(&url, "application/json; charset=utf-8", body.to_string()).await.status,
            200,
            "{body}"
        );
    }
    for (body, why) in [
        ("{}", "name"),
        ("", "not JSON"),
        ("{\"name\": \"\"}", "/name"),
        ("{\"name\": \"a\", \"size\": 0}", "/size"),
        ("{\"name\": \"a\", \"other\": 0}", "other"),
        ("{\"name\": \"a\", \"owner\": {}}", "/owner"),
    ] {
        let answer = post(&url, "application/json", body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.header("x-amzn-errortype"), "BadRequestException");
        assert!(answer.text.contains("Invalid request body") && answer.text.contains(why), "{}", answer.text);
    }
    // No model is for this type.
    assert_eq!(post(&url, "text/plain", "anything").await.status, 200);
}

#[tokio::test]
async fn required_parameters_are_asked_for_by_name() {
    let functions = shared(functions().with_echo());
    let url = format!("{}/rooms", url(&functions).await);
    assert_eq!(get_with(&format!("{url}?q=1"), &[("x-client", "c")]).await.status, 200);
    let answer = get(&format!("{url}?q=")).await;
    let message = "Missing required request parameters: [X-Client, q]";
    assert_eq!((answer.status, answer.json()), (400, json!({"message": message})));
}
