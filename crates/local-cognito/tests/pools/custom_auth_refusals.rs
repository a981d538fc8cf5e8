//! Who does not come in by CUSTOM_AUTH, and what functions must not say.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use local_cognito::Trigger;
use serde_json::json;

use crate::custom_auth::{Functions, pool};
use crate::harness::{ADA, Function, Pool};
use crate::srp::SrpClient;

#[tokio::test]
async fn somebody_unknown_is_led_like_anybody_and_never_comes_in() {
    let (pool, functions) = pool();
    let nobody = "nobody@example.com";
    let challenge = pool.begin_custom(json!({ "USERNAME": nobody })).await.ok();
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    let made_up = challenge["ChallengeParameters"]["USERNAME"].as_str().unwrap();
    assert_eq!(made_up.len(), 36);
    let again = pool.begin_custom(json!({ "USERNAME": nobody.to_uppercase() })).await.ok();
    assert_eq!(again["ChallengeParameters"]["USERNAME"], made_up, "asking twice shows nothing");

    let event = &functions.define.taken()[0];
    assert_eq!(event["userName"], nobody);
    assert_eq!(event["request"]["userNotFound"], true);
    assert_eq!(event["request"]["userAttributes"], json!({}));

    let question = pool.answer(&challenge, "41").await.ok();
    assert_eq!(question["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(functions.verify.taken()[0]["userName"], nobody);
    let told = pool.answer(&question, "42").await.refused("NotAuthorizedException");
    assert_eq!(told, "Incorrect username or password.");
}

#[tokio::test]
async fn where_users_are_not_hidden_nobody_is_told_at_once() {
    let functions = Functions::new();
    let pool = Pool::configured(|config| {
        functions.set(config);
        config.user_pool.clients[0].prevent_user_existence_errors = false;
    });
    let told = pool.begin_custom(json!({ "USERNAME": ADA })).await.refused("UserNotFoundException");
    assert_eq!(told, "User does not exist.");
    assert!(functions.are_idle());
    pool.confirmed_user(ADA).await;
    pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    assert!(functions.define.taken()[0]["request"].get("userNotFound").is_none());
}

#[tokio::test]
async fn who_may_not_sign_in_is_not_asked_and_who_may_no_longer_is_not_let_in() {
    let (pool, functions) = pool();
    pool.sign_up("new@example.com").await.ok();
    pool.begin_custom(json!({ "USERNAME": "new@example.com" })).await.refused("UserNotConfirmedException");

    pool.confirmed_user(ADA).await;
    let by_ada = json!({ "USERNAME": ADA });
    let challenge = pool.begin_custom(by_ada.clone()).await.ok();
    pool.admin("AdminDisableUser", json!({ "Username": ADA })).await.ok();
    assert_eq!(pool.answer(&challenge, "42").await.refused("NotAuthorizedException"), "User is disabled.");
    assert!(functions.verify.taken().is_empty());
    let told = pool.begin_custom(by_ada.clone()).await.refused("NotAuthorizedException");
    assert_eq!(told, "User is disabled.");

    pool.admin("AdminEnableUser", json!({ "Username": ADA })).await.ok();
    let challenge = pool.begin_custom(by_ada.clone()).await.ok();
    let changed = json!({ "Username": ADA, "Password": "Another-one-2", "Permanent": true });
    pool.admin("AdminSetUserPassword", changed).await.ok();
    pool.answer(&challenge, "42").await.refused("NotAuthorizedException");

    let challenge = pool.begin_custom(by_ada).await.ok();
    assert!(pool.admin("AdminDeleteUser", json!({ "Username": ADA })).await.status.is_success());
    pool.answer(&challenge, "42").await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_function_that_forgoes_the_password_lets_nobody_in_who_may_not() {
    for said in [json!({ "issueTokens": true }), json!({ "challengeName": "CUSTOM_CHALLENGE" })] {
        let functions = Functions { define: Function::saying(move |_| Ok(said.clone())), ..Functions::new() };
        let pool = Pool::configured(|config| functions.set(config));
        pool.sign_up("new@example.com").await.ok();
        pool.confirmed_user(ADA).await;
        let srp = SrpClient::new("Parlor");
        pool.begin_with_srp(&srp, ADA).await.ok();
        pool.admin("AdminDisableUser", json!({ "Username": ADA })).await.ok();
        let told = pool.begin_with_srp(&srp, ADA).await.refused("NotAuthorizedException");
        assert_eq!(told, "User is disabled.");
        pool.begin_with_srp(&srp, "new@example.com").await.refused("UserNotConfirmedException");
    }
}

#[tokio::test]
async fn the_client_must_allow_the_flow_as_it_does_when_it_names_none() {
    let functions = Functions::new();
    let pool = Pool::configured(|config| {
        functions.set(config);
        config.user_pool.clients[2].explicit_auth_flows = vec!["CUSTOM_AUTH_FLOW_ONLY".to_owned()];
        config.user_pool.clients[0].explicit_auth_flows.retain(|flow| flow != "ALLOW_CUSTOM_AUTH");
    });
    pool.confirmed_user(ADA).await;
    let told = pool.begin_custom(json!({ "USERNAME": ADA })).await.refused("InvalidParameterException");
    assert_eq!(told, "CUSTOM_AUTH flow not enabled for this client");
    for client in ["legacy", "minimal"] {
        let body =
            json!({ "ClientId": client, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": ADA } });
        assert_eq!(pool.call("InitiateAuth", body).await.ok()["ChallengeName"], "CUSTOM_CHALLENGE");
    }
}

#[tokio::test]
async fn what_lacks_or_cannot_be_is_told() {
    let (pool, _) = pool();
    pool.confirmed_user(ADA).await;
    for (parameters, told) in [
        (json!({}), "Missing required parameter USERNAME"),
        (json!({ "USERNAME": ADA, "CHALLENGE_NAME": "SRP_A" }), "Missing required parameter SRP_A"),
        (
            json!({ "USERNAME": ADA, "CHALLENGE_NAME": "SMS_MFA" }),
            "CHALLENGE_NAME must be SRP_A or CUSTOM_CHALLENGE",
        ),
        (
            json!({ "USERNAME": ADA, "CHALLENGE_NAME": "SRP_A", "SRP_A": "0" }),
            "SRP_A must be a hexadecimal number that N does not divide",
        ),
    ] {
        assert_eq!(pool.begin_custom(parameters).await.refused("InvalidParameterException"), told);
    }
    let begun =
        pool.begin_custom(json!({ "USERNAME": ADA, "CHALLENGE_NAME": "CUSTOM_CHALLENGE" })).await.ok();
    assert_eq!(begun["ChallengeName"], "CUSTOM_CHALLENGE");
}

#[tokio::test]
async fn a_pool_without_the_functions_says_so() {
    let functions = Functions::new();
    let told = "Custom auth lambda trigger is not configured for the user pool.";
    let pool = Pool::configured(|config| {
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_CUSTOM_AUTH".to_owned());
    });
    let refused = pool.begin_custom(json!({ "USERNAME": ADA })).await;
    assert_eq!(refused.refused("InvalidParameterException"), told);

    let pool = Pool::configured(|config| {
        functions.set(config);
        config.triggers = Default::default();
        config.triggers.set(Trigger::DefineAuthChallenge, Arc::clone(&functions.define) as _);
    });
    let refused = pool.begin_custom(json!({ "USERNAME": ADA })).await;
    assert_eq!(refused.refused("InvalidParameterException"), told);
}

#[tokio::test]
async fn a_function_that_fails_is_told_in_its_words_and_costs_the_session() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    let fail = |function: &Function, how: Option<&str>| {
        *function.failure.lock().unwrap() = how.map(str::to_owned);
    };
    for (function, name) in
        [(&functions.define, "DefineAuthChallenge"), (&functions.create, "CreateAuthChallenge")]
    {
        fail(function, Some("out of order"));
        let told =
            pool.begin_custom(json!({ "USERNAME": ADA })).await.refused("UserLambdaValidationException");
        assert_eq!(told, format!("{name} failed with error out of order."));
        fail(function, None);
    }
    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    fail(&functions.verify, Some("out of order"));
    let told = pool.answer(&challenge, "42").await.refused("UserLambdaValidationException");
    assert_eq!(told, "VerifyAuthChallengeResponse failed with error out of order.");
    fail(&functions.verify, None);
    pool.answer(&challenge, "42").await.refused("NotAuthorizedException");
}

#[tokio::test(start_paused = true)]
async fn a_function_that_hangs_is_given_up() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    functions.define.hangs.store(true, Ordering::SeqCst);
    let told = pool.begin_custom(json!({ "USERNAME": ADA })).await.refused("UnexpectedLambdaException");
    assert!(told.starts_with("DefineAuthChallenge invocation failed"), "{told}");
    assert_eq!(functions.define.taken().len(), 3);
}

#[tokio::test]
async fn what_a_function_must_not_say_is_no_answer() {
    for said in [
        json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeParameters": {} }),
        json!({ "issueTokens": "true" }),
        json!({ "challengeName": "PASSWORD_VERIFIER" }),
        json!({ "challengeName": "SMS_MFA" }),
        json!({}),
        json!(null),
        json!([]),
        json!("yes"),
    ] {
        let functions = Functions {
            define: Function::saying({
                let said = said.clone();
                move |_| Ok(said.clone())
            }),
            ..Functions::new()
        };
        let pool = Pool::configured(|config| functions.set(config));
        pool.confirmed_user(ADA).await;
        let refused = pool.begin_custom(json!({ "USERNAME": ADA })).await;
        assert_eq!(
            refused.refused("InvalidLambdaResponseException"),
            "Unrecognizable lambda output",
            "{said}"
        );
    }
    let create = Function::saying(|_| Ok(json!({ "publicChallengeParameters": { "level": 1 } })));
    let functions = Functions { create, ..Functions::new() };
    let pool = Pool::configured(|config| functions.set(config));
    pool.confirmed_user(ADA).await;
    pool.begin_custom(json!({ "USERNAME": ADA })).await.refused("InvalidLambdaResponseException");
}

#[tokio::test]
async fn a_function_that_never_ends_a_sign_in_is_ended_with() {
    let define = Function::saying(|_| Ok(json!({ "challengeName": "CUSTOM_CHALLENGE" })));
    let functions = Functions { define, ..Functions::new() };
    let pool = Pool::configured(|config| functions.set(config));
    pool.confirmed_user(ADA).await;
    let mut challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    for _ in 0..100 {
        challenge = pool.answer(&challenge, "42").await.ok();
    }
    pool.answer(&challenge, "42").await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn what_functions_want_remembered_of_a_sign_in_is_limited() {
    let (private, metadata) = ("p".repeat(8 * 1024 - 6), "m".repeat(4 * 1024));
    let create = Function::saying(move |_| {
        Ok(json!({ "privateChallengeParameters": { "answer": private }, "challengeMetadata": metadata }))
    });
    let functions = Functions { create, ..Functions::new() };
    let pool = Pool::configured(|config| functions.set(config));
    pool.confirmed_user(ADA).await;
    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    let challenge = pool.answer(&challenge, "41").await.ok();
    pool.answer(&challenge, "41").await.refused("InvalidLambdaResponseException");
}
