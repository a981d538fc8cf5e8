//! CUSTOM_AUTH with a password first, by SRP, and what belongs to the password.

use local_cognito::{DeviceConfiguration, MfaConfiguration};
use serde_json::{Value, json};

use crate::custom_auth::{Functions, pool};
use crate::harness::{ADA, PASSWORD, Pool, Tokens, proof};
use crate::mfa::{ada_with_mfa, app};
use crate::srp::SrpClient;

#[tokio::test]
async fn the_password_can_come_first_by_srp() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    assert!(functions.create.taken().is_empty());
    let past =
        |name: &str| json!({ "challengeName": name, "challengeResult": true, "challengeMetadata": null });
    assert_eq!(functions.define.taken()[0]["request"]["session"], json!([past("SRP_A")]));

    let question = pool.finish_srp(&srp, &challenge, PASSWORD).await.ok();
    assert_eq!(question["ChallengeName"], "CUSTOM_CHALLENGE");
    let session = json!([past("SRP_A"), past("PASSWORD_VERIFIER")]);
    assert_eq!(functions.define.taken()[0]["request"]["session"], session);
    assert_eq!(functions.create.taken()[0]["request"]["session"], session);
    assert_ne!(Tokens::of(&pool.answer(&question, "42").await.ok()).refresh, "");
}

#[tokio::test]
async fn a_wrong_password_ends_the_sign_in_before_any_question() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    for name in [ADA, "nobody@example.com"] {
        let srp = SrpClient::new("Parlor");
        let challenge = pool.begin_with_srp(&srp, name).await.ok();
        functions.define.taken();
        let told = pool.finish_srp(&srp, &challenge, "Wrong-guess-1").await.refused("NotAuthorizedException");
        assert_eq!(told, "Incorrect username or password.");
        assert!(functions.are_idle());
    }
}

#[tokio::test]
async fn a_proved_password_leads_to_the_questions_whatever_session_comes_along() {
    let (pool, _) = pool();
    pool.confirmed_user(ADA).await;
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
    let mut answer = proof(&srp, &challenge, PASSWORD);
    answer["Session"] = "made up".into();
    let next = pool.call("RespondToAuthChallenge", answer).await.ok();
    assert_eq!(next["ChallengeName"], "CUSTOM_CHALLENGE", "the secret block remembers the flow");
}

#[tokio::test]
async fn a_second_factor_follows_the_password_by_itself_and_then_the_questions_come() {
    let (pool, functions) = pool();
    let (secret, _) = ada_with_mfa(&pool).await;
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
    functions.define.taken();
    let factor = pool.finish_srp(&srp, &challenge, PASSWORD).await.ok();
    assert_eq!(factor["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert!(functions.are_idle());
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(&pool, &secret, 0) });
    let question = pool.respond(&factor, code).await.ok();
    assert_eq!(question["ChallengeName"], "CUSTOM_CHALLENGE");
    let session = functions.define.taken()[0]["request"]["session"].clone();
    let names: Vec<_> = session.as_array().unwrap().iter().map(|past| &past["challengeName"]).collect();
    assert_eq!(names, ["SRP_A", "PASSWORD_VERIFIER", "SOFTWARE_TOKEN_MFA"]);
    pool.answer(&question, "42").await.ok();
}

#[tokio::test]
async fn a_temporary_password_is_replaced_before_the_questions() {
    let (pool, _) = pool();
    let made = json!({ "Username": ADA, "TemporaryPassword": PASSWORD, "UserAttributes": [
        { "Name": "given_name", "Value": "Ada" }, { "Name": "family_name", "Value": "Lovelace" },
    ] });
    pool.admin("AdminCreateUser", made).await.ok();
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
    let wanted = pool.finish_srp(&srp, &challenge, PASSWORD).await.ok();
    assert_eq!(wanted["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let question = pool.respond(&wanted, json!({ "NEW_PASSWORD": "Another-one-2" })).await.ok();
    assert_eq!(question["ChallengeName"], "CUSTOM_CHALLENGE");
    pool.answer(&question, "42").await.ok();
}

#[tokio::test]
async fn a_device_gets_keys_by_the_way_of_the_password_alone() {
    let functions = Functions::new();
    let pool = Pool::configured(|config| {
        functions.set(config);
        config.user_pool.mfa_configuration = MfaConfiguration::Off;
        config.user_pool.device_configuration = Some(DeviceConfiguration {
            challenge_required_on_new_device: false,
            device_only_remembered_on_user_prompt: false,
        });
    });
    pool.confirmed_user(ADA).await;
    let challenge = pool.begin_custom(json!({ "USERNAME": ADA })).await.ok();
    let answered = pool.answer(&challenge, "42").await.ok();
    assert_eq!(answered["AuthenticationResult"]["NewDeviceMetadata"], Value::Null);

    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
    let question = pool.finish_srp(&srp, &challenge, PASSWORD).await.ok();
    let answered = pool.answer(&question, "42").await.ok();
    let keys = &answered["AuthenticationResult"]["NewDeviceMetadata"];
    assert!(keys["DeviceKey"].as_str().is_some_and(|key| key.starts_with("us-east-1_")), "{answered}");
}

#[tokio::test]
async fn with_a_password_first_whoever_was_shut_out_learns_so_by_the_right_one_alone() {
    let (pool, functions) = pool();
    pool.confirmed_user(ADA).await;
    pool.admin("AdminDisableUser", json!({ "Username": ADA })).await.ok();
    for (password, told) in
        [("Wrong-guess-1", "Incorrect username or password."), (PASSWORD, "User is disabled.")]
    {
        let srp = SrpClient::new("Parlor");
        let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
        functions.define.taken();
        let refused = pool.finish_srp(&srp, &challenge, password).await;
        assert_eq!(refused.refused("NotAuthorizedException"), told);
        assert!(functions.are_idle(), "no question was asked");
    }
}

#[tokio::test]
async fn with_a_password_first_who_has_yet_to_confirm_is_told_so_as_at_any_sign_in() {
    let (pool, _) = pool();
    pool.sign_up(ADA).await.ok();
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_with_srp(&srp, ADA).await.ok();
    pool.finish_srp(&srp, &challenge, PASSWORD).await.refused("UserNotConfirmedException");
}
