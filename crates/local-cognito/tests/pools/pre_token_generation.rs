//! PreTokenGeneration: what a function adds to tokens and takes from them.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use local_cognito::{EventVersion, Trigger};
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, Function, PASSWORD, Pool, Tokens};

fn pool(version: EventVersion, function: &Arc<Function>) -> Pool {
    Pool::configured(|config| {
        config.triggers.set(Trigger::PreTokenGeneration, Arc::clone(function) as _);
        config.triggers.pre_token_generation = version;
    })
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

async fn ada_of_staff(pool: &Pool) -> String {
    let sub = pool.confirmed_user(ADA).await;
    pool.cognito.add_user_to_group(ADA, "staff").await.unwrap();
    sub
}

#[tokio::test]
async fn the_first_version_gets_awss_event_and_changes_the_id_token() {
    let function = Function::saying(|_| {
        Ok(json!({ "claimsOverrideDetails": {
            "claimsToAddOrOverride": { "tenant": "blue", "given_name": "A.", "both": "x" },
            "claimsToSuppress": ["family_name", "both"],
        } }))
    });
    let pool = pool(EventVersion::V1, &function);
    let sub = ada_of_staff(&pool).await;
    let tokens = pool.sign_in(ADA).await;
    let event = json!({
        "version": "1",
        "region": "us-east-1",
        "userPoolId": "us-east-1_Parlor",
        "userName": sub,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
        "triggerSource": "TokenGeneration_Authentication",
        "request": {
            "userAttributes": {
                "sub": sub,
                "cognito:user_status": "CONFIRMED",
                "email": ADA,
                "email_verified": "true",
                "given_name": "Ada",
                "family_name": "Lovelace",
            },
            "groupConfiguration": {
                "groupsToOverride": ["staff"],
                "iamRolesToOverride": [],
                "preferredRole": null,
            },
        },
        "response": { "claimsOverrideDetails": null },
    });
    assert_eq!(function.taken(), [event]);
    let id = claims(&tokens.id);
    assert_eq!(id["tenant"], "blue");
    assert_eq!(id["given_name"], "A.");
    assert!(id.get("family_name").is_none() && id.get("both").is_none(), "{id}");
    assert_eq!(id["cognito:groups"], json!(["staff"]));
    assert!(claims(&tokens.access).get("tenant").is_none());
}

#[tokio::test]
async fn the_second_version_changes_both_tokens_and_scopes() {
    let function = Function::saying(|_| {
        Ok(json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": { "claimsToAddOrOverride": { "plan": { "seats": 3 } } },
            "accessTokenGeneration": {
                "claimsToAddOrOverride": { "roles": ["editor"], "level": 7, "aud": CLIENT },
                "claimsToSuppress": ["cognito:groups"],
                "scopesToAdd": ["rooms/read", "aws.cognito.signin.user.admin2", "two words"],
                "scopesToSuppress": [],
            },
        } }))
    });
    let pool = pool(EventVersion::V2, &function);
    ada_of_staff(&pool).await;
    let tokens = pool.sign_in(ADA).await;
    let event = &function.taken()[0];
    assert_eq!(event["version"], "2");
    assert_eq!(event["request"]["scopes"], json!(["aws.cognito.signin.user.admin"]));
    assert_eq!(event["response"], json!({ "claimsAndScopeOverrideDetails": null }));

    assert_eq!(claims(&tokens.id)["plan"], json!({ "seats": 3 }));
    let access = claims(&tokens.access);
    assert_eq!(
        (&access["roles"], &access["level"], &access["aud"]),
        (&json!(["editor"]), &json!(7), &json!(CLIENT))
    );
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin rooms/read");
    assert!(access.get("cognito:groups").is_none());
    assert_eq!(claims(&tokens.id)["cognito:groups"], json!(["staff"]));
    pool.get_user(&tokens.access).await.ok();
}

#[tokio::test]
async fn a_token_without_cognitos_scope_is_good_for_other_apis_alone() {
    let function = Function::saying(|_| {
        Ok(json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": {
            "scopesToAdd": ["rooms/read"],
            "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        } } }))
    });
    let pool = pool(EventVersion::V3, &function);
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    assert_eq!(function.taken()[0]["version"], "3");
    assert_eq!(claims(&tokens.access)["scope"], "rooms/read");
    let told = pool.get_user(&tokens.access).await.refused("NotAuthorizedException");
    assert_eq!(told, "Access Token does not have required scopes");
    pool.cognito.verify_access_or_id_token(&tokens.access).unwrap();
}

#[tokio::test]
async fn what_tokens_stand_on_stays() {
    let lie = json!({
        "iss": "https://evil.example", "sub": "somebody", "exp": 9_999_999_999_i64, "aud": "other", "jti": "1",
        "token_use": "access", "event_id": "another", "origin_jti": "1", "auth_time": 1, "iat": 1,
        "cognito:username": "somebody", "username": "somebody", "client_id": "other", "scope": "everything",
    });
    let names: Vec<String> = lie.as_object().unwrap().keys().cloned().collect();
    let function = Function::saying(move |_| {
        let changes = json!({ "claimsToAddOrOverride": lie, "claimsToSuppress": names });
        Ok(json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": changes,
            "accessTokenGeneration": changes,
        } }))
    });
    let pool = pool(EventVersion::V2, &function);
    let sub = pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    for (token, token_use) in [(&tokens.id, "id"), (&tokens.access, "access")] {
        let said = claims(token);
        let verified = pool.cognito.verify_access_or_id_token(token).unwrap();
        assert_eq!((verified.sub.as_str(), verified.username.as_str()), (sub.as_str(), sub.as_str()));
        assert_eq!(verified.client_id, CLIENT);
        assert_eq!(said["token_use"], token_use);
        assert_eq!(said["iat"], pool.now_s());
    }
    assert_eq!(claims(&tokens.access)["scope"], "aws.cognito.signin.user.admin");
    assert!(claims(&tokens.access).get("aud").is_none());
    let body = json!({ "ClientId": CLIENT, "Token": tokens.refresh });
    assert!(pool.call("RevokeToken", body).await.status.is_success());
    pool.cognito.verify_access_or_id_token(&tokens.access).unwrap_err();
}

#[tokio::test]
async fn groups_are_replaced_in_both_tokens_or_taken_away() {
    let of_staff = "arn:aws:iam::123456789012:role/staff";
    for (groups, left, role) in [
        (
            json!({
                "groupsToOverride": ["editors"],
                "iamRolesToOverride": ["arn:aws:iam::1:role/e"],
                "preferredRole": "arn:aws:iam::1:role/e",
            }),
            json!(["editors"]),
            Some("arn:aws:iam::1:role/e"),
        ),
        (json!({}), Value::Null, None),
        (Value::Null, json!(["staff"]), Some(of_staff)),
    ] {
        let function = Function::saying(move |_| {
            Ok(json!({ "claimsOverrideDetails": { "groupOverrideDetails": groups } }))
        });
        let pool = pool(EventVersion::V1, &function);
        ada_of_staff(&pool).await;
        pool.admin("UpdateGroup", json!({ "GroupName": "staff", "RoleArn": of_staff })).await.ok();
        let tokens = pool.sign_in(ADA).await;
        let told = &function.taken()[0]["request"]["groupConfiguration"];
        let expected = json!({
            "groupsToOverride": ["staff"],
            "iamRolesToOverride": [of_staff],
            "preferredRole": of_staff,
        });
        assert_eq!(*told, expected);
        for token in [&tokens.id, &tokens.access] {
            assert_eq!(claims(token).get("cognito:groups").cloned().unwrap_or_default(), left);
        }
        let id = claims(&tokens.id);
        assert_eq!(id.get("cognito:preferred_role").and_then(Value::as_str), role);
        assert_eq!(id.get("cognito:roles").cloned(), role.map(|role| json!([role])));
    }
}

#[tokio::test]
async fn every_way_to_tokens_has_its_source() {
    let function = Function::silent();
    let pool = pool(EventVersion::V1, &function);
    let source = |function: &Function| {
        let events = function.taken();
        assert_eq!(events.len(), 1);
        events[0]["triggerSource"].as_str().unwrap().to_owned()
    };
    let attributes =
        json!([{ "Name": "given_name", "Value": "Ada" }, { "Name": "family_name", "Value": "Lovelace" }]);
    let made = json!({ "Username": ADA, "TemporaryPassword": PASSWORD, "UserAttributes": attributes });
    pool.admin("AdminCreateUser", made).await.ok();
    let wanted = pool.try_sign_in(ADA, PASSWORD).await.ok();
    pool.respond(&wanted, json!({ "NEW_PASSWORD": "Another-one-2" })).await.ok();
    assert_eq!(source(&function), "TokenGeneration_NewPasswordChallenge");

    let tokens = Tokens::of(&pool.try_sign_in(ADA, "Another-one-2").await.ok());
    assert_eq!(source(&function), "TokenGeneration_Authentication");
    let mut body = json!({ "ClientId": CLIENT, "RefreshToken": tokens.refresh });
    body["ClientMetadata"] = json!({ "at": "refresh" });
    pool.call("GetTokensFromRefreshToken", body).await.ok();
    assert_eq!(function.events.lock().unwrap()[0]["request"]["clientMetadata"], json!({ "at": "refresh" }));
    assert_eq!(source(&function), "TokenGeneration_RefreshTokens");
    let body = json!({
        "ClientId": CLIENT,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": tokens.refresh },
    });
    pool.call("InitiateAuth", body).await.ok();
    assert_eq!(source(&function), "TokenGeneration_RefreshTokens");
}

#[tokio::test]
async fn a_function_that_fails_opens_no_session_and_uses_up_no_refresh_token() {
    let function = Function::silent();
    let pool = pool(EventVersion::V1, &function);
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    *function.failure.lock().unwrap() = Some("no claims".to_owned());
    let told = pool.try_sign_in(ADA, PASSWORD).await.refused("UserLambdaValidationException");
    assert_eq!(told, "PreTokenGeneration failed with error no claims.");
    pool.refresh(&tokens.refresh).await.refused("UserLambdaValidationException");
    *function.failure.lock().unwrap() = None;
    pool.refresh(&tokens.refresh).await.ok();
}

#[tokio::test]
async fn claims_that_the_first_version_cannot_have_are_refused() {
    let function = Function::saying(|_| {
        Ok(json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "level": 7 } } }))
    });
    let first = pool(EventVersion::V1, &function);
    first.confirmed_user(ADA).await;
    first.try_sign_in(ADA, PASSWORD).await.refused("InvalidLambdaResponseException");
}
