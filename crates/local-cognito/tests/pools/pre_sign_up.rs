//! PreSignUp: a function before an account is made.

use std::sync::Arc;

use local_cognito::Trigger;
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, Function, Pool, sign_up_request};

fn pool(function: &Arc<Function>) -> Pool {
    Pool::configured(|config| config.triggers.set(Trigger::PreSignUp, Arc::clone(function) as _))
}

#[tokio::test]
async fn the_function_gets_awss_event_and_what_the_app_tells_it() {
    let function = Function::silent();
    let pool = pool(&function);
    let mut request = sign_up_request(ADA);
    request["ValidationData"] = json!([{ "Name": "captcha", "Value": "7" }]);
    request["ClientMetadata"] = json!({ "from": "the app" });
    let sub = pool.call("SignUp", request).await.ok()["UserSub"].clone();
    let event = json!({
        "version": "1",
        "region": "us-east-1",
        "userPoolId": "us-east-1_Parlor",
        "userName": sub,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
        "triggerSource": "PreSignUp_SignUp",
        "request": {
            "userAttributes": { "email": ADA, "given_name": "Ada", "family_name": "Lovelace" },
            "validationData": { "captcha": "7" },
            "clientMetadata": { "from": "the app" },
        },
        "response": { "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false },
    });
    assert_eq!(function.taken(), [event]);
    pool.call(
        "ConfirmSignUp",
        json!({
            "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": pool.code(ADA).await,
        }),
    )
    .await
    .ok();
}

#[tokio::test]
async fn a_function_that_refuses_leaves_no_account_and_sends_no_code() {
    let function = Function::saying(|_| Err("by invitation only".to_owned()));
    let pool = pool(&function);
    let told = pool.sign_up(ADA).await.refused("UserLambdaValidationException");
    assert_eq!(told, "PreSignUp failed with error by invitation only.");
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));
    pool.admin("AdminGetUser", json!({ "Username": ADA })).await.refused("UserNotFoundException");
}

#[tokio::test]
async fn what_is_refused_anyway_is_not_asked_about() {
    let function = Function::silent();
    let pool = pool(&function);
    let mut poor = sign_up_request(ADA);
    poor["Password"] = "short".into();
    pool.call("SignUp", poor).await.refused("InvalidPasswordException");
    pool.sign_up(ADA).await.ok();
    function.taken();
    pool.sign_up(ADA).await.refused("UsernameExistsException");
    assert!(function.taken().is_empty());
}

#[tokio::test]
async fn a_user_whom_the_function_confirms_signs_in_without_a_code() {
    let function = Function::saying(|_| Ok(json!({ "autoConfirmUser": true, "autoVerifyEmail": true })));
    let pool = pool(&function);
    let mut request = sign_up_request(ADA);
    request["ClientMetadata"] = json!({ "from": "the app" });
    let answer = pool.call("SignUp", request).await.ok();
    assert_eq!(answer["UserConfirmed"], true);
    assert_eq!(answer["CodeDeliveryDetails"], Value::Null);
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));

    let confirmed = &pool.trigger.taken()[0];
    assert_eq!(confirmed["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(confirmed["userName"], answer["UserSub"]);
    assert_eq!(confirmed["request"]["clientMetadata"], json!({ "from": "the app" }));
    let tokens = pool.sign_in(ADA).await;
    let user = pool.get_user(&tokens.access).await.ok();
    let verified = json!({ "Name": "email_verified", "Value": "true" });
    assert!(user["UserAttributes"].as_array().unwrap().contains(&verified), "{user}");
}

#[tokio::test]
async fn an_address_that_is_not_there_cannot_be_verified() {
    let function = Function::saying(|_| Ok(json!({ "autoVerifyPhone": true })));
    let pool = pool(&function);
    pool.sign_up(ADA).await.refused("InvalidLambdaResponseException");
    let mut request = sign_up_request(ADA);
    let phone = json!({ "Name": "phone_number", "Value": "+12065550100" });
    request["UserAttributes"].as_array_mut().unwrap().push(phone);
    pool.call("SignUp", request).await.ok();
    let user = pool.admin("AdminGetUser", json!({ "Username": ADA })).await.ok();
    let verified = json!({ "Name": "phone_number_verified", "Value": "true" });
    assert!(user["UserAttributes"].as_array().unwrap().contains(&verified), "{user}");
    assert_eq!(user["UserStatus"], "UNCONFIRMED");
}

#[tokio::test]
async fn of_two_sign_ups_with_one_address_at_once_one_is_taken() {
    let function = Function::silent();
    let pool = pool(&function);
    let (first, second) = tokio::join!(pool.sign_up(ADA), pool.sign_up(ADA));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn an_operators_account_is_asked_about_but_stays_as_the_operator_made_it() {
    let function = Function::saying(|_| Ok(json!({ "autoConfirmUser": true, "autoVerifyEmail": true })));
    let pool = pool(&function);
    let made = pool
        .admin(
            "AdminCreateUser",
            json!({
                "Username": ADA,
                "ValidationData": [{ "Name": "ticket", "Value": "42" }],
                "ClientMetadata": { "from": "support" },
            }),
        )
        .await
        .ok();
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let event = &function.taken()[0];
    assert_eq!(event["triggerSource"], "PreSignUp_AdminCreateUser");
    assert_eq!(event["userName"], made["User"]["Username"]);
    assert_eq!(event["callerContext"]["clientId"], "CLIENT_ID_NOT_APPLICABLE");
    assert_eq!(event["request"]["validationData"], json!({ "ticket": "42" }));
    assert_eq!(event["request"]["clientMetadata"], json!({ "from": "support" }));

    *function.failure.lock().unwrap() = Some("full".to_owned());
    let refused = pool.admin("AdminCreateUser", json!({ "Username": "bob@example.com" })).await;
    refused.refused("UserLambdaValidationException");
    let resent = json!({ "Username": ADA, "MessageAction": "RESEND" });
    pool.admin("AdminCreateUser", resent).await.ok();
}
