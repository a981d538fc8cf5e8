//! PreAuthentication and PostAuthentication: functions at both ends of a sign-in.

use std::sync::Arc;

use local_cognito::{DeviceConfiguration, Trigger};
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, Function, PASSWORD, Pool, Tokens};
use crate::mfa::{ada_with_mfa, app};
use crate::srp::SrpClient;

struct Both {
    pool: Pool,
    before: Arc<Function>,
    after: Arc<Function>,
}

fn both() -> Both {
    let (before, after) = (Function::silent(), Function::silent());
    let pool = Pool::configured(|config| {
        config.triggers.set(Trigger::PreAuthentication, Arc::clone(&before) as _);
        config.triggers.set(Trigger::PostAuthentication, Arc::clone(&after) as _);
    });
    Both { pool, before, after }
}

fn by_password(name: &str, password: &str) -> Value {
    json!({
        "ClientId": CLIENT,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": name, "PASSWORD": password },
        "ClientMetadata": { "from": "the app" },
    })
}

#[tokio::test]
async fn each_function_gets_awss_event() {
    let Both { pool, before, after } = both();
    let sub = pool.confirmed_user(ADA).await;
    pool.call("InitiateAuth", by_password(ADA, PASSWORD)).await.ok();
    let attributes = json!({
        "sub": sub,
        "cognito:user_status": "CONFIRMED",
        "email": ADA,
        "email_verified": "true",
        "given_name": "Ada",
        "family_name": "Lovelace",
    });
    let event = |source: &str, request: Value| {
        json!({
            "version": "1",
            "region": "us-east-1",
            "userPoolId": "us-east-1_Parlor",
            "userName": sub,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
            "triggerSource": source,
            "request": request,
            "response": {},
        })
    };
    let told = json!({ "from": "the app" });
    let request = json!({ "userAttributes": attributes, "validationData": told, "userNotFound": false });
    assert_eq!(before.taken(), [event("PreAuthentication_Authentication", request)]);
    let request = json!({ "userAttributes": attributes });
    assert_eq!(after.taken(), [event("PostAuthentication_Authentication", request)]);
}

#[tokio::test]
async fn the_first_may_refuse_before_the_password_is_looked_at() {
    let Both { pool, before, after } = both();
    pool.confirmed_user(ADA).await;
    *before.failure.lock().unwrap() = Some("closed".to_owned());
    for password in [PASSWORD, "Wrong-guess-1"] {
        let told = pool
            .call("InitiateAuth", by_password(ADA, password))
            .await
            .refused("UserLambdaValidationException");
        assert_eq!(told, "PreAuthentication failed with error closed.");
    }
    pool.begin_srp(&SrpClient::new("Parlor"), ADA).await.refused("UserLambdaValidationException");
    assert!(after.taken().is_empty());
}

#[tokio::test]
async fn a_wrong_password_still_counts_and_the_second_does_not_hear_of_it() {
    let Both { pool, before, after } = both();
    pool.confirmed_user(ADA).await;
    for _ in 0..5 {
        pool.call("InitiateAuth", by_password(ADA, "Wrong-guess-1")).await.refused("NotAuthorizedException");
    }
    let told = pool.call("InitiateAuth", by_password(ADA, PASSWORD)).await.refused("NotAuthorizedException");
    assert_eq!(told, "Password attempts exceeded");
    assert_eq!(before.taken().len(), 6);
    assert!(after.taken().is_empty());
}

#[tokio::test]
async fn somebody_unknown_is_told_of_only_where_the_app_must_not_hear_of_it() {
    let Both { pool, before, .. } = both();
    let nobody = "nobody@example.com";
    pool.call("InitiateAuth", by_password(nobody, PASSWORD)).await.refused("NotAuthorizedException");
    let event = before.taken().remove(0);
    assert_eq!(event["userName"], nobody);
    assert_eq!(event["request"]["userNotFound"], true);
    assert_eq!(event["request"]["userAttributes"], json!({}));
    let mut open = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "legacy" });
    open["AuthParameters"] = json!({ "USERNAME": nobody, "SRP_A": SrpClient::new("Parlor").a_hex() });
    pool.call("InitiateAuth", open).await.refused("UserNotFoundException");
    assert!(before.taken().is_empty());
}

#[tokio::test]
async fn the_second_hears_when_all_is_proved_and_what_came_with_the_last_answer() {
    let Both { pool, before, after } = both();
    let (secret, _) = ada_with_mfa(&pool).await;
    before.taken();
    after.taken();
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    assert!(after.taken().is_empty());
    let body = json!({
        "ClientId": CLIENT,
        "ChallengeName": "SOFTWARE_TOKEN_MFA",
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": ADA, "SOFTWARE_TOKEN_MFA_CODE": app(&pool, &secret, 0) },
        "ClientMetadata": { "with": "the code" },
    });
    pool.call("RespondToAuthChallenge", body).await.ok();
    assert_eq!(after.taken()[0]["request"]["clientMetadata"], json!({ "with": "the code" }));
    assert_eq!(before.taken().len(), 1, "once a sign-in");
}

#[tokio::test]
async fn there_are_no_tokens_if_the_second_fails() {
    let Both { pool, after, .. } = both();
    pool.confirmed_user(ADA).await;
    *after.failure.lock().unwrap() = Some("no audit, no entry".to_owned());
    let told = pool.try_sign_in(ADA, PASSWORD).await.refused("UserLambdaValidationException");
    assert_eq!(told, "PostAuthentication failed with error no audit, no entry.");
    *after.failure.lock().unwrap() = None;
    pool.sign_in(ADA).await;
}

#[tokio::test]
async fn a_refresh_is_no_sign_in() {
    let Both { pool, before, after } = both();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    before.taken();
    after.taken();
    pool.refresh(&tokens.refresh).await.ok();
    assert!(before.taken().is_empty() && after.taken().is_empty());
}

#[tokio::test]
async fn a_new_device_is_told_of_where_devices_are_remembered() {
    let after = Function::silent();
    let pool = Pool::configured(|config| {
        config.triggers.set(Trigger::PostAuthentication, Arc::clone(&after) as _);
        config.user_pool.device_configuration = Some(DeviceConfiguration {
            challenge_required_on_new_device: false,
            device_only_remembered_on_user_prompt: true,
        });
    });
    pool.confirmed_user(ADA).await;
    let answer = pool.with_password(ADA, PASSWORD).await.ok();
    let key = &answer["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"];
    let mut again = by_password(ADA, PASSWORD);
    again["AuthParameters"]["DEVICE_KEY"] = key.clone();
    Tokens::of(&pool.call("InitiateAuth", again).await.ok());
    let told: Vec<Value> =
        after.taken().into_iter().map(|event| event["request"]["newDeviceUsed"].clone()).collect();
    assert_eq!(told, [json!(true), json!(false)]);
}

#[tokio::test]
async fn who_is_shut_out_while_the_function_runs_gets_no_tokens() {
    let Both { pool, after, .. } = both();
    pool.confirmed_user(ADA).await;
    let pool = Arc::new(pool);
    after.hangs.store(true, std::sync::atomic::Ordering::SeqCst);
    let signing_in = tokio::spawn({
        let pool = Arc::clone(&pool);
        async move { pool.with_password(ADA, PASSWORD).await }
    });
    while after.events.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    pool.admin("AdminDisableUser", json!({ "Username": ADA })).await.ok();
    after.go_on();
    let told = signing_in.await.unwrap().refused("NotAuthorizedException");
    assert_eq!(told, "User is disabled.");
}
