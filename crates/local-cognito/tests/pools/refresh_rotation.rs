//! Refresh tokens that are replaced whenever they are used.

use std::time::Duration;

use local_cognito::RefreshTokenRotation;
use serde_json::json;

use crate::harness::{ADA, CLIENT, DAY_S, Pool, Tokens};

fn rotating(grace_s: u64) -> Pool {
    let rotation = RefreshTokenRotation { retry_grace_period: Duration::from_secs(grace_s) };
    Pool::configured(|config| {
        let client = config.user_pool.clients.iter_mut().find(|client| client.client_id == CLIENT);
        client.unwrap().refresh_token_rotation = Some(rotation);
    })
}

async fn next(pool: &Pool, refresh_token: &str) -> String {
    let tokens = Tokens::of(&pool.refresh(refresh_token).await.ok());
    assert!(!tokens.refresh.is_empty());
    tokens.refresh
}

#[tokio::test]
async fn each_refresh_brings_a_new_token_and_ends_the_old_one() {
    let pool = rotating(0);
    pool.confirmed_user(ADA).await;
    let first = pool.sign_in(ADA).await.refresh;
    let second = next(&pool, &first).await;
    pool.refresh(&first).await.refused("RefreshTokenReuseException");
    let third = next(&pool, &second).await;
    assert_ne!(second, third);
    pool.refresh(&second).await.refused("RefreshTokenReuseException");
    next(&pool, &third).await;
}

#[tokio::test]
async fn who_missed_the_answer_may_ask_again_for_a_while() {
    let pool = rotating(60);
    pool.confirmed_user(ADA).await;
    let first = pool.sign_in(ADA).await.refresh;
    let missed = next(&pool, &first).await;
    pool.pass(59);
    let got = next(&pool, &first).await;
    pool.pass(1);
    pool.refresh(&first).await.refused("RefreshTokenReuseException");
    // Both successors are good, once.
    for successor in [missed, got] {
        next(&pool, &successor).await;
        pool.pass(60);
        pool.refresh(&successor).await.refused("RefreshTokenReuseException");
    }
}

#[tokio::test]
async fn a_new_token_lasts_no_longer_than_the_first_would_have() {
    let pool = rotating(0);
    pool.confirmed_user(ADA).await;
    let first = pool.sign_in(ADA).await.refresh;
    pool.pass(29 * DAY_S);
    let second = next(&pool, &first).await;
    pool.pass(DAY_S);
    pool.refresh(&second).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn revoking_any_of_them_ends_the_sign_in() {
    let pool = rotating(0);
    pool.confirmed_user(ADA).await;
    let first = pool.sign_in(ADA).await;
    let second = next(&pool, &first.refresh).await;
    let body = json!({ "ClientId": CLIENT, "Token": first.refresh });
    pool.call("RevokeToken", body).await.ok();
    pool.refresh(&second).await.refused("NotAuthorizedException");
    pool.get_user(&first.access).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn the_older_way_to_refresh_is_refused() {
    let pool = rotating(0);
    pool.confirmed_user(ADA).await;
    let refresh_token = pool.sign_in(ADA).await.refresh;
    let body = json!({
        "ClientId": CLIENT,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": refresh_token },
    });
    pool.call("InitiateAuth", body).await.refused("InvalidParameterException");
}
