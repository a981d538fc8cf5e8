//! A new e-mail address is taken on once its owner has proved it.

use serde_json::{Value, json};

use crate::harness::{ADA, Answer, DAY_S, PASSWORD, Pool, Tokens};

const NEW: &str = "countess@example.com";

async fn change(pool: &Pool, tokens: &Tokens, email: &str) -> Answer {
    let attributes = json!([{ "Name": "email", "Value": email }]);
    let body = json!({ "AccessToken": tokens.access, "UserAttributes": attributes });
    pool.call("UpdateUserAttributes", body).await
}

async fn verify(pool: &Pool, tokens: &Tokens, code: &str) -> Answer {
    let body = json!({ "AccessToken": tokens.access, "AttributeName": "email", "Code": code });
    pool.call("VerifyUserAttribute", body).await
}

async fn attribute(pool: &Pool, tokens: &Tokens, name: &str) -> Value {
    let user = pool.get_user(&tokens.access).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["Name"] == name);
    found.unwrap()["Value"].clone()
}

#[tokio::test]
async fn the_old_address_stays_until_the_new_one_is_proved() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let told = change(&pool, &tokens, NEW).await.ok();
    assert_eq!(told["CodeDeliveryDetailsList"][0]["Destination"], "c***@e***");
    assert_eq!(attribute(&pool, &tokens, "email").await, ADA);
    pool.sign_in(ADA).await;

    let code = pool.code(NEW).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    verify(&pool, &tokens, wrong).await.refused("CodeMismatchException");
    verify(&pool, &tokens, &code).await.ok();
    assert_eq!(attribute(&pool, &tokens, "email").await, NEW);
    assert_eq!(attribute(&pool, &tokens, "email_verified").await, "true");
    pool.try_sign_in(NEW, PASSWORD).await.ok();
    pool.try_sign_in(ADA, PASSWORD).await.refused("NotAuthorizedException");
    verify(&pool, &tokens, &code).await.refused("ExpiredCodeException");
    // The old address is free again.
    pool.sign_up(ADA).await.ok();
}

#[tokio::test]
async fn an_address_that_another_user_has_cannot_be_taken() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.confirmed_user("eve@example.com").await;
    let tokens = pool.sign_in(ADA).await;
    change(&pool, &tokens, "EVE@example.com").await.refused("AliasExistsException");
    // Nor if they were faster than the code.
    change(&pool, &tokens, NEW).await.ok();
    let code = pool.code(NEW).await;
    pool.confirmed_user(NEW).await;
    verify(&pool, &tokens, &code).await.refused("AliasExistsException");
    assert_eq!(attribute(&pool, &tokens, "email").await, ADA);
}

#[tokio::test]
async fn a_code_for_one_address_proves_no_other() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    change(&pool, &tokens, "eve@example.com").await.ok();
    let code = pool.code("eve@example.com").await;
    change(&pool, &tokens, ADA).await.ok();
    verify(&pool, &tokens, &code).await.refused("ExpiredCodeException");
}

#[tokio::test]
async fn a_code_can_be_sent_again_and_ends_after_a_day() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    change(&pool, &tokens, NEW).await.ok();
    let body = json!({ "AccessToken": tokens.access, "AttributeName": "email" });
    let told = pool.call("GetUserAttributeVerificationCode", body).await.ok();
    assert_eq!(told["CodeDeliveryDetails"]["Destination"], "c***@e***");
    let code = pool.code(NEW).await;
    pool.pass(DAY_S);
    let tokens = pool.sign_in(ADA).await;
    verify(&pool, &tokens, &code).await.refused("ExpiredCodeException");
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    for email in ["nonsense", ""] {
        change(&pool, &tokens, email).await.refused("InvalidParameterException");
    }
    let body = json!({ "AccessToken": tokens.access, "AttributeName": "phone_number" });
    pool.call("GetUserAttributeVerificationCode", body).await.refused("InvalidParameterException");
}
