//! USER_AUTH: people choose what to sign in with, and need no password.

use local_cognito::{Cognito, FirstFactor, MfaConfiguration, OpenError, SecondFactor};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{ADA, Answer, CLIENT, PASSWORD, Pool, Tokens, config, proof, sign_up_request};
use crate::srp::SrpClient;

fn passwordless() -> Pool {
    with_factors(&[FirstFactor::Password, FirstFactor::EmailOtp, FirstFactor::SmsOtp])
}

fn with_factors(factors: &[FirstFactor]) -> Pool {
    Pool::configured(|config| {
        config.user_pool.first_factors = factors.to_vec();
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_USER_AUTH".to_owned());
    })
}

async fn begin(pool: &Pool, name: &str, more: Value) -> Answer {
    let mut parameters = json!({ "USERNAME": name });
    parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = json!({ "ClientId": CLIENT, "AuthFlow": "USER_AUTH", "AuthParameters": parameters });
    pool.call("InitiateAuth", body).await
}

async fn answer(pool: &Pool, name: &str, challenge: &Value, responses: Value) -> Answer {
    let mut responses = responses;
    responses["USERNAME"] = name.into();
    let body = json!({
        "ClientId": CLIENT,
        "ChallengeName": challenge["ChallengeName"],
        "Session": challenge["Session"],
        "ChallengeResponses": responses,
    });
    pool.call("RespondToAuthChallenge", body).await
}

/// Never the code itself.
fn other_than(code: &str) -> &'static str {
    if code == "00000000" { "11111111" } else { "00000000" }
}

#[tokio::test]
async fn who_has_an_address_and_a_password_may_choose() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let choice = begin(&pool, ADA, json!({})).await.ok();
    assert_eq!(choice["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));

    let wrong = answer(&pool, ADA, &choice, json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-1!x" })).await;
    wrong.refused("NotAuthorizedException");
    let right = answer(&pool, ADA, &choice, json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).await.ok();
    pool.get_user(&Tokens::of(&right).access).await.ok();
    // The session is used up.
    answer(&pool, ADA, &choice, json!({ "ANSWER": "EMAIL_OTP" })).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_chosen_password_can_come_later_or_by_srp() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let asked = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "PASSWORD" })).await.ok();
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    let done = answer(&pool, ADA, &asked, json!({ "PASSWORD": PASSWORD })).await.ok();
    assert!(!Tokens::of(&done).access.is_empty());

    let srp = SrpClient::new("Parlor");
    let choice = begin(&pool, ADA, json!({})).await.ok();
    let responses = json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": srp.a_hex() });
    let challenge = answer(&pool, ADA, &choice, responses).await.ok();
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    let done = pool.call("RespondToAuthChallenge", proof(&srp, &challenge, PASSWORD)).await.ok();
    assert!(!Tokens::of(&done).access.is_empty());

    let srp = SrpClient::new("Parlor");
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": srp.a_hex() });
    let challenge = begin(&pool, ADA, at_once).await.ok();
    let done = pool.call("RespondToAuthChallenge", proof(&srp, &challenge, PASSWORD)).await.ok();
    assert!(!Tokens::of(&done).access.is_empty());
}

#[tokio::test]
async fn a_code_by_e_mail_signs_in_once_and_for_three_minutes() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let asked = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"], "EMAIL");
    assert_eq!(asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "a***@e***");
    let code = pool.code(ADA).await;
    // Longer than other codes, as it is the only proof.
    assert!(code.len() == 8 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    let wrong = answer(&pool, ADA, &asked, json!({ "EMAIL_OTP_CODE": other_than(&code) })).await;
    wrong.refused("CodeMismatchException");
    let done = answer(&pool, ADA, &asked, json!({ "EMAIL_OTP_CODE": code })).await.ok();
    pool.get_user(&Tokens::of(&done).access).await.ok();
    answer(&pool, ADA, &asked, json!({ "EMAIL_OTP_CODE": code })).await.refused("NotAuthorizedException");

    let late = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    let code = pool.code(ADA).await;
    pool.pass(180);
    answer(&pool, ADA, &late, json!({ "EMAIL_OTP_CODE": code })).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn guessing_a_code_ends_after_five() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let asked = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    let code = pool.code(ADA).await;
    for _ in 0..5 {
        let wrong = answer(&pool, ADA, &asked, json!({ "EMAIL_OTP_CODE": other_than(&code) })).await;
        wrong.refused("CodeMismatchException");
    }
    answer(&pool, ADA, &asked, json!({ "EMAIL_OTP_CODE": code })).await.refused("LimitExceededException");
}

#[tokio::test]
async fn a_code_by_text_message_needs_a_number_that_is_proved() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let number = |value: &str| json!({ "AccessToken": tokens.access, "UserAttributes": [{ "Name": "phone_number", "Value": value }] });
    pool.call("UpdateUserAttributes", number("12065550100")).await.refused("InvalidParameterException");
    pool.call("UpdateUserAttributes", number("+12065550100")).await.ok();
    let wish = json!({ "PREFERRED_CHALLENGE": "SMS_OTP" });
    assert_eq!(begin(&pool, ADA, wish.clone()).await.ok()["ChallengeName"], "SELECT_CHALLENGE");

    let named = json!({ "AccessToken": tokens.access, "AttributeName": "phone_number" });
    let sent = pool.call("GetUserAttributeVerificationCode", named.clone()).await.ok();
    assert_eq!(sent["CodeDeliveryDetails"]["DeliveryMedium"], "SMS");
    assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "+*******0100");
    let mut proof = named;
    proof["Code"] = pool.code("%2B12065550100").await.into();
    pool.call("VerifyUserAttribute", proof).await.ok();

    let asked = begin(&pool, ADA, wish).await.ok();
    assert_eq!(asked["ChallengeName"], "SMS_OTP");
    assert_eq!(asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"], "SMS");
    let code = pool.code("%2B12065550100").await;
    assert_eq!(code.len(), 8);
    let done = answer(&pool, ADA, &asked, json!({ "SMS_OTP_CODE": code })).await.ok();
    pool.get_user(&Tokens::of(&done).access).await.ok();
    // Another number is to be proved anew.
    pool.call("UpdateUserAttributes", number("+12065550101")).await.ok();
    let choice = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "SMS_OTP" })).await.ok();
    assert_eq!(choice["ChallengeName"], "SELECT_CHALLENGE");
}

#[tokio::test]
async fn nobody_is_answered_like_somebody() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let nobody = "nobody@example.com";
    for wish in [json!({}), json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })] {
        let known = begin(&pool, ADA, wish.clone()).await.ok();
        let unknown = begin(&pool, nobody, wish).await.ok();
        assert_eq!(known["ChallengeName"], unknown["ChallengeName"]);
        assert_eq!(known["AvailableChallenges"], unknown["AvailableChallenges"]);
        let names = |answer: &Value| {
            answer["ChallengeParameters"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(&known), names(&unknown));
    }
    assert_eq!(pool.get(&format!("/_local/outbox?to={nobody}")).await.ok(), json!([]));
    let choice = begin(&pool, nobody, json!({})).await.ok();
    let told = answer(&pool, nobody, &choice, json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).await;
    assert_eq!(told.refused("NotAuthorizedException"), "Incorrect username or password.");
}

#[tokio::test]
async fn nobody_has_as_many_codes_and_guesses_as_somebody() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let wish = json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" });
    for name in [ADA, "nobody@example.com"] {
        for _ in 0..20 {
            let asked = begin(&pool, name, wish.clone()).await.ok();
            // A space is never in a code.
            let guess = json!({ "EMAIL_OTP_CODE": "no code" });
            for _ in 0..5 {
                answer(&pool, name, &asked, guess.clone()).await.refused("CodeMismatchException");
            }
            answer(&pool, name, &asked, guess.clone()).await.refused("LimitExceededException");
            let other = answer(&pool, "other@example.com", &asked, guess.clone()).await;
            other.refused("NotAuthorizedException");
            let user_id = asked["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str().unwrap();
            answer(&pool, user_id, &asked, guess).await.refused("LimitExceededException");
        }
        begin(&pool, name, wish.clone()).await.refused("LimitExceededException");
        let choice = begin(&pool, name, json!({})).await.ok();
        let chosen = answer(&pool, name, &choice, json!({ "ANSWER": "EMAIL_OTP" })).await;
        chosen.refused("LimitExceededException");
        pool.pass(3599);
        begin(&pool, name, wish.clone()).await.refused("LimitExceededException");
        pool.pass(1);
        begin(&pool, name, wish.clone()).await.ok();
    }
}

#[tokio::test]
async fn people_sign_up_without_a_password_and_are_signed_in_by_the_code() {
    let pool = passwordless();
    let mut request = sign_up_request(ADA);
    request.as_object_mut().unwrap().remove("Password");
    pool.call("SignUp", request.clone()).await.ok();
    begin(&pool, ADA, json!({})).await.refused("UserNotConfirmedException");
    let code = pool.code(ADA).await;
    let confirmation = json!({ "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": code });
    let confirmed = pool.call("ConfirmSignUp", confirmation).await.ok();
    let body = |name: &str| {
        json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_AUTH",
            "AuthParameters": { "USERNAME": name },
            "Session": confirmed["Session"],
        })
    };
    pool.confirmed_user("eve@example.com").await;
    pool.call("InitiateAuth", body("eve@example.com")).await.refused("NotAuthorizedException");
    let done = pool.call("InitiateAuth", body(ADA)).await.ok();
    pool.get_user(&Tokens::of(&done).access).await.ok();
    pool.call("InitiateAuth", body(ADA)).await.refused("NotAuthorizedException");

    // There is no password to choose, and none fits.
    let choice = begin(&pool, ADA, json!({})).await.ok();
    assert_eq!(choice["AvailableChallenges"], json!(["EMAIL_OTP"]));
    pool.with_password(ADA, PASSWORD).await.refused("NotAuthorizedException");
    let pool = pool.restarted();
    pool.with_password(ADA, PASSWORD).await.refused("NotAuthorizedException");

    Pool::new().call("SignUp", request).await.refused("InvalidParameterException");
}

#[tokio::test]
async fn the_session_of_a_sign_up_is_no_proof_before_the_code_came_back() {
    let pool = passwordless();
    let signed_up = pool.sign_up(ADA).await.ok();
    let body = json!({
        "ClientId": CLIENT,
        "AuthFlow": "USER_AUTH",
        "AuthParameters": { "USERNAME": ADA },
        "Session": signed_up["Session"],
    });
    pool.call("InitiateAuth", body).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn the_pool_and_the_client_say_what_there_is() {
    let pool = with_factors(&[FirstFactor::Password]);
    pool.confirmed_user(ADA).await;
    let choice = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })).await.ok();
    assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    answer(&pool, ADA, &choice, json!({ "ANSWER": "EMAIL_OTP" })).await.refused("InvalidParameterException");
    let told = begin(&pool, ADA, json!({ "PREFERRED_CHALLENGE": "WEB_AUTHN" })).await;
    assert!(told.refused("InvalidParameterException").contains("no WEB_AUTHN"));

    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let told = begin(&pool, ADA, json!({})).await.refused("InvalidParameterException");
    assert_eq!(told, "USER_AUTH flow not enabled for this client");
    assert_eq!(pool.sign_up("eve@example.com").await.ok().get("Session"), None);
    let code = pool.code("eve@example.com").await;
    let confirmation = json!({ "ClientId": CLIENT, "Username": "eve@example.com", "ConfirmationCode": code });
    assert_eq!(pool.call("ConfirmSignUp", confirmation).await.ok(), json!({}));
}

#[tokio::test]
async fn what_a_user_can_sign_in_with_is_told() {
    let pool = passwordless();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let told = pool.call("GetUserAuthFactors", json!({ "AccessToken": tokens.access })).await.ok();
    assert_eq!(told["ConfiguredUserAuthFactors"], json!(["PASSWORD", "EMAIL_OTP"]));
    let described = pool.admin("DescribeUserPool", json!({})).await.ok();
    let factors = &described["UserPool"]["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"];
    assert_eq!(*factors, json!(["PASSWORD", "EMAIL_OTP", "SMS_OTP"]));
}

#[test]
fn factors_that_contradict_each_other_are_refused() {
    let told = |mfa: MfaConfiguration, mfas: &[SecondFactor], firsts: &[FirstFactor]| {
        let folder = TempDir::new().unwrap();
        let mut config = config(folder.path().join("cognito.sqlite"));
        config.user_pool.mfa_configuration = mfa;
        config.user_pool.enabled_mfas = mfas.to_vec();
        config.user_pool.first_factors = firsts.to_vec();
        match Cognito::open(config) {
            Err(OpenError::Configuration(reason)) => Some(reason),
            Err(other) => panic!("{other}"),
            Ok(_) => None,
        }
    };
    let password = &[FirstFactor::Password][..];
    let token = &[SecondFactor::SoftwareToken][..];
    assert_eq!(
        told(MfaConfiguration::On, token, &[FirstFactor::Password, FirstFactor::EmailOtp]).as_deref(),
        Some("where MfaConfiguration is ON, PASSWORD must be the only one of AllowedFirstAuthFactors")
    );
    assert_eq!(
        told(MfaConfiguration::Optional, token, &[FirstFactor::EmailOtp]).as_deref(),
        Some("AllowedFirstAuthFactors must have PASSWORD")
    );
    for (mfa, name) in [(MfaConfiguration::On, "ON"), (MfaConfiguration::Optional, "OPTIONAL")] {
        let reason = format!("MfaConfiguration is {name}, but EnabledMfas names no factor");
        assert_eq!(told(mfa, &[], password), Some(reason));
    }
    assert_eq!(told(MfaConfiguration::Off, &[], password), None);
}
