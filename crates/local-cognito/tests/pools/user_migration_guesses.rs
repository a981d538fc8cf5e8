//! UserMigration: passwords of elsewhere are guessed no faster than the pool's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use local_cognito::Trigger;
use serde_json::json;

use crate::harness::{ADA, Answer, Function, Pool};
use crate::user_migration::{elsewhere, exists, pool};

/// Starts all of them, and answers the first `expected` calls of the function when the others are refused.
async fn at_once(pool: &Pool, function: &Function, passwords: &[&str], expected: usize) -> Vec<Answer> {
    function.hangs.store(true, Ordering::SeqCst);
    let refused = AtomicUsize::new(0);
    let tries = passwords.iter().map(async |password| {
        let answer = pool.with_password(ADA, password).await;
        refused.fetch_add(1, Ordering::SeqCst);
        answer
    });
    let release = async {
        let calls = || function.events.lock().unwrap().len();
        while refused.load(Ordering::SeqCst) + expected < passwords.len() && calls() <= expected {
            tokio::task::yield_now().await;
        }
        function.go_on();
    };
    tokio::join!(join_all(tries), release).0
}

#[tokio::test]
async fn a_wrong_password_is_refused_as_anybodys_and_guessing_is_limited() {
    let function = elsewhere();
    let pool = pool(&function);
    for name in [ADA, "nobody@example.com"] {
        for _ in 0..5 {
            let told = pool.with_password(name, "guess").await.refused("NotAuthorizedException");
            assert_eq!(told, "Incorrect username or password.");
        }
        function.taken();
        let told = pool.with_password(name, "old").await.refused("NotAuthorizedException");
        assert_eq!(told, "Password attempts exceeded");
        assert!(function.taken().is_empty());
    }
    assert!(!exists(&pool).await);
    pool.pass(1);
    pool.with_password(ADA, "old").await.ok();
}

#[tokio::test]
async fn where_users_are_not_hidden_the_app_is_told_that_nobody_was_migrated() {
    let function = elsewhere();
    let pool = Pool::configured(|config| {
        config.triggers.set(Trigger::UserMigration, Arc::clone(&function) as _);
        config.user_pool.clients[0].prevent_user_existence_errors = false;
    });
    let told = pool.with_password(ADA, "guess").await.refused("UserNotFoundException");
    assert_eq!(told, "Exception migrating user in app client webclient");
    for _ in 0..4 {
        pool.with_password(ADA, "guess").await.refused("UserNotFoundException");
    }
    pool.with_password(ADA, "old").await.refused("NotAuthorizedException");
}

#[tokio::test(start_paused = true)]
async fn guesses_at_once_are_limited_as_guesses_in_a_row_are() {
    let function = elsewhere();
    let pool = pool(&function);
    let answers = at_once(&pool, &function, &["guess"; 12], 5).await;
    assert_eq!(function.taken().len(), 5);
    let told: Vec<_> = answers.into_iter().map(|answer| answer.refused("NotAuthorizedException")).collect();
    let exceeded = told.iter().filter(|told| *told == "Password attempts exceeded").count();
    assert_eq!(exceeded, 7, "{told:?}");
    let told = pool.with_password(ADA, "old").await.refused("NotAuthorizedException");
    assert_eq!(told, "Password attempts exceeded");
}

#[tokio::test(start_paused = true)]
async fn a_right_password_among_guesses_at_once_does_not_make_room_for_more() {
    let function = elsewhere();
    let pool = pool(&function);
    let mut passwords = ["guess"; 12];
    passwords[2] = "old";
    let answers = at_once(&pool, &function, &passwords, 5).await;
    assert_eq!(function.taken().len(), 5);
    assert!(exists(&pool).await);
    assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1);
}

#[tokio::test]
async fn a_right_password_forgives_the_wrong_ones_before_it() {
    let pool = pool(&elsewhere());
    for _ in 0..2 {
        for _ in 0..4 {
            pool.with_password(ADA, "guess").await.refused("NotAuthorizedException");
        }
        pool.with_password(ADA, "old").await.ok();
        assert!(pool.admin("AdminDeleteUser", json!({ "Username": ADA })).await.status.is_success());
    }
}

#[tokio::test]
async fn a_wrong_password_is_asked_about_before_it_is_refused_as_anybodys() {
    let before = Function::silent();
    let pool = Pool::configured(|config| {
        config.triggers.set(Trigger::UserMigration, elsewhere() as _);
        config.triggers.set(Trigger::PreAuthentication, Arc::clone(&before) as _);
    });
    let told = pool.with_password(ADA, "guess").await.refused("NotAuthorizedException");
    assert_eq!(told, "Incorrect username or password.");
    assert_eq!(before.taken()[0]["request"]["userNotFound"], true);
}
