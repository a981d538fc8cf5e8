//! Who may call: user pools, functions, signatures, keys.

use local_apigateway::rest::ApiKey;
use serde_json::{Value, json};

use crate::backend::{failing, functions, shared, uri};
use crate::rest_api::{Fixture, ask, fixture, get, get_with};

fn guarded(kind: &str, place: &str, more: Value) -> Value {
    let mut method = json!({
        "AuthorizationType": kind,
        "AuthorizerId": place,
        "Integration": {"Type": "AWS_PROXY", "Uri": uri("echo")},
    });
    method.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    method
}

fn policy(effect: &str, resource: &str) -> Value {
    let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource});
    json!({
        "principalId": "user",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"text": "t", "number": 1, "truth": true},
    })
}

#[tokio::test]
async fn a_user_pools_id_token_lets_in_and_its_claims_are_in_the_event() {
    let functions = shared(functions().with_echo());
    let url = fixture()
        .authorizer("pool", json!({"Type": "COGNITO_USER_POOLS", "ProviderARNs": ["arn:pool"]}))
        .method("GET /", guarded("COGNITO_USER_POOLS", "pool", json!({})))
        .method(
            "GET /scoped",
            guarded("COGNITO_USER_POOLS", "pool", json!({"AuthorizationScopes": ["read"]})),
        )
        .serve(&functions)
        .await;
    for token in ["id|ada", "Bearer id|ada"] {
        let answer = get_with(&url, &[("authorization", token)]).await;
        let claims = &answer.json()["requestContext"]["authorizer"]["claims"];
        assert_eq!((&claims["sub"], &claims["groups"]), (&json!("ada"), &json!("a,b")));
    }
    let scoped = format!("{url}/scoped");
    assert_eq!(get_with(&scoped, &[("authorization", "access|ada|read write")]).await.status, 200);
    for (url, token, message) in [
        (&url, "forged", "Unauthorized"),
        (&url, "expired", "The incoming token has expired"),
        (&url, "access|ada|read", "Unauthorized"),
        (&scoped, "access|ada|write", "Unauthorized"),
        (&scoped, "id|ada", "Unauthorized"),
        (&url, "", "Unauthorized"),
    ] {
        let answer = get_with(url, &[("authorization", token)]).await;
        assert_eq!((answer.status, answer.json()), (401, json!({"message": message})), "{token}");
        assert_eq!(answer.header("x-amzn-errortype"), "UnauthorizedException");
    }
    assert_eq!(get(&url).await.status, 401);
}

fn with_token_authorizer(more: Value) -> Fixture {
    let mut authorizer = json!({"Type": "TOKEN", "AuthorizerUri": uri("guard")});
    authorizer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fixture()
        .authorizer("guard", authorizer)
        .method("GET /a", guarded("CUSTOM", "guard", json!({})))
        .method("GET /b", guarded("CUSTOM", "guard", json!({})))
}

#[tokio::test]
async fn a_functions_policy_decides() {
    let functions = shared(functions().with_echo().with("guard", |event| {
        assert_eq!(event["type"], "TOKEN");
        assert!(
            event["methodArn"]
                .as_str()
                .unwrap()
                .starts_with("arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev/GET/")
        );
        match event["authorizationToken"].as_str().unwrap() {
            "allow-1" => Ok(policy("Allow", "*/GET/a")),
            "deny-1" => Ok(policy("Deny", "*")),
            "other-1" => Ok(policy("Allow", "*/POST/*")),
            "nothing-1" => Ok(json!({"principalId": "user"})),
            "nested-1" => {
                Ok(json!({"principalId": "u", "policyDocument": {"Statement": []}, "context": {"a": {}}}))
            }
            "unauthorized-1" => Err(failing("Unauthorized")),
            _ => Err(failing("no")),
        }
    }));
    let url =
        with_token_authorizer(json!({"IdentityValidationExpression": "[a-z]+-1"})).serve(&functions).await;
    let event = get_with(&format!("{url}/a"), &[("authorization", "allow-1")]).await.json();
    let authorizer = &event["requestContext"]["authorizer"];
    assert_eq!(authorizer["principalId"], "user");
    assert_eq!(
        (&authorizer["text"], &authorizer["number"], &authorizer["truth"]),
        (&json!("t"), &json!("1"), &json!("true"))
    );
    assert!(authorizer["integrationLatency"].is_u64());
    const NOT: &str = "User is not authorized to access this resource";
    for (token, status, message, error_type) in [
        ("deny-1", 403, json!(format!("{NOT} with an explicit deny")), "AccessDeniedException"),
        ("other-1", 403, json!(NOT), "AccessDeniedException"),
        ("unauthorized-1", 401, json!("Unauthorized"), "UnauthorizedException"),
        ("nothing-1", 500, json!(null), "AuthorizerConfigurationException"),
        ("nested-1", 500, json!(null), "AuthorizerConfigurationException"),
        ("failing-1", 500, json!(null), "AuthorizerConfigurationException"),
        ("does not fit the expression", 401, json!("Unauthorized"), "UnauthorizedException"),
    ] {
        let answer = get_with(&format!("{url}/a"), &[("authorization", token)]).await;
        assert_eq!((answer.status, answer.json()), (status, json!({"message": message})), "{token}");
        assert_eq!(answer.header("x-amzn-errortype"), error_type);
    }
    // The policy is remembered, and names one method only: a pitfall of AWS, and of here.
    assert_eq!(get_with(&format!("{url}/b"), &[("authorization", "allow-1")]).await.status, 403);
    assert_eq!(functions.events_of("guard").len(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_functions_answer_is_remembered_for_its_time_to_live() {
    for (ttl_s, after_s, calls) in [(60, 59, 1), (60, 61, 2), (0, 0, 2)] {
        let functions = shared(functions().with_echo().with("guard", |_| Ok(policy("Allow", "*"))));
        let api = with_token_authorizer(json!({"AuthorizerResultTtlInSeconds": ttl_s})).build(&functions);
        assert_eq!(ask(&api, "/a", &[("authorization", "t")]).await.status, 200);
        tokio::time::advance(std::time::Duration::from_secs(after_s)).await;
        assert_eq!(ask(&api, "/b", &[("authorization", "t")]).await.status, 200);
        assert_eq!(functions.events_of("guard").len(), calls, "{ttl_s} {after_s}");
    }
}

#[tokio::test]
async fn a_request_authorizer_gets_the_request_once_all_its_sources_are_there() {
    let functions = shared(functions().with_echo().with("guard", |_| Ok(policy("Allow", "*"))));
    let sources = "method.request.header.X-Key, method.request.querystring.q, context.identity.sourceIp";
    let url = fixture()
        .authorizer(
            "guard",
            json!({"Type": "REQUEST", "AuthorizerUri": uri("guard"), "IdentitySource": sources}),
        )
        .method("GET /a/{id}", guarded("CUSTOM", "guard", json!({})))
        .serve(&functions)
        .await;
    assert_eq!(get_with(&format!("{url}/a/1?q=2"), &[]).await.status, 401);
    assert_eq!(get_with(&format!("{url}/a/1?q="), &[("x-key", "k")]).await.status, 401);
    assert_eq!(functions.events_of("guard").len(), 0);
    for query in ["q=2", "q=2", "q=3"] {
        assert_eq!(get_with(&format!("{url}/a/1?{query}"), &[("x-key", "k")]).await.status, 200);
    }
    let events = functions.events_of("guard");
    assert_eq!(events.len(), 2);
    let event = &events[0];
    assert_eq!(
        (&event["type"], &event["resource"], &event["httpMethod"]),
        (&json!("REQUEST"), &json!("/a/{id}"), &json!("GET"))
    );
    assert_eq!(event["methodArn"], "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev/GET/a/1");
    assert_eq!((&event["pathParameters"], &event["stageVariables"]), (&json!({"id": "1"}), &json!({})));
    assert_eq!(event["requestContext"]["resourcePath"], "/a/{id}");
    assert!(event.get("body").is_none());
}

#[tokio::test]
async fn signatures_are_asked_for_and_the_signatory_is_in_the_event() {
    let functions = shared(functions().with_echo());
    let url = fixture().method("GET /", guarded("AWS_IAM", "", json!({}))).serve(&functions).await;
    let event = get_with(&url, &[("authorization", "AWS4 good")]).await.json();
    assert_eq!(event["requestContext"]["identity"]["user"], "ivy");
    for (headers, error_type) in [
        ([].as_slice(), "MissingAuthenticationTokenException"),
        (&[("authorization", "AWS4 bad")], "InvalidSignatureException"),
        (&[("authorization", "AWS4 expired")], "ExpiredTokenException"),
        (&[("authorization", "AWS4 weak")], "AccessDeniedException"),
    ] {
        let answer = get_with(&url, headers).await;
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, error_type));
    }
    let expired = get_with(&url, &[("authorization", "AWS4 expired")]).await.json();
    assert_eq!(expired, json!({"message": "The security token included in the request is expired"}));
    let attempts = functions.attempts.lock().unwrap();
    assert_eq!(attempts[0].action, "execute-api:Invoke");
    assert!(
        attempts[0].resource.starts_with("arn:aws:execute-api:us-east-1:123456789012:"),
        "{}",
        attempts[0].resource
    );
    assert!(attempts[0].resource.ends_with("/GET/"), "{}", attempts[0].resource);
}

#[tokio::test]
async fn a_key_is_asked_for_where_it_is_required() {
    let functions = shared(functions().with_echo());
    let key = ApiKey { id: "id1".to_owned(), value: "secret".to_owned() };
    let url = fixture()
        .method("GET /", guarded("NONE", "", json!({"ApiKeyRequired": true})))
        .with(|api| api.api_keys.push(key))
        .serve(&functions)
        .await;
    let event = get_with(&url, &[("x-api-key", "secret")]).await.json();
    assert_eq!(event["requestContext"]["identity"]["apiKeyId"], "id1");
    for headers in [[].as_slice(), &[("x-api-key", "other")]] {
        let answer = get_with(&url, headers).await;
        assert_eq!((answer.status, answer.json()), (403, json!({"message": "Forbidden"})));
    }
}
