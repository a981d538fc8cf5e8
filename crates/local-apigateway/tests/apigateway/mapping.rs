//! Integrations with mapping templates: functions, other services, mocks, HTTP.

use local_apigateway::Target;
use serde_json::{Value, json};

use crate::backend::{failing, functions, shared, uri};
use crate::rest_api::{ask, fixture, get, get_with, post};

fn method(integration: Value, statuses: &[&str]) -> Value {
    let headers = json!({
        "method.response.header.X-Id": true,
        "method.response.header.Access-Control-Allow-Origin": true,
        "method.response.header.Access-Control-Allow-Methods": true,
    });
    let responses: Vec<Value> =
        statuses.iter().map(|status| json!({"StatusCode": status, "ResponseParameters": headers})).collect();
    json!({"Integration": integration, "MethodResponses": responses})
}

#[tokio::test]
async fn a_function_gets_and_gives_what_the_templates_make() {
    let functions = shared(functions().with("f", |event| match event["name"].as_str() {
        Some("missing") => Err(failing("[NotFound] there is none")),
        Some("broken") => Err(failing("whatever")),
        _ => Ok(json!({"made": event, "id": 7})),
    }));
    let integration = json!({
        "Type": "AWS",
        "Uri": uri("f"),
        "RequestTemplates": {"application/json":
            "{\"name\": $input.json('$.name'), \"room\": \"$input.params('id')\", \"stage\": \"$context.stage\"}"},
        "PassthroughBehavior": "NEVER",
        "IntegrationResponses": [
            {
                "StatusCode": "201",
                "ResponseParameters": {"method.response.header.X-Id": "integration.response.body.id"},
                "ResponseTemplates": {"application/json": "#set($in = $input.path('$.made')){\"was\": \"$in.name in $in.room of $in.stage\"}"},
            },
            {"StatusCode": "404", "SelectionPattern": "\\[NotFound\\].*"},
            {
                "StatusCode": "500",
                "SelectionPattern": "what.*",
                "ResponseTemplates": {"application/json": "#set($context.responseOverride.status = 418)#set($context.responseOverride.header.X-Tea = 'pot'){}"},
            },
        ],
    });
    let url = fixture()
        .method("POST /rooms/{id}", method(integration, &["201", "404", "500"]))
        .serve(&functions)
        .await;
    let url = format!("{url}/rooms/9");
    let answer = post(&url, "application/json", "{\"name\": \"Ada\"}").await;
    assert_eq!((answer.status, answer.json()), (201, json!({"was": "Ada in 9 of dev"})));
    assert_eq!((answer.header("x-id"), answer.header("content-type")), ("7", "application/json"));
    let answer = post(&url, "application/json", "{\"name\": \"missing\"}").await;
    assert_eq!((answer.status, &answer.json()["errorMessage"]), (404, &json!("[NotFound] there is none")));
    let answer = post(&url, "application/json", "{\"name\": \"broken\"}").await;
    assert_eq!((answer.status, answer.header("x-tea")), (418, "pot"));
    // A type that no template is for.
    let answer = post(&url, "text/plain", "hi").await;
    assert_eq!((answer.status, answer.json()), (415, json!({"message": "Unsupported Media Type"})));
    // A body that the template cannot read.
    let answer = post(&url, "application/json", "{").await;
    assert_eq!((answer.status, answer.json()), (500, json!({"message": "Internal server error"})));
}

#[tokio::test]
async fn a_mock_answers_preflights_as_templates_have_it() {
    let functions = shared(functions());
    let integration = json!({
        "Type": "MOCK",
        "RequestTemplates": {"application/json": "{\"statusCode\": 204}"},
        "IntegrationResponses": [{
            "StatusCode": "204",
            "ResponseParameters": {
                "method.response.header.Access-Control-Allow-Origin": "'*'",
                "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
            },
        }],
    });
    let url = fixture().method("OPTIONS /rooms", method(integration, &["204"])).serve(&functions).await;
    let request = reqwest::Client::new().request(http::Method::OPTIONS, format!("{url}/rooms"));
    let response = request.header("origin", "https://example.com").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(response.headers()["access-control-allow-methods"], "GET,OPTIONS");
}

#[tokio::test]
async fn a_mock_without_a_status_is_misconfigured() {
    let functions = shared(functions());
    let integration = json!({"Type": "MOCK", "RequestTemplates": {"application/json": "{}"}});
    let url = fixture().method("GET /", method(integration, &[])).serve(&functions).await;
    assert_eq!(get(&url).await.status, 500);
}

#[tokio::test]
async fn other_services_are_called_as_the_integration_says() {
    let functions = shared(functions());
    let dynamodb = json!({
        "Type": "AWS",
        "Uri": "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
        "IntegrationHttpMethod": "POST",
        "RequestParameters": {"integration.request.header.X-Q": "method.request.querystring.q"},
        "RequestTemplates": {"application/json": "{\"Key\": {\"id\": {\"S\": \"$input.params('id')\"}}}"},
        "IntegrationResponses": [{
            "StatusCode": "200",
            "ResponseParameters": {"method.response.header.X-Id": "integration.response.header.X-From-Service"},
            "ResponseTemplates": {"application/json": "{\"id\": \"$input.path('$.Item.id.S')\"}"},
        }],
    });
    let s3 = json!({
        "Type": "AWS",
        "Uri": "arn:aws:apigateway:us-east-1:s3:path/bucket/{key}",
        "IntegrationHttpMethod": "GET",
        "RequestParameters": {"integration.request.path.key": "method.request.path.id"},
        "IntegrationResponses": [{"StatusCode": "200"}, {"StatusCode": "404", "SelectionPattern": "4\\d\\d"}],
    });
    let http = json!({"Type": "HTTP_PROXY", "Uri": "https://example.com/{id}", "IntegrationHttpMethod": "GET",
        "RequestParameters": {"integration.request.path.id": "method.request.path.id"}});
    let url = fixture()
        .method("GET /items/{id}", method(dynamodb, &["200"]))
        .method("GET /files/{id}", method(s3, &["200", "404"]))
        .method("GET /web/{id}", method(http, &[]))
        .serve(&functions)
        .await;
    let answer = get(&format!("{url}/items/7?q=x")).await;
    assert_eq!((answer.status, answer.json(), answer.header("x-id")), (200, json!({"id": "7"}), "yes"));
    assert_eq!(get(&format!("{url}/files/a")).await.status, 404);
    let answer = get_with(&format!("{url}/web/b?p=1"), &[("x-mine", "1")]).await;
    assert_eq!((answer.status, answer.header("x-from-service")), (404, "yes"));
    assert_eq!(get(&format!("{url}/items/unreachable")).await.status, 504);
    let calls = functions.calls.lock().unwrap();
    let target = Target::Action { service: "dynamodb".to_owned(), action: "GetItem".to_owned() };
    assert_eq!(calls[0].target, target);
    assert!(calls[0].headers.contains(&("X-Q".to_owned(), "x".to_owned())));
    assert_eq!(calls[0].body, "{\"Key\": {\"id\": {\"S\": \"7\"}}}");
    let target = Target::Path { service: "s3".to_owned(), path: "bucket/a".to_owned() };
    assert_eq!((&calls[1].target, calls[1].method.as_str()), (&target, "GET"));
    assert_eq!(calls[2].target, Target::Url("https://example.com/b".to_owned()));
    assert_eq!(calls[2].query, [("p".to_owned(), "1".to_owned())]);
    assert!(calls[2].headers.contains(&("x-mine".to_owned(), "1".to_owned())));
}

#[tokio::test]
async fn a_function_that_nobody_waits_for_answers_202_at_once() {
    let functions = shared(functions());
    let integration = json!({
        "Type": "AWS",
        "Uri": uri("never"),
        "RequestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
        "IntegrationResponses": [{"StatusCode": "202"}],
    });
    let url = fixture().method("POST /", method(integration, &["202"])).serve(&functions).await;
    assert_eq!(post(&url, "application/json", "{\"a\": 1}").await.status, 202);
    assert_eq!(functions.next_event("never").await, json!({"a": 1}));
}

#[tokio::test(start_paused = true)]
async fn an_integration_has_its_own_timeout() {
    let functions = shared(functions());
    let integration = json!({"Type": "AWS", "Uri": uri("never"), "TimeoutInMillis": 50});
    let api = fixture().method("GET /", method(integration, &[])).build(&functions);
    assert_eq!(ask(&api, "/", &[]).await.status, 504);
}
