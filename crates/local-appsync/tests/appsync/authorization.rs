//! Who gets in, and which fields are open to whom.

use http::Request;
use local_appsync::AuthMode;
use serde_json::{Value, json};

use super::support::{Fixture, Server, fixture, signature};

const SCHEMA: &str = "
    type Query {
        default: String
        keyOnly: String @aws_api_key
        both: String @aws_api_key @aws_cognito_user_pools
        signed: String @aws_iam
        forbidden: String @aws_iam @aws_cognito_user_pools
        admins: String @aws_cognito_user_pools(cognito_groups: [\"admins\", \"owners\"])
        lone: String @aws_cognito_user_pools(cognito_groups: \"admins\")
        closed: Closed @aws_api_key @aws_cognito_user_pools
        open: Open @aws_api_key @aws_cognito_user_pools
        required: String!
    }
    type Closed { name: String }
    type Open @aws_api_key @aws_cognito_user_pools {
        name: String
        secret: String @aws_cognito_user_pools
        must: String!
    }
";

fn api() -> Fixture {
    let object = json!({"name": "n", "secret": "s", "must": "m"});
    ["default", "keyOnly", "both", "signed", "forbidden", "admins", "lone", "required"]
        .into_iter()
        .fold(fixture(SCHEMA), |api, field| api.value(&format!("Query.{field}"), json!("yes")))
        .value("Query.closed", object.clone())
        .value("Query.open", object)
}

fn signed(body: &str, signature: &str) -> Request<axum::body::Body> {
    Request::post("/graphql").header("authorization", signature).body(body.to_owned().into()).unwrap()
}

async fn values_as(api: &Server, caller: &str, query: &str) -> Value {
    match caller {
        "key" => api.query_with_key(query).await,
        "iam" => {
            let body = json!({"query": query}).to_string();
            api.send(signed(&body, &signature("/graphql", &body))).await.body
        }
        user => api.query_as(user, query, json!({})).await,
    }
}

#[tokio::test]
async fn a_field_is_open_to_the_modes_and_groups_that_its_directives_name() {
    let api = api().build();
    for (field, open_to) in [
        ("default", &["alice", "bob"][..]),
        ("keyOnly", &["key"]),
        ("both", &["alice", "bob", "key"]),
        ("signed", &["iam"]),
        // Its policies do not let the signer.
        ("forbidden", &["alice", "bob"]),
        ("admins", &["bob"]),
        ("lone", &["bob"]),
    ] {
        for caller in ["alice", "bob", "key", "iam"] {
            let answer = values_as(&api, caller, &format!("{{ {field} }}")).await;
            if open_to.contains(&caller) {
                assert_eq!(answer, json!({"data": {field: "yes"}}), "{caller}");
            } else {
                let error = json!({
                    "path": [field], "data": null, "errorType": "Unauthorized", "errorInfo": null,
                    "locations": [{"line": 1, "column": 3, "sourceName": null}],
                    "message": format!("Not Authorized to access {field} on type Query"),
                });
                assert_eq!(answer, json!({"data": {field: null}, "errors": [error]}), "{caller}");
            }
        }
    }
}

#[tokio::test]
async fn fields_of_a_returned_type_need_the_mode_too() {
    let api = api().build();
    let answer = api.query_with_key("{ closed { name } open { name secret } }").await;
    assert_eq!(answer["data"], json!({"closed": {"name": null}, "open": {"name": "n", "secret": null}}));
    let messages: Vec<&Value> =
        answer["errors"].as_array().unwrap().iter().map(|error| &error["message"]).collect();
    assert_eq!(
        messages,
        ["Not Authorized to access name on type Closed", "Not Authorized to access secret on type Open"]
    );
    let answer = api.query("{ closed { name } open { name secret must } }").await;
    assert_eq!(answer["errors"], Value::Null);
}

#[tokio::test]
async fn a_types_directives_with_groups_hold_for_its_fields_unless_a_field_has_its_own() {
    let schema = "
        type Query { team: Team @aws_api_key @aws_cognito_user_pools }
        type Team @aws_api_key @aws_cognito_user_pools(cognito_groups: [\"admins\"]) {
            name: String
            everyones: String @aws_cognito_user_pools
        }
    ";
    let api = fixture(schema).value("Query.team", json!({"name": "n", "everyones": "e"})).build();
    for (caller, name, everyones) in
        [("alice", None, Some("e")), ("bob", Some("n"), Some("e")), ("key", Some("n"), None)]
    {
        let answer = values_as(&api, caller, "{ team { name everyones } }").await;
        assert_eq!(answer["data"]["team"], json!({"name": name, "everyones": everyones}), "{caller}");
        let refused = [("name", name), ("everyones", everyones)].map(|(field, value)| {
            value.is_none().then(|| json!(format!("Not Authorized to access {field} on type Team")))
        });
        let told = answer["errors"].as_array().into_iter().flatten().map(|error| error["message"].clone());
        assert_eq!(told.collect::<Vec<_>>(), refused.into_iter().flatten().collect::<Vec<_>>(), "{caller}");
    }
}

#[tokio::test]
async fn a_non_null_field_that_is_not_open_voids_its_parent() {
    let answer = api().build().query_with_key("{ both required }").await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["errorType"], "Unauthorized");
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn aws_auth_names_groups_where_a_user_pool_is_the_only_mode() {
    let mut api = fixture("type Query { a: String @aws_auth(cognito_groups: [\"admins\"]) }")
        .value("Query.a", json!("yes"));
    api.0.additional_modes.clear();
    let api = api.build();
    assert_eq!(api.query_as("bob", "{ a }", json!({})).await["data"]["a"], "yes");
    assert_eq!(api.query("{ a }").await["errors"][0]["errorType"], "Unauthorized");
}

#[tokio::test]
async fn credentials_that_are_missing_or_wrong_get_a_401_that_browsers_can_read() {
    let api = api().build();
    let body = || axum::body::Body::from(r#"{"query":"{ default }"}"#);
    let request =
        |name: &str, value: &str| Request::post("/graphql").header(name, value).body(body()).unwrap();
    let expired = "alice@1000000000";
    for (request, message) in [
        (Request::post("/graphql").body(body()).unwrap(), "Valid authorization header not provided."),
        (request("authorization", ""), "Valid authorization header not provided."),
        (request("authorization", "mallory"), "Unable to parse JWT token."),
        (request("authorization", expired), "Token has expired."),
        (request("x-api-key", "da2-other"), "You are not authorized to make this call."),
    ] {
        let answer = api.send(request).await;
        assert_eq!(answer.status, 401, "{message}");
        assert_eq!(
            answer.body,
            json!({"errors": [{"errorType": "UnauthorizedException", "message": message}]})
        );
        assert_eq!(answer.headers["x-amzn-errortype"], "UnauthorizedException");
        let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
        assert!(exposed.contains("x-amzn-errortype"), "{exposed}");
    }
}

#[tokio::test]
async fn a_wrong_signature_gets_a_403_with_the_reasons_name() {
    let request = signed(r#"{"query":"{ signed }"}"#, "AWS4-HMAC-SHA256 Signature=1");
    let answer = api().build().send(request).await;
    assert_eq!(answer.status, 403);
    let error = json!({"errorType": "InvalidSignatureException", "message": "The signature is wrong."});
    assert_eq!(answer.body, json!({ "errors": [error] }));
    assert_eq!(answer.headers["x-amzn-errortype"], "InvalidSignatureException");
}

#[tokio::test]
async fn a_token_may_say_bearer() {
    let answer = api().build().query_as("Bearer alice", "{ default }", json!({})).await;
    assert_eq!(answer["data"]["default"], "yes");
}

#[tokio::test]
async fn a_mode_that_the_api_does_not_have_is_refused() {
    let mut api = api();
    api.0.default_mode = AuthMode::ApiKey;
    api.0.additional_modes.clear();
    let api = api.build();
    let body = r#"{"query":"{ __typename }"}"#;
    assert_eq!(api.post("alice", body).await.status, 401);
    assert_eq!(api.send(signed(body, &signature("/graphql", body))).await.status, 401);
    assert_eq!(api.query_with_key("{ __typename }").await, json!({"data": {"__typename": "Query"}}));
}

#[tokio::test]
async fn a_key_counts_beside_a_token_of_a_mode_that_the_api_does_not_have() {
    let mut api = api();
    api.0.default_mode = AuthMode::ApiKey;
    api.0.additional_modes.clear();
    let request = Request::post("/graphql").header("authorization", "alice").header("x-api-key", "da2-key");
    assert_eq!(
        api.build().send(request.body(r#"{"query":"{ default }"}"#.into()).unwrap()).await.status,
        200
    );
}
