//! UserMigration: a function that knows people from elsewhere.

use std::sync::Arc;

use local_cognito::{SecondFactor, Trigger};
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, Function, PASSWORD, Pool, Tokens};
use crate::srp::SrpClient;

/// Knows Ada, by the password "old", which no policy would take.
pub(crate) fn elsewhere() -> Arc<Function> {
    knowing(json!({ "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS" }))
}

fn knowing(more: Value) -> Arc<Function> {
    Function::saying(move |event| {
        let is_known = event["userName"].as_str().unwrap().eq_ignore_ascii_case(ADA);
        let is_right =
            event["triggerSource"] == "UserMigration_ForgotPassword" || event["request"]["password"] == "old";
        if !is_known || !is_right {
            return Err("Bad password".to_owned());
        }
        let mut response = event["response"].clone();
        response["userAttributes"] = json!({
            "email": ADA, "email_verified": "true", "given_name": "Ada", "family_name": "Lovelace",
        });
        for (name, value) in more.as_object().unwrap() {
            response[name] = value.clone();
        }
        Ok(response)
    })
}

pub(crate) fn pool(function: &Arc<Function>) -> Pool {
    Pool::configured(|config| config.triggers.set(Trigger::UserMigration, Arc::clone(function) as _))
}

pub(crate) async fn exists(pool: &Pool) -> bool {
    pool.admin("AdminGetUser", json!({ "Username": ADA })).await.status.is_success()
}

#[tokio::test]
async fn whom_the_function_knows_signs_in_with_the_password_of_elsewhere_and_stays() {
    let function = elsewhere();
    let pool = pool(&function);
    let body = json!({
        "ClientId": CLIENT,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": ADA, "PASSWORD": "old" },
        "ClientMetadata": { "from": "the app" },
    });
    let tokens = Tokens::of(&pool.call("InitiateAuth", body).await.ok());
    pool.get_user(&tokens.access).await.ok();
    let event = json!({
        "version": "1",
        "region": "us-east-1",
        "userPoolId": "us-east-1_Parlor",
        "userName": ADA,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
        "triggerSource": "UserMigration_Authentication",
        "request": { "password": "old", "validationData": { "from": "the app" } },
        "response": {
            "userAttributes": null,
            "finalUserStatus": null,
            "messageAction": null,
            "desiredDeliveryMediums": null,
            "forceAliasCreation": null,
            "enableSMSMFA": null,
        },
    });
    assert_eq!(function.taken(), [event]);
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));

    let tokens = Tokens::of(&pool.try_sign_in(ADA, "old").await.ok());
    assert_ne!(tokens.id, "", "by SRP, too, now that the pool knows them");
    assert!(function.taken().is_empty());
}

#[tokio::test]
async fn srp_cannot_migrate_for_it_shows_nobody_the_password() {
    let function = elsewhere();
    let pool = pool(&function);
    pool.begin_srp(&SrpClient::new("Parlor"), ADA).await.ok();
    assert!(function.taken().is_empty());
}

#[tokio::test]
async fn a_function_may_want_codes_by_text_message_from_now_on() {
    let ada = |more: Value| {
        let mut attributes = json!({
            "email": ADA, "given_name": "Ada", "family_name": "Lovelace", "phone_number": "+12065550100",
        });
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "userAttributes": attributes, "enableSMSMFA": true })
    };
    let pool = |said: Value, mfas: &[SecondFactor]| {
        Pool::configured(|config| {
            config.user_pool.enabled_mfas = mfas.to_vec();
            config.triggers.set(Trigger::UserMigration, knowing(said) as _);
        })
    };
    let verified = ada(json!({ "phone_number_verified": "true" }));
    let with_sms = pool(verified.clone(), &[SecondFactor::Sms]);
    let challenge = with_sms.with_password(ADA, "old").await.ok();
    assert_eq!(challenge["ChallengeName"], "SMS_MFA");
    let code = with_sms.code("%2B12065550100").await;
    let answer = with_sms.respond(&challenge, json!({ "SMS_MFA_CODE": code })).await.ok();
    assert_ne!(Tokens::of(&answer).access, "");

    for (said, mfas) in [(verified, SecondFactor::SoftwareToken), (ada(json!({})), SecondFactor::Sms)] {
        let pool = pool(said, &[mfas]);
        pool.with_password(ADA, "old").await.refused("NotAuthorizedException");
        assert!(!exists(&pool).await, "{mfas:?}");
    }
    let pool = pool(json!({ "enableSMSMFA": false }), &[SecondFactor::Sms]);
    assert_ne!(Tokens::of(&pool.with_password(ADA, "old").await.ok()).access, "");
}

#[tokio::test]
async fn a_function_may_want_a_new_password_first() {
    let pool = pool(&knowing(json!({ "finalUserStatus": "RESET_REQUIRED" })));
    pool.with_password(ADA, "old").await.refused("PasswordResetRequiredException");
    pool.call("ForgotPassword", json!({ "ClientId": CLIENT, "Username": ADA })).await.ok();
    let code = pool.code(ADA).await;
    let body = json!({ "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": code, "Password": PASSWORD });
    pool.call("ConfirmForgotPassword", body).await.ok();
    pool.sign_in(ADA).await;
}

#[tokio::test]
async fn whoever_forgot_the_password_of_elsewhere_gets_a_code_here() {
    let function = elsewhere();
    let pool = pool(&function);
    let body = json!({ "ClientId": CLIENT, "Username": "ADA@example.com", "ClientMetadata": { "a": "b" } });
    let answer = pool.call("ForgotPassword", body).await.ok();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let event = function.taken().remove(0);
    assert_eq!(event["triggerSource"], "UserMigration_ForgotPassword");
    assert_eq!(
        event["request"],
        json!({ "password": null, "validationData": null, "clientMetadata": { "a": "b" } })
    );
    pool.with_password(ADA, "old").await.refused("NotAuthorizedException");
    let code = pool.code(ADA).await;
    let body = json!({ "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": code, "Password": PASSWORD });
    pool.call("ConfirmForgotPassword", body).await.ok();
    pool.sign_in(ADA).await;

    let nobody = json!({ "ClientId": CLIENT, "Username": "nobody@example.com" });
    let answer = pool.call("ForgotPassword", nobody).await.ok();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "n***@e***", "as if there were somebody");
}

#[tokio::test]
async fn the_first_sign_in_by_the_page_migrates_too() {
    use crate::browser::{Browser, code, request};
    let pool = pool(&elsewhere());
    let mut browser = Browser::new(&pool);
    let page = browser.get(&format!("/login?{}", request(&[]))).await;
    code(&browser.fill(&page, &[("username", ADA), ("password", "old")]).await);
}

#[tokio::test]
async fn of_two_first_sign_ins_at_once_both_come_in_as_one_user() {
    let pool = pool(&elsewhere());
    let (first, second) = tokio::join!(pool.with_password(ADA, "old"), pool.with_password(ADA, "old"));
    let (first, second) = (Tokens::of(&first.ok()), Tokens::of(&second.ok()));
    let sub = |token: &str| pool.cognito.verify_access_or_id_token(token).unwrap().sub;
    assert_eq!(sub(&first.access), sub(&second.access));
}

#[tokio::test]
async fn somebody_whom_the_pool_could_not_have_is_not_migrated() {
    for said in [
        json!({ "userAttributes": null }),
        json!({ "userAttributes": { "email": ADA } }),
        json!({ "userAttributes": { "email": "eve@example.com", "given_name": "E", "family_name": "E" } }),
        json!({ "userAttributes": { "sub": "1", "email": ADA, "given_name": "A", "family_name": "L" } }),
        json!({ "finalUserStatus": "ARCHIVED" }),
        json!({ "fromTheFuture": true }),
    ] {
        let pool = pool(&knowing(said.clone()));
        pool.with_password(ADA, "old").await.refused("NotAuthorizedException");
        assert!(!exists(&pool).await, "{said}");
    }
}

#[tokio::test]
async fn a_migrated_user_is_asked_about_before_signing_in() {
    let before = Function::saying(|_| Err("closed".to_owned()));
    let pool = Pool::configured(|config| {
        config.triggers.set(Trigger::UserMigration, elsewhere() as _);
        config.triggers.set(Trigger::PreAuthentication, Arc::clone(&before) as _);
    });
    pool.with_password(ADA, "old").await.refused("UserLambdaValidationException");
    assert_eq!(before.taken()[0]["request"]["userNotFound"], false);
}
