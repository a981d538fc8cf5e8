//! CustomMessage: a function's words in the e-mails and text messages of the pool.

use std::sync::Arc;

use local_cognito::{FirstFactor, SecondFactor, Trigger};
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, Function, PASSWORD, Pool, sign_up_request};

fn pool(function: &Arc<Function>) -> Pool {
    Pool::configured(|config| {
        config.triggers.set(Trigger::CustomMessage, Arc::clone(function) as _);
        config.user_pool.enabled_mfas = vec![SecondFactor::Sms, SecondFactor::Email];
        config.user_pool.first_factors = vec![FirstFactor::Password, FirstFactor::EmailOtp];
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_USER_AUTH".to_owned());
    })
}

/// Says the code in words of its own, and the user's name where there is one.
fn wordy() -> Arc<Function> {
    Function::saying(|event| {
        let request = &event["request"];
        let code = request["codeParameter"].as_str().unwrap();
        let name = request["usernameParameter"].as_str().unwrap_or("you");
        Ok(json!({
            "emailSubject": event["triggerSource"],
            "emailMessage": format!("<b>{code}</b> for {name}"),
            "smsMessage": format!("{code} for {name}"),
        }))
    })
}

async fn newest(pool: &Pool, to: &str) -> Value {
    pool.get(&format!("/_local/outbox?to={}", to.replace('+', "%2B"))).await.ok()[0].clone()
}

#[tokio::test]
async fn a_code_is_sent_in_the_functions_words_without_the_function_learning_it() {
    let function = wordy();
    let pool = pool(&function);
    let mut request = sign_up_request(ADA);
    request["ClientMetadata"] = json!({ "language": "en" });
    let sub = pool.call("SignUp", request).await.ok()["UserSub"].clone();
    let mail = newest(&pool, ADA).await;
    let code = mail["code"].as_str().unwrap();
    assert_eq!(mail["subject"], "CustomMessage_SignUp");
    assert_eq!(mail["text"], format!("<b>{code}</b> for you"));
    let event = json!({
        "version": "1",
        "region": "us-east-1",
        "userPoolId": "us-east-1_Parlor",
        "userName": sub,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT },
        "triggerSource": "CustomMessage_SignUp",
        "request": {
            "userAttributes": {
                "sub": sub,
                "cognito:user_status": "UNCONFIRMED",
                "email": ADA,
                "email_verified": "false",
                "given_name": "Ada",
                "family_name": "Lovelace",
            },
            "codeParameter": "{####}",
            "usernameParameter": null,
            "clientMetadata": { "language": "en" },
        },
        "response": { "smsMessage": null, "emailMessage": null, "emailSubject": null },
    });
    assert_eq!(function.taken(), [event]);
    let body = json!({ "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": code });
    pool.call("ConfirmSignUp", body).await.ok();
}

#[tokio::test]
async fn every_message_has_its_source_and_what_the_app_told() {
    let function = wordy();
    let pool = pool(&function);
    let metadata = json!({ "language": "en" });
    pool.sign_up(ADA).await.ok();
    let named = json!({ "ClientId": CLIENT, "Username": ADA, "ClientMetadata": metadata });
    pool.call("ResendConfirmationCode", named.clone()).await.ok();
    let code = pool.code(ADA).await;
    let body = json!({ "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": code });
    pool.call("ConfirmSignUp", body).await.ok();
    pool.call("ForgotPassword", named).await.ok();
    let access = pool.sign_in(ADA).await.access;
    let phone = "+12065550100";
    let changes =
        json!([{ "Name": "email", "Value": "new@example.com" }, { "Name": "phone_number", "Value": phone }]);
    let body = json!({ "AccessToken": access, "UserAttributes": changes, "ClientMetadata": metadata });
    pool.call("UpdateUserAttributes", body).await.ok();
    let body = json!({ "AccessToken": access, "AttributeName": "phone_number", "ClientMetadata": metadata });
    pool.call("GetUserAttributeVerificationCode", body).await.ok();
    pool.admin("AdminResetUserPassword", json!({ "Username": ADA, "ClientMetadata": metadata })).await.ok();

    let sources: Vec<Value> = function
        .taken()
        .into_iter()
        .map(|event| {
            json!([
                event["triggerSource"],
                event["callerContext"]["clientId"],
                event["request"]["clientMetadata"]
            ])
        })
        .collect();
    assert_eq!(
        sources,
        [
            json!(["CustomMessage_SignUp", CLIENT, null]),
            json!(["CustomMessage_ResendCode", CLIENT, metadata]),
            json!(["CustomMessage_ForgotPassword", CLIENT, metadata]),
            json!(["CustomMessage_UpdateUserAttribute", CLIENT, metadata]),
            json!(["CustomMessage_VerifyUserAttribute", CLIENT, metadata]),
            json!(["CustomMessage_ForgotPassword", "CLIENT_ID_NOT_APPLICABLE", metadata]),
        ]
    );
    let sms = newest(&pool, phone).await;
    assert_eq!(sms["text"], format!("{} for you", sms["code"].as_str().unwrap()));
    assert_eq!(sms["subject"], "Text message");
    assert_eq!(newest(&pool, "new@example.com").await["subject"], "CustomMessage_UpdateUserAttribute");
}

#[tokio::test]
async fn codes_of_a_sign_in_are_in_the_functions_words() {
    let function = wordy();
    let pool = pool(&function);
    pool.confirmed_user(ADA).await;
    let parameters = json!({ "USERNAME": ADA, "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    let body = json!({ "ClientId": CLIENT, "AuthFlow": "USER_AUTH", "AuthParameters": parameters });
    let challenge = pool.call("InitiateAuth", body).await.ok();
    let mail = newest(&pool, ADA).await;
    assert_eq!(mail["subject"], "CustomMessage_Authentication");
    pool.respond(&challenge, json!({ "EMAIL_OTP_CODE": mail["code"] })).await.ok();
}

#[tokio::test]
async fn an_invitation_names_the_user_and_the_password() {
    let function = wordy();
    let pool = pool(&function);
    let made = json!({ "Username": ADA, "TemporaryPassword": PASSWORD });
    pool.admin("AdminCreateUser", made).await.ok();
    let mail = newest(&pool, ADA).await;
    assert_eq!(mail["subject"], "CustomMessage_AdminCreateUser");
    assert_eq!(mail["text"], format!("<b>{PASSWORD}</b> for {ADA}"));
    assert_eq!(function.taken()[0]["request"]["usernameParameter"], "{username}");
    let by_text = json!({
        "Username": "eve@example.com",
        "TemporaryPassword": PASSWORD,
        "DesiredDeliveryMediums": ["EMAIL", "SMS"],
        "UserAttributes": [{ "Name": "phone_number", "Value": "+12065550100" }],
    });
    pool.admin("AdminCreateUser", by_text).await.ok();
    assert_eq!(function.taken().len(), 2);
    assert_eq!(newest(&pool, "+12065550100").await["text"], format!("{PASSWORD} for eve@example.com"));
    let mail = newest(&pool, "eve@example.com").await;
    assert_eq!(mail["text"], format!("<b>{PASSWORD}</b> for eve@example.com"));
    let suppressed = json!({ "Username": "bob@example.com", "MessageAction": "SUPPRESS" });
    pool.admin("AdminCreateUser", suppressed).await.ok();
    assert!(function.taken().is_empty());
}

#[tokio::test]
async fn what_a_function_leaves_out_is_cognitos_own() {
    let pool = pool(&Function::saying(|_| Ok(json!({ "emailSubject": "Hello" }))));
    pool.sign_up(ADA).await.ok();
    let mail = newest(&pool, ADA).await;
    assert_eq!(mail["subject"], "Hello");
    assert_eq!(mail["text"], format!("Your confirmation code is {}.", mail["code"].as_str().unwrap()));
}

#[tokio::test]
async fn a_message_without_its_code_or_of_excessive_length_is_not_sent() {
    for said in [
        json!({ "emailMessage": "Welcome!" }),
        json!({ "emailMessage": format!("{{####}}{}", "x".repeat(20_000)) }),
        json!({ "emailMessage": 7 }),
    ] {
        let pool = pool(&Function::saying(move |_| Ok(said.clone())));
        pool.sign_up(ADA).await.refused("InvalidLambdaResponseException");
        assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));
        // As in AWS the account is there; a new code can be asked for.
        pool.sign_up(ADA).await.refused("UsernameExistsException");
    }
    let pool = pool(&Function::saying(|_| Ok(json!({ "emailMessage": "{####}" }))));
    pool.admin("AdminCreateUser", json!({ "Username": ADA })).await.refused("InvalidLambdaResponseException");
}

#[tokio::test]
async fn a_function_that_fails_sends_nothing() {
    let function = wordy();
    let pool = pool(&function);
    *function.failure.lock().unwrap() = Some("no template".to_owned());
    let told = pool.sign_up(ADA).await.refused("UserLambdaValidationException");
    assert_eq!(told, "CustomMessage failed with error no template.");
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));
}

#[tokio::test]
async fn a_code_that_could_not_be_sent_does_not_cost_the_session() {
    let function = wordy();
    let pool = pool(&function);
    pool.confirmed_user(ADA).await;
    let begin = json!({ "ClientId": CLIENT, "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": ADA } });
    let first = pool.call("InitiateAuth", begin).await.ok();
    assert_eq!(first["ChallengeName"], "SELECT_CHALLENGE");
    chosen_twice(&pool, &function, &first, "EMAIL_OTP").await;

    let phone = json!([
        { "Name": "phone_number", "Value": "+12065550100" },
        { "Name": "phone_number_verified", "Value": "true" },
    ]);
    let change = json!({ "Username": ADA, "UserAttributes": phone });
    pool.admin("AdminUpdateUserAttributes", change).await.ok();
    let both = json!({
        "Username": ADA, "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true },
    });
    pool.admin("AdminSetUserMFAPreference", both).await.ok();
    let second = pool.with_password(ADA, PASSWORD).await.ok();
    assert_eq!(second["ChallengeName"], "SELECT_MFA_TYPE");
    chosen_twice(&pool, &function, &second, "SMS_MFA").await;
}

/// Once in vain.
async fn chosen_twice(pool: &Pool, function: &Function, choice: &Value, answer: &str) {
    let body = json!({
        "ClientId": CLIENT,
        "ChallengeName": choice["ChallengeName"],
        "Session": choice["Session"],
        "ChallengeResponses": { "USERNAME": ADA, "ANSWER": answer },
    });
    let choose = || pool.call("RespondToAuthChallenge", body.clone());
    *function.failure.lock().unwrap() = Some("no template".to_owned());
    choose().await.refused("UserLambdaValidationException");
    *function.failure.lock().unwrap() = None;
    let (one, other) = tokio::join!(choose(), choose());
    let answers = [one, other];
    let (good, late): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status.is_success());
    assert_eq!((good.len(), late.len()), (1, 1));
    for late in late {
        assert_eq!(late.refused("NotAuthorizedException"), "Invalid session for the user.");
    }
    for asked in good {
        assert_eq!(asked.ok()["ChallengeName"], answer);
    }
}
