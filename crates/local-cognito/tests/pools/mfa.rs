//! The second factor: codes of an authenticator app.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use local_cognito::MfaConfiguration;
use serde_json::{Value, json};
use sha1::Sha1;

use crate::harness::{ADA, Answer, PASSWORD, Pool, Tokens};

/// What the app shows (RFC 6238), `steps` half-minutes from now.
pub(crate) fn app(pool: &Pool, secret: &str, steps: i64) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut mac = Hmac::<Sha1>::new_from_slice(&secret).unwrap();
    mac.update(&(pool.now_s() / 30 + steps).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

fn wrong(pool: &Pool, secret: &str) -> String {
    let right: Vec<_> = (-1..=1).map(|steps| app(pool, secret, steps)).collect();
    let candidates = ["000000", "111111", "222222", "333333"];
    let wrong = candidates.into_iter().find(|code| !right.iter().any(|r| r == code));
    wrong.unwrap().to_owned()
}

async fn associate(pool: &Pool, access_token: &str) -> String {
    let answer = pool.call("AssociateSoftwareToken", json!({ "AccessToken": access_token })).await.ok();
    answer["SecretCode"].as_str().unwrap().to_owned()
}

async fn verify(pool: &Pool, access_token: &str, code: &str) -> Answer {
    let body = json!({ "AccessToken": access_token, "UserCode": code, "FriendlyDeviceName": "phone" });
    pool.call("VerifySoftwareToken", body).await
}

async fn prefer(pool: &Pool, access_token: &str, enabled: bool) -> Answer {
    let settings = json!({ "Enabled": enabled, "PreferredMfa": enabled });
    let body = json!({ "AccessToken": access_token, "SoftwareTokenMfaSettings": settings });
    pool.call("SetUserMFAPreference", body).await
}

/// Ada with MFA on, half a minute after her app was proved; her secret and her first tokens.
pub(crate) async fn ada_with_mfa(pool: &Pool) -> (String, Tokens) {
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let secret = associate(pool, &tokens.access).await;
    assert_eq!(verify(pool, &tokens.access, &app(pool, &secret, 0)).await.ok()["Status"], "SUCCESS");
    prefer(pool, &tokens.access, true).await.ok();
    pool.pass(30);
    (secret, tokens)
}

async fn answer(pool: &Pool, challenge: &Value, code: &str) -> Answer {
    pool.respond(challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).await
}

#[tokio::test]
async fn who_enabled_it_needs_a_code_to_sign_in_in_both_flows() {
    let pool = Pool::new();
    let (secret, tokens) = ada_with_mfa(&pool).await;
    let user = pool.get_user(&tokens.access).await.ok();
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    for challenge in
        [pool.try_sign_in(ADA, PASSWORD).await.ok(), pool.with_password(ADA, PASSWORD).await.ok()]
    {
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        assert_eq!(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "phone");
        assert!(challenge.get("AuthenticationResult").is_none());
        let told = answer(&pool, &challenge, &wrong(&pool, &secret)).await;
        told.refused("CodeMismatchException");
        // The same session again, with the right code.
        let signed_in = answer(&pool, &challenge, &app(&pool, &secret, 0)).await.ok();
        pool.get_user(&Tokens::of(&signed_in).access).await.ok();
        answer(&pool, &challenge, &app(&pool, &secret, 1)).await.refused("NotAuthorizedException");
        pool.pass(30);
    }
}

#[tokio::test]
async fn a_refused_wish_changes_nothing() {
    let pool = Pool::new();
    let (_, tokens) = ada_with_mfa(&pool).await;
    for token in [json!({ "Enabled": false }), json!({ "Enabled": true })] {
        let body = json!({
            "AccessToken": tokens.access,
            "SoftwareTokenMfaSettings": token,
            "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true },
        });
        pool.call("SetUserMFAPreference", body).await.refused("InvalidParameterException");
        let challenge = pool.with_password(ADA, PASSWORD).await.ok();
        assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let user = pool.get_user(&tokens.access).await.ok();
        assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
        assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    }
}

#[tokio::test]
async fn a_code_is_good_once() {
    let pool = Pool::new();
    let (secret, _) = ada_with_mfa(&pool).await;
    let code = app(&pool, &secret, 0);
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    answer(&pool, &challenge, &code).await.ok();
    let pool = pool.restarted();
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    let told = answer(&pool, &challenge, &code).await.refused("ExpiredCodeException");
    assert_eq!(told, "Your software token has already been used once.");
    // An older one that was never used is not good either.
    answer(&pool, &challenge, &app(&pool, &secret, -1)).await.refused("ExpiredCodeException");
    answer(&pool, &challenge, &app(&pool, &secret, 1)).await.ok();
}

#[tokio::test]
async fn guessing_codes_is_limited_and_the_password_forgives_no_guess() {
    let pool = Pool::new();
    let (secret, _) = ada_with_mfa(&pool).await;
    for _ in 0..5 {
        let challenge = pool.with_password(ADA, PASSWORD).await.ok();
        answer(&pool, &challenge, &wrong(&pool, &secret)).await.refused("CodeMismatchException");
    }
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    answer(&pool, &challenge, &app(&pool, &secret, 0)).await.refused("LimitExceededException");
    pool.pass(1);
    answer(&pool, &challenge, &app(&pool, &secret, 0)).await.ok();
}

#[tokio::test]
async fn a_session_is_for_its_user_client_and_step_and_three_minutes() {
    let pool = Pool::new();
    let (secret, _) = ada_with_mfa(&pool).await;
    pool.confirmed_user("eve@example.com").await;
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    let right = json!({
        "ClientId": "webclient",
        "ChallengeName": "SOFTWARE_TOKEN_MFA",
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": ADA, "SOFTWARE_TOKEN_MFA_CODE": app(&pool, &secret, 0) },
    });
    let cases = [
        ("/ClientId", "legacy"),
        ("/ChallengeName", "MFA_SETUP"),
        ("/Session", "AAAA"),
        ("/ChallengeResponses/USERNAME", "eve@example.com"),
    ];
    for (member, value) in cases {
        let mut body = right.clone();
        *body.pointer_mut(member).unwrap() = value.into();
        let told = pool.call("RespondToAuthChallenge", body).await;
        assert_eq!(told.refused("NotAuthorizedException"), "Invalid session for the user.", "{member}");
    }
    pool.pass(180);
    pool.call("RespondToAuthChallenge", right).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_changed_password_ends_a_sign_in_under_way() {
    let pool = Pool::new();
    let (secret, _) = ada_with_mfa(&pool).await;
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    let body = json!({ "Username": ADA, "Password": "N3w-passw0rd", "Permanent": true });
    pool.admin("AdminSetUserPassword", body).await.ok();
    answer(&pool, &challenge, &app(&pool, &secret, 0)).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_new_secret_counts_once_it_is_proved() {
    let pool = Pool::new();
    let (old, tokens) = ada_with_mfa(&pool).await;
    let new = associate(&pool, &tokens.access).await;
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    answer(&pool, &challenge, &app(&pool, &old, 0)).await.ok();
    verify(&pool, &tokens.access, &wrong(&pool, &new)).await.refused("EnableSoftwareTokenMFAException");
    verify(&pool, &tokens.access, &app(&pool, &new, 0)).await.ok();
    pool.pass(30);
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    answer(&pool, &challenge, &app(&pool, &old, 0)).await.refused("CodeMismatchException");
    answer(&pool, &challenge, &app(&pool, &new, 0)).await.ok();
}

#[tokio::test]
async fn it_can_be_switched_off_and_only_on_with_a_proved_app() {
    let pool = Pool::new();
    let (_, tokens) = ada_with_mfa(&pool).await;
    prefer(&pool, &tokens.access, false).await.ok();
    Tokens::of(&pool.with_password(ADA, PASSWORD).await.ok());
    assert!(pool.get_user(&tokens.access).await.ok().get("UserMFASettingList").is_none());

    pool.confirmed_user("eve@example.com").await;
    let eve = pool.sign_in("eve@example.com").await;
    prefer(&pool, &eve.access, true).await.refused("InvalidParameterException");
    associate(&pool, &eve.access).await;
    prefer(&pool, &eve.access, true).await.refused("InvalidParameterException");
    verify(&pool, &eve.access, "123").await.refused("EnableSoftwareTokenMFAException");
}

#[tokio::test]
async fn an_operator_helps_who_lost_the_app() {
    let pool = Pool::new();
    ada_with_mfa(&pool).await;
    let body = json!({ "Username": ADA, "SoftwareTokenMfaSettings": { "Enabled": false } });
    pool.admin("AdminSetUserMFAPreference", body).await.ok();
    pool.sign_in(ADA).await;
}

#[tokio::test]
async fn a_pool_that_requires_it_has_everybody_set_it_up_and_keep_it() {
    let pool = Pool::with_mfa(MfaConfiguration::On);
    pool.confirmed_user(ADA).await;
    let challenge = pool.try_sign_in(ADA, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], "[\"SOFTWARE_TOKEN_MFA\"]");
    // Nothing is proved yet.
    pool.respond(&challenge, json!({})).await.refused("NotAuthorizedException");

    let body = json!({ "Session": challenge["Session"] });
    let associated = pool.call("AssociateSoftwareToken", body).await.ok();
    let secret = associated["SecretCode"].as_str().unwrap();
    let body = |code: String| json!({ "Session": associated["Session"], "UserCode": code });
    pool.call("VerifySoftwareToken", body(wrong(&pool, secret)))
        .await
        .refused("EnableSoftwareTokenMFAException");
    let verified = pool.call("VerifySoftwareToken", body(app(&pool, secret, 0))).await.ok();
    let mut last = challenge.clone();
    last["Session"] = verified["Session"].clone();
    let tokens = Tokens::of(&pool.respond(&last, json!({})).await.ok());
    pool.get_user(&tokens.access).await.ok();
    pool.respond(&last, json!({})).await.refused("NotAuthorizedException");

    // Nobody turns it off again.
    assert!(
        prefer(&pool, &tokens.access, false).await.refused("InvalidParameterException").contains("required")
    );
    let body = json!({ "Username": ADA, "SoftwareTokenMfaSettings": { "Enabled": false } });
    pool.admin("AdminSetUserMFAPreference", body).await.refused("InvalidParameterException");
    // What was never on stays off.
    let body = json!({ "AccessToken": tokens.access, "SMSMfaSettings": { "Enabled": false } });
    pool.call("SetUserMFAPreference", body).await.ok();
    let user = pool.get_user(&tokens.access).await.ok();
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");

    pool.pass(30);
    let challenge = pool.try_sign_in(ADA, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    answer(&pool, &challenge, &app(&pool, secret, 0)).await.ok();
}

#[tokio::test]
async fn a_pool_without_mfa_hands_out_no_secret() {
    let pool = Pool::with_mfa(MfaConfiguration::Off);
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    pool.call("AssociateSoftwareToken", json!({ "AccessToken": tokens.access }))
        .await
        .refused("SoftwareTokenMFANotFoundException");
}
