//! Changing a password, and getting a new one when it is forgotten.

use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, HOUR_S, PASSWORD, Pool};

const NEW: &str = "N3w-password";

fn forgot(client: &str, email: &str) -> Value {
    json!({ "ClientId": client, "Username": email })
}

fn reset(email: &str, code: &str, password: &str) -> Value {
    json!({ "ClientId": CLIENT, "Username": email, "ConfirmationCode": code, "Password": password })
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_the_code() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let answer = pool.call("ForgotPassword", forgot(CLIENT, ADA)).await.ok();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let mails = pool.get(&format!("/_local/outbox?to={ADA}")).await.ok();
    assert_eq!(mails[0]["kind"], "reset_password");

    let code = pool.code(ADA).await;
    pool.call("ConfirmForgotPassword", reset(ADA, &code, NEW)).await.ok();
    pool.try_sign_in(ADA, NEW).await.ok();
    pool.try_sign_in(ADA, PASSWORD).await.refused("NotAuthorizedException");
    pool.call("ConfirmForgotPassword", reset(ADA, &code, NEW)).await.refused("ExpiredCodeException");

    let events = pool.trigger.events.lock().unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["triggerSource"], "PostConfirmation_ConfirmForgotPassword");
    assert_eq!(events[1]["userName"], sub.as_str());
}

#[tokio::test]
async fn a_reset_code_is_good_for_an_hour() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for (seconds, is_good) in [(HOUR_S - 1, true), (HOUR_S, false)] {
        pool.call("ForgotPassword", forgot(CLIENT, ADA)).await.ok();
        let code = pool.code(ADA).await;
        pool.pass(seconds);
        let answer = pool.call("ConfirmForgotPassword", reset(ADA, &code, NEW)).await;
        match is_good {
            true => assert_eq!(answer.ok(), json!({})),
            false => assert!(answer.refused("ExpiredCodeException").contains("request a code again")),
        }
    }
}

#[tokio::test]
async fn a_poor_password_does_not_cost_the_code() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.call("ForgotPassword", forgot(CLIENT, ADA)).await.ok();
    let code = pool.code(ADA).await;
    pool.call("ConfirmForgotPassword", reset(ADA, &code, "poor")).await.refused("InvalidPasswordException");
    pool.call("ConfirmForgotPassword", reset(ADA, &code, NEW)).await.ok();
}

#[tokio::test]
async fn five_wrong_reset_codes_end_the_guessing() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.call("ForgotPassword", forgot(CLIENT, ADA)).await.ok();
    let code = pool.code(ADA).await;
    for _ in 0..5 {
        let guess = reset(ADA, "a guess", NEW);
        pool.call("ConfirmForgotPassword", guess).await.refused("CodeMismatchException");
    }
    pool.call("ConfirmForgotPassword", reset(ADA, &code, NEW)).await.refused("LimitExceededException");
    pool.try_sign_in(ADA, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_sign_up_code_resets_no_password() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let code = pool.code(ADA).await;
    pool.call("ConfirmForgotPassword", reset(ADA, &code, NEW)).await.refused("ExpiredCodeException");
}

#[tokio::test]
async fn who_has_no_proven_address_gets_no_code_and_a_stranger_learns_nothing() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let mails = pool.get("/_local/outbox").await.ok();
    for email in [ADA, "nobody@example.com"] {
        pool.call("ForgotPassword", forgot(CLIENT, email)).await.ok();
    }
    assert_eq!(pool.get("/_local/outbox").await.ok(), mails);
    let told = pool.call("ForgotPassword", forgot("legacy", ADA)).await.refused("InvalidParameterException");
    assert!(told.starts_with("Cannot reset password"), "{told}");
    pool.call("ForgotPassword", forgot("legacy", "nobody@example.com"))
        .await
        .refused("UserNotFoundException");
    for email in [ADA, "nobody@example.com"] {
        let guess = reset(email, "123456", NEW);
        pool.call("ConfirmForgotPassword", guess).await.refused("CodeMismatchException");
    }
}

#[tokio::test]
async fn codes_and_guesses_are_limited_alike_for_everybody_where_existence_is_hidden() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.sign_up("eve@example.com").await.ok();
    pool.admin("AdminCreateUser", json!({ "Username": "new@example.com" })).await.ok();
    for email in [ADA, "eve@example.com", "new@example.com", "nobody@example.com"] {
        let guess = || pool.call("ConfirmForgotPassword", reset(email, "none", NEW));
        // Before a code was asked for, there is none.
        guess().await.refused("ExpiredCodeException");
        pool.call("ForgotPassword", forgot(CLIENT, email)).await.ok();
        for _ in 0..5 {
            guess().await.refused("CodeMismatchException");
        }
        guess().await.refused("LimitExceededException");
        for _ in 1..20 {
            pool.call("ForgotPassword", forgot(CLIENT, &email.to_uppercase())).await.ok();
        }
        pool.call("ForgotPassword", forgot(CLIENT, email)).await.refused("LimitExceededException");
        // The newest is good for an hour.
        guess().await.refused("CodeMismatchException");
    }
    pool.pass(3600);
    for email in [ADA, "eve@example.com", "new@example.com", "nobody@example.com"] {
        let late = pool.call("ConfirmForgotPassword", reset(email, "none", NEW)).await;
        late.refused("ExpiredCodeException");
        pool.call("ForgotPassword", forgot(CLIENT, email)).await.ok();
    }
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let access = pool.sign_in(ADA).await.access;
    let change = |previous: &str, proposed: &str| json!({ "AccessToken": access, "PreviousPassword": previous, "ProposedPassword": proposed });
    let told = pool.call("ChangePassword", change("wrong", NEW)).await.refused("NotAuthorizedException");
    assert_eq!(told, "Incorrect username or password.");
    pool.call("ChangePassword", change(PASSWORD, "poor")).await.refused("InvalidPasswordException");
    pool.call("ChangePassword", change(PASSWORD, NEW)).await.ok();
    pool.try_sign_in(ADA, NEW).await.ok();
    pool.try_sign_in(ADA, PASSWORD).await.refused("NotAuthorizedException");
}
