//! Guessing passwords gets slower and slower.

use crate::harness::{ADA, PASSWORD, Pool};

const EXCEEDED: &str = "Password attempts exceeded";
const INCORRECT: &str = "Incorrect username or password.";

async fn told(pool: &Pool, email: &str, password: &str) -> String {
    pool.with_password(email, password).await.refused("NotAuthorizedException")
}

#[tokio::test]
async fn the_pause_doubles_with_every_wrong_password_after_the_fifth() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    // Nobody is locked out as somebody is, or the lock would tell who has an account.
    for email in [ADA, "nobody@example.com"] {
        for _ in 0..5 {
            assert_eq!(told(&pool, email, "wrong").await, INCORRECT);
        }
        for pause_s in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(told(&pool, email, PASSWORD).await, EXCEEDED);
            pool.pass(pause_s - 1);
            assert_eq!(told(&pool, email, PASSWORD).await, EXCEEDED, "{pause_s}");
            pool.pass(1);
            assert_eq!(told(&pool, email, "wrong").await, INCORRECT, "{pause_s}");
        }
    }
}

#[tokio::test]
async fn srp_is_locked_as_well() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for _ in 0..5 {
        let answer = pool.try_sign_in(ADA, "wrong").await;
        assert_eq!(answer.refused("NotAuthorizedException"), INCORRECT);
    }
    let answer = pool.try_sign_in(ADA, PASSWORD).await;
    assert_eq!(answer.refused("NotAuthorizedException"), EXCEEDED);
    pool.pass(1);
    pool.try_sign_in(ADA, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_right_password_forgives_the_wrong_ones() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(told(&pool, ADA, "wrong").await, INCORRECT);
        }
        pool.with_password(ADA, PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn fifteen_quiet_minutes_forgive_them_too() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for _ in 0..4 {
        told(&pool, ADA, "wrong").await;
    }
    pool.pass(15 * 60);
    for _ in 0..4 {
        told(&pool, ADA, "wrong").await;
    }
    pool.with_password(ADA, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_restart_forgives_nothing() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for _ in 0..5 {
        told(&pool, ADA, "wrong").await;
    }
    let pool = pool.restarted();
    assert_eq!(told(&pool, ADA, PASSWORD).await, EXCEEDED);
}
