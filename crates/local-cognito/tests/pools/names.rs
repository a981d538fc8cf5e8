//! How long the name of a user may be.

use serde_json::{Value, json};

use crate::browser::{Browser, request};
use crate::harness::{ADA, CLIENT, PASSWORD, Pool, sign_up_request};

const TOLD: &str = "1 validation error detected: Value at 'username' failed to satisfy constraint: \
                    Member must have length less than or equal to 128";

/// In characters of two bytes each.
fn of_length(characters: usize) -> String {
    format!("{}@x.gr", "\u{03c9}".repeat(characters - 5))
}

#[tokio::test]
async fn a_name_of_more_than_128_characters_is_refused_by_every_operation() {
    let pool = Pool::configured(|config| {
        let flows = &mut config.user_pool.clients[0].explicit_auth_flows;
        flows.extend(
            ["USER_AUTH", "CUSTOM_AUTH", "ADMIN_USER_PASSWORD_AUTH"].map(|flow| format!("ALLOW_{flow}")),
        );
    });
    let name = of_length(129);
    let more = json!({ "ClientId": CLIENT, "ConfirmationCode": "123456", "Password": PASSWORD });
    for operation in
        ["SignUp", "ConfirmSignUp", "ResendConfirmationCode", "ForgotPassword", "ConfirmForgotPassword"]
    {
        let mut body = more.clone();
        body["Username"] = name.as_str().into();
        let told = pool.call(operation, body).await.refused("InvalidParameterException");
        assert_eq!(told, TOLD, "{operation}");
    }
    for operation in ["AdminCreateUser", "AdminGetUser", "AdminDeleteUser", "AdminListGroupsForUser"] {
        let told = pool.admin(operation, json!({ "Username": name })).await;
        assert_eq!(told.refused("InvalidParameterException"), TOLD, "{operation}");
    }
    let begun = |flow: &str| -> Value {
        let parameters = json!({ "USERNAME": name, "PASSWORD": PASSWORD, "SRP_A": "2" });
        json!({ "ClientId": CLIENT, "AuthFlow": flow, "AuthParameters": parameters })
    };
    for flow in ["USER_AUTH", "CUSTOM_AUTH", "USER_SRP_AUTH", "USER_PASSWORD_AUTH"] {
        let told = pool.call("InitiateAuth", begun(flow)).await.refused("InvalidParameterException");
        assert_eq!(told, TOLD, "{flow}");
    }
    let told = pool.admin("AdminInitiateAuth", begun("ADMIN_USER_PASSWORD_AUTH")).await;
    assert_eq!(told.refused("InvalidParameterException"), TOLD);
    let answer = json!({
        "ClientId": CLIENT,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": { "USERNAME": name },
    });
    let told = pool.call("RespondToAuthChallenge", answer).await.refused("InvalidParameterException");
    assert_eq!(told, TOLD);
}

#[tokio::test]
async fn a_name_of_128_characters_is_like_any_other() {
    let pool = Pool::new();
    let name = of_length(128);
    pool.call("SignUp", sign_up_request(&name)).await.ok();
    pool.admin("AdminConfirmSignUp", json!({ "Username": name })).await.ok();
    pool.sign_in(&name).await;
}

#[tokio::test]
async fn the_sign_in_page_takes_no_longer_ones_either() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let mut browser = Browser::new(&pool);
    let page = browser.get(&format!("/login?{}", request(&[]))).await;
    let answer = browser.fill(&page, &[("username", &of_length(129)), ("password", PASSWORD)]).await;
    assert!(answer.text.contains("Member must have length less than or equal to 128"), "{}", answer.text);
}
