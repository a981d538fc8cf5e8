//! Second factors that are sent: by e-mail, by text message, and the choice between several.

use local_cognito::{FirstFactor, MfaConfiguration, SecondFactor};
use serde_json::{Value, json};

use crate::browser::{Browser, between, code, request};
use crate::harness::{ADA, Answer, PASSWORD, Pool, Tokens};

const PHONE: &str = "+12065550100";
const PHONE_IN_URL: &str = "%2B12065550100";

fn with(mfa: MfaConfiguration, factors: &[SecondFactor]) -> Pool {
    Pool::configured(|config| {
        config.user_pool.mfa_configuration = mfa;
        config.user_pool.enabled_mfas = factors.to_vec();
    })
}

async fn with_phone(pool: &Pool) {
    let attributes = json!([
        { "Name": "phone_number", "Value": PHONE },
        { "Name": "phone_number_verified", "Value": "true" },
    ]);
    let body = json!({ "Username": ADA, "UserAttributes": attributes });
    pool.admin("AdminUpdateUserAttributes", body).await.ok();
}

async fn wish(pool: &Pool, tokens: &Tokens, mut settings: Value) -> Answer {
    settings["AccessToken"] = tokens.access.as_str().into();
    pool.call("SetUserMFAPreference", settings).await
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

#[tokio::test]
async fn a_code_by_e_mail_is_asked_for_after_the_password() {
    let pool = with(MfaConfiguration::Optional, &[SecondFactor::Email]);
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let on = json!({ "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    wish(&pool, &tokens, on).await.ok();
    let user = pool.get_user(&tokens.access).await.ok();
    assert_eq!(user["UserMFASettingList"], json!(["EMAIL_OTP"]));
    assert_eq!(user["PreferredMfaSetting"], "EMAIL_OTP");

    for challenge in
        [pool.try_sign_in(ADA, PASSWORD).await.ok(), pool.with_password(ADA, PASSWORD).await.ok()]
    {
        assert_eq!(challenge["ChallengeName"], "EMAIL_OTP");
        assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "a***@e***");
    }
    // The newest code is the one that counts.
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    let code = pool.code(ADA).await;
    assert_eq!(code.len(), 6);
    let wrong = pool.respond(&challenge, json!({ "EMAIL_OTP_CODE": other_than(&code) })).await;
    wrong.refused("CodeMismatchException");
    let done = pool.respond(&challenge, json!({ "EMAIL_OTP_CODE": code })).await.ok();
    pool.get_user(&Tokens::of(&done).access).await.ok();

    let pool = pool.restarted();
    // The harness's pool has the authenticator app alone: what is not enabled is not asked for.
    assert!(!Tokens::of(&pool.with_password(ADA, PASSWORD).await.ok()).access.is_empty());
}

#[tokio::test]
async fn a_code_by_text_message_needs_a_number() {
    let pool = with(MfaConfiguration::Optional, &[SecondFactor::Sms]);
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let on = json!({ "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    let told = wish(&pool, &tokens, on.clone()).await.refused("InvalidParameterException");
    assert!(told.starts_with("User does not have delivery config set to turn on SMS_MFA"), "{told}");
    with_phone(&pool).await;
    wish(&pool, &tokens, on).await.ok();
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "SMS_MFA");
    assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "+*******0100");
    let code = pool.code(PHONE_IN_URL).await;
    let done = pool.respond(&challenge, json!({ "SMS_MFA_CODE": code })).await.ok();
    pool.get_user(&Tokens::of(&done).access).await.ok();

    let off = json!({ "SMSMfaSettings": { "Enabled": false } });
    wish(&pool, &tokens, off).await.ok();
    assert!(!Tokens::of(&pool.with_password(ADA, PASSWORD).await.ok()).access.is_empty());
    assert_eq!(pool.get_user(&tokens.access).await.ok().get("UserMFASettingList"), None);
}

#[tokio::test]
async fn a_number_that_is_proved_no_more_is_neither_asked_for_nor_listed() {
    let number = json!({ "Name": "phone_number", "Value": "+12065550101" });
    for (operation, change) in [
        ("UpdateUserAttributes", json!({ "UserAttributes": [number] })),
        ("DeleteUserAttributes", json!({ "UserAttributeNames": ["phone_number"] })),
    ] {
        let pool = with(MfaConfiguration::Optional, &[SecondFactor::Sms]);
        pool.confirmed_user(ADA).await;
        with_phone(&pool).await;
        let tokens = pool.sign_in(ADA).await;
        let on = json!({ "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        wish(&pool, &tokens, on).await.ok();
        assert_eq!(pool.get_user(&tokens.access).await.ok()["PreferredMfaSetting"], "SMS_MFA");

        let mut change = change;
        change["AccessToken"] = tokens.access.as_str().into();
        pool.call(operation, change).await.ok();
        assert!(!Tokens::of(&pool.with_password(ADA, PASSWORD).await.ok()).access.is_empty());
        let operators = pool.admin("AdminGetUser", json!({ "Username": ADA })).await.ok();
        for user in [pool.get_user(&tokens.access).await.ok(), operators] {
            assert_eq!(user.get("UserMFASettingList"), None, "{operation}");
            assert_eq!(user.get("PreferredMfaSetting"), None, "{operation}");
        }
    }
}

#[tokio::test]
async fn who_has_several_and_prefers_none_is_asked_which() {
    let pool = with(MfaConfiguration::Optional, &[SecondFactor::Sms, SecondFactor::Email]);
    pool.confirmed_user(ADA).await;
    with_phone(&pool).await;
    let tokens = pool.sign_in(ADA).await;
    let both = json!({ "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } });
    wish(&pool, &tokens, both).await.ok();
    let choice = pool.with_password(ADA, PASSWORD).await.ok();
    assert_eq!(choice["ChallengeName"], "SELECT_MFA_TYPE");
    let names: Vec<String> =
        serde_json::from_str(choice["ChallengeParameters"]["MFAS_CAN_CHOOSE"].as_str().unwrap()).unwrap();
    assert_eq!(names, ["SMS_MFA", "EMAIL_OTP"]);
    let unknown = pool.respond(&choice, json!({ "ANSWER": "SOFTWARE_TOKEN_MFA" })).await;
    unknown.refused("InvalidParameterException");
    let challenge = pool.respond(&choice, json!({ "ANSWER": "SMS_MFA" })).await.ok();
    assert_eq!(challenge["ChallengeName"], "SMS_MFA");
    pool.respond(&choice, json!({ "ANSWER": "EMAIL_OTP" })).await.refused("NotAuthorizedException");
    let code = pool.code(PHONE_IN_URL).await;
    pool.respond(&challenge, json!({ "SMS_MFA_CODE": code })).await.ok();

    // One can be preferred, and the latest wish counts.
    let two = json!({
        "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true },
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
    });
    wish(&pool, &tokens, two).await.refused("InvalidParameterException");
    for (settings, name) in [("SMSMfaSettings", "SMS_MFA"), ("EmailMfaSettings", "EMAIL_OTP")] {
        let mut one = json!({});
        one[settings] = json!({ "Enabled": true, "PreferredMfa": true });
        wish(&pool, &tokens, one).await.ok();
        assert_eq!(pool.with_password(ADA, PASSWORD).await.ok()["ChallengeName"], name);
    }
}

#[tokio::test]
async fn a_pool_that_requires_a_factor_asks_everybody_for_a_code_by_e_mail() {
    let pool = with(MfaConfiguration::On, &[SecondFactor::Email]);
    pool.confirmed_user(ADA).await;
    let challenge = pool.with_password(ADA, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "EMAIL_OTP");
    let code = pool.code(ADA).await;
    let done = pool.respond(&challenge, json!({ "EMAIL_OTP_CODE": code })).await.ok();
    // It is asked for, but the user did not set it.
    let user = pool.get_user(&Tokens::of(&done).access).await.ok();
    assert_eq!(user.get("UserMFASettingList"), None);
}

#[tokio::test]
async fn who_uses_a_second_factor_signs_in_by_password() {
    let pool = Pool::configured(|config| {
        config.user_pool.enabled_mfas = vec![SecondFactor::Email];
        config.user_pool.first_factors.push(FirstFactor::EmailOtp);
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_USER_AUTH".to_owned());
    });
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let on = json!({ "EmailMfaSettings": { "Enabled": true } });
    wish(&pool, &tokens, on).await.ok();
    let body = json!({
        "ClientId": crate::harness::CLIENT,
        "AuthFlow": "USER_AUTH",
        "AuthParameters": { "USERNAME": ADA, "PREFERRED_CHALLENGE": "EMAIL_OTP" },
    });
    let choice = pool.call("InitiateAuth", body).await.ok();
    assert_eq!(choice["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
}

#[tokio::test]
async fn an_operator_sees_the_factors_and_the_template_keeps_them() {
    let pool = with(MfaConfiguration::Optional, &[SecondFactor::SoftwareToken, SecondFactor::Sms]);
    let told = pool.admin("GetUserPoolMfaConfig", json!({})).await.ok();
    assert_eq!(told["MfaConfiguration"], "OPTIONAL");
    assert_eq!(told["SoftwareTokenMfaConfiguration"]["Enabled"], true);
    assert!(told.get("SmsMfaConfiguration").is_some() && told.get("EmailMfaConfiguration").is_none());
    let told = pool.admin("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "OFF" })).await;
    assert!(told.refused("UnsupportedOperationException").contains("template"));
    // What the pool has not enabled, nobody can want.
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let told = wish(&pool, &tokens, json!({ "EmailMfaSettings": { "Enabled": true } })).await;
    assert!(told.refused("InvalidParameterException").contains("EnabledMfas"));
}

#[tokio::test]
async fn the_sign_in_page_asks_which_factor_and_for_the_code_that_was_sent() {
    let pool = with(MfaConfiguration::Optional, &[SecondFactor::Sms, SecondFactor::Email]);
    pool.confirmed_user(ADA).await;
    with_phone(&pool).await;
    let tokens = pool.sign_in(ADA).await;
    let both = json!({ "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } });
    wish(&pool, &tokens, both).await.ok();

    let mut browser = Browser::new(&pool);
    let page = browser.get(&format!("/login?{}", request(&[]))).await;
    let choice = browser.fill(&page, &[("username", ADA), ("password", PASSWORD)]).await;
    let first = between(&choice.text, "type=\"radio\" name=\"choice\" value=\"", "\"");
    assert_eq!(first, "SMS_MFA");
    let asked = browser.fill(&choice, &[("choice", "EMAIL_OTP")]).await;
    assert!(asked.text.contains("A code is on its way to a***@e***."), "{}", asked.text);
    let sent = pool.code(ADA).await;
    let again = browser.fill(&asked, &[("code", other_than(&sent))]).await;
    assert!(again.text.contains("Invalid verification code"), "{}", again.text);
    assert!(again.text.contains("on its way to a***@e***."), "where it went is still told");
    code(&browser.fill(&again, &[("code", &sent)]).await);
}
