//! Functions behind AWS_PROXY integrations: the events they get, the answers they may give.

use local_apigateway::rest::Stage;
use serde_json::json;

use crate::backend::{failing, functions, shared};
use crate::rest_api::{ask, fixture, get, get_with, post};

#[tokio::test]
async fn a_function_gets_the_request_as_an_event() {
    let functions = shared(functions().with_echo());
    let url = fixture().proxy("ANY /rooms/{id}/{proxy+}", "echo").serve(&functions).await;
    let path = "/rooms/a%20b/user/test%2Balias@gmail.com/?q=1&q=2&email=a%2Bb&plus=a+b";
    let event =
        get_with(&format!("{url}{path}"), &[("X-Test", "one"), ("User-Agent", "test/1")]).await.json();
    assert_eq!(event["resource"], "/rooms/{id}/{proxy+}");
    assert_eq!(event["path"], "/rooms/a%20b/user/test%2Balias@gmail.com/");
    assert_eq!(event["httpMethod"], "GET");
    assert_eq!(event["pathParameters"], json!({"id": "a%20b", "proxy": "user/test%2Balias@gmail.com"}));
    assert_eq!(event["queryStringParameters"], json!({"q": "2", "email": "a+b", "plus": "a b"}));
    assert_eq!(event["multiValueQueryStringParameters"]["q"], json!(["1", "2"]));
    assert_eq!(event["headers"]["x-test"], "one");
    assert_eq!(event["multiValueHeaders"]["User-Agent"], json!(["test/1"]));
    assert_eq!(event["headers"]["X-Forwarded-For"], "127.0.0.1");
    assert_eq!(event["stageVariables"], json!(null));
    assert_eq!(event["body"], json!(null));
    assert_eq!(event["isBase64Encoded"], false);
    let context = &event["requestContext"];
    for (name, value) in [
        ("accountId", json!("123456789012")),
        ("apiId", json!("a1b2c3")),
        ("domainName", json!("a1b2c3.execute-api.us-east-1.amazonaws.com")),
        ("domainPrefix", json!("a1b2c3")),
        ("httpMethod", json!("GET")),
        ("path", json!("/dev/rooms/a%20b/user/test%2Balias@gmail.com/")),
        ("protocol", json!("HTTP/1.1")),
        ("resourceId", json!("r0")),
        ("resourcePath", json!("/rooms/{id}/{proxy+}")),
        ("stage", json!("dev")),
    ] {
        assert_eq!(context[name], value, "{name}");
    }
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["identity"]["userAgent"], "test/1");
    assert_eq!(context["identity"]["userArn"], json!(null));
    assert_eq!(context["extendedRequestId"].as_str().unwrap().len(), 16);
}

#[tokio::test]
async fn methods_that_are_written_out_win_over_any() {
    let functions = shared(
        functions()
            .with("any", |_| Ok(json!({"statusCode": 200, "body": "any"})))
            .with("get", |_| Ok(json!({"statusCode": 200, "body": "get"}))),
    );
    let url = fixture().proxy("ANY /x", "any").proxy("GET /x", "get").serve(&functions).await;
    assert_eq!(get(&format!("{url}/x")).await.text, "get");
    assert_eq!(post(&format!("{url}/x/"), "text/plain", "").await.text, "any");
    assert_eq!(get(&url).await.status, 403);
}

#[tokio::test]
async fn binary_bodies_go_in_and_out_as_base64() {
    let functions = shared(functions().with("f", |event| {
        assert_eq!(event["isBase64Encoded"], event["headers"]["Content-Type"] == "image/png");
        Ok(json!({"body": event["body"], "isBase64Encoded": event["isBase64Encoded"],
                  "headers": {"Content-Type": "image/png"}}))
    }));
    let fixture = fixture().proxy("POST /", "f");
    let url = fixture.with(|api| api.binary_media_types.push("image/png".to_owned())).serve(&functions).await;
    let send = async |accept: &str| {
        let request = reqwest::Client::new().post(&url).header("content-type", "image/png");
        request.header("accept", accept).body(vec![0, 255, 1]).send().await.unwrap().bytes().await.unwrap()
    };
    assert_eq!(&send("image/png").await[..], [0, 255, 1]);
    // A client that does not ask for it gets the text.
    assert_eq!(&send("text/html, image/png").await[..], b"AP8B");
    assert_eq!(post(&url, "text/plain", "hi").await.text, "hi");
}

#[tokio::test]
async fn answers_that_are_none_and_functions_that_fail_are_502() {
    let functions = shared(
        functions()
            .with("malformed", |_| Ok(json!({"statusCode": 200, "body": {"not": "text"}})))
            .with("failing", |_| Err(failing("a secret"))),
    );
    let url = fixture()
        .proxy("GET /malformed", "malformed")
        .proxy("GET /failing", "failing")
        .serve(&functions)
        .await;
    for path in ["malformed", "failing"] {
        let answer = get(&format!("{url}/{path}")).await;
        assert_eq!((answer.status, answer.text.as_str()), (502, r#"{"message":"Internal server error"}"#));
        assert_eq!(answer.header("x-amzn-errortype"), "InternalServerErrorException");
        assert_eq!(answer.header("x-amzn-requestid").len(), 36);
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_takes_longer_than_29_seconds_is_504() {
    let functions = shared(functions());
    let api = fixture().proxy("GET /", "never").build(&functions);
    let before = tokio::time::Instant::now();
    let answer = ask(&api, "/", &[]).await;
    assert_eq!((answer.status, answer.text.as_str()), (504, r#"{"message":"Endpoint request timed out"}"#));
    assert_eq!(before.elapsed().as_secs(), 29);
}

#[tokio::test]
async fn stage_variables_choose_the_alias_and_reach_the_function() {
    let functions =
        shared(functions().with("f:live", |event| Ok(json!({"body": event["stageVariables"].to_string()}))));
    let stage = Stage {
        name: "dev".to_owned(),
        variables: [("alias".to_owned(), "live".to_owned())].into_iter().collect(),
        ..Stage::default()
    };
    let fixture = fixture().proxy("GET /", "f:${stageVariables.alias}").with(|api| api.stages = vec![stage]);
    let url = fixture.serve(&functions).await;
    assert_eq!(get(&url).await.json(), json!({"alias": "live"}));
}
