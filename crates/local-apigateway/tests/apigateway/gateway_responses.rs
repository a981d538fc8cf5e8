//! How failures are worded, and reworded.

use serde_json::json;
use tower::ServiceExt;

use crate::backend::{functions, shared};
use crate::rest_api::{fixture, get, get_with, post, serve};

#[tokio::test]
async fn what_is_not_there_is_forbidden() {
    let functions = shared(functions().with_echo());
    let base = serve(fixture().proxy("GET /a", "echo").build(&functions).router()).await;
    for (path, message) in [
        ("/restapis/a1b2c3/dev/absent", "Missing Authentication Token"),
        ("/restapis/a1b2c3/dev", "Missing Authentication Token"),
        ("/restapis/a1b2c3/other/a", "Forbidden"),
    ] {
        let answer = get(&format!("{base}{path}")).await;
        assert_eq!((answer.status, answer.json()), (403, json!({"message": message})), "{path}");
    }
    assert_eq!(post(&format!("{base}/restapis/a1b2c3/dev/a"), "text/plain", "").await.status, 403);
    assert_eq!(get(&format!("{base}/restapis/other/dev/a")).await.status, 404);
}

#[tokio::test]
async fn an_api_can_reword_its_failures() {
    let functions = shared(functions());
    let url = fixture()
        .proxy("GET /failing", "absent")
        .gateway_response(json!({
            "ResponseType": "MISSING_AUTHENTICATION_TOKEN",
            "StatusCode": "404",
            "ResponseParameters": {
                "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                "gatewayresponse.header.X-Path": "method.request.header.X-Mine",
            },
            "ResponseTemplates": {
                "application/json": "{\"error\": $context.error.messageString, \"id\": \"$context.requestId\", \"cost\": \"$5\"}",
                "text/plain": "There is no $context.httpMethod ${context.path}. $stageVariables.absent",
            },
        }))
        .gateway_response(json!({
            "ResponseType": "DEFAULT_5XX",
            "ResponseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'https://example.com'"},
            "ResponseTemplates": {"application/json": "{\"type\": \"$context.error.responseType\"}"},
        }))
        .serve(&functions)
        .await;
    let answer = get_with(&format!("{url}/absent"), &[("x-mine", "m")]).await;
    assert_eq!(answer.status, 404);
    let body = answer.json();
    assert_eq!((&body["error"], &body["cost"]), (&json!("Missing Authentication Token"), &json!("$5")));
    assert_eq!(body["id"], answer.header("x-amzn-requestid"));
    assert_eq!((answer.header("access-control-allow-origin"), answer.header("x-path")), ("*", "m"));
    let answer = get_with(&format!("{url}/absent"), &[("accept", "text/plain")]).await;
    assert_eq!(answer.text, "There is no GET /dev/absent. ");
    assert_eq!(answer.header("content-type"), "text/plain");
    let answer = get(&format!("{url}/failing")).await;
    assert_eq!((answer.status, answer.json()), (502, json!({"type": "DEFAULT_5XX"})));
    assert_eq!(answer.header("access-control-allow-origin"), "https://example.com");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_bad_request_and_not_too_large() {
    let functions = shared(functions().with_echo());
    let api = fixture().proxy("POST /", "echo").build(&functions);
    let chunks = [Ok("half"), Err(std::io::Error::other("the client went away"))];
    let body = axum::body::Body::from_stream(futures::stream::iter(chunks));
    let request = http::Request::post("/restapis/a1b2c3/dev").body(body).unwrap();
    let response = api.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["x-amzn-errortype"], "BadRequestException");
}

#[tokio::test]
async fn a_body_beyond_10_mb_is_413() {
    let functions = shared(functions().with_echo());
    let url = fixture().proxy("POST /", "echo").serve(&functions).await;
    let answer = post(&url, "text/plain", vec![b'x'; 10 * 1024 * 1024 + 1]).await;
    assert_eq!((answer.status, answer.json()), (413, json!({"message": "Request Too Long"})));
    assert_eq!(post(&url, "text/plain", vec![b'x'; 1024]).await.status, 200);
}
