//! What was answered survives the end of the process.

use local_cognito::{Cognito, OpenError, TokenError};
use serde_json::json;
use tempfile::TempDir;

use crate::harness::{ADA, CLIENT, PASSWORD, Pool, config};

#[tokio::test]
async fn users_tokens_codes_and_the_key_survive() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.sign_up("bob@example.com").await.ok();
    pool.cognito.add_user_to_group(ADA, "admin").await.unwrap();
    let (kept, ended) = (pool.sign_in(ADA).await, pool.sign_in(ADA).await);
    pool.call("RevokeToken", json!({ "ClientId": CLIENT, "Token": ended.refresh })).await.ok();
    let guest = json!({ "IdentityPoolId": "us-east-1:0e1b2c3d-0000-4000-8000-000000000000" });
    let identity = pool.identity("GetId", guest).await.ok();
    let credentials = pool.identity("GetCredentialsForIdentity", identity).await.ok();
    let jwks = pool.get("/us-east-1_Parlor/.well-known/jwks.json").await.ok();

    let pool = pool.restarted();
    assert_eq!(pool.get("/us-east-1_Parlor/.well-known/jwks.json").await.ok(), jwks);
    pool.get_user(&kept.access).await.ok();
    pool.refresh(&kept.refresh).await.ok();
    assert_eq!(pool.cognito.verify_access_or_id_token(&ended.access).unwrap_err(), TokenError::Revoked);
    pool.refresh(&ended.refresh).await.refused("NotAuthorizedException");
    let again = pool.sign_in(ADA).await;
    assert_eq!(pool.cognito.verify_access_or_id_token(&again.id).unwrap().groups, ["admin"]);
    let access_key_id = credentials["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert_eq!(
        pool.cognito.credentials(access_key_id).unwrap().secret_access_key,
        credentials["Credentials"]["SecretKey"]
    );

    let code = pool.code("bob@example.com").await;
    let body = json!({ "ClientId": CLIENT, "Username": "bob@example.com", "ConfirmationCode": code });
    pool.call("ConfirmSignUp", body).await.ok();
    pool.try_sign_in("bob@example.com", PASSWORD).await.ok();
}

#[tokio::test]
async fn an_unknown_user_looks_the_same_after_a_restart() {
    let pool = Pool::new();
    let srp = crate::srp::SrpClient::new("Parlor");
    let before = pool.begin_srp(&srp, "nobody@example.com").await.ok();
    let pool = pool.restarted();
    let after = pool.begin_srp(&srp, "nobody@example.com").await.ok();
    assert_eq!(before["ChallengeParameters"]["SALT"], after["ChallengeParameters"]["SALT"]);
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let second = Cognito::open(config(pool.database()));
    let Err(error @ OpenError::File { .. }) = second else { panic!("both serve the same file") };
    assert!(error.to_string().contains("no other server uses it"), "{error}");
}

#[test]
fn a_file_that_is_none_of_ours_is_refused() {
    let folder = TempDir::new().unwrap();
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "this is a letter, not a database, and long enough to be looked at").unwrap();
    for file in [letter, folder.path().join("no such folder").join("cognito.sqlite")] {
        let error = Cognito::open(config(file)).err().unwrap();
        assert!(matches!(error, OpenError::File { .. }), "{error}");
    }
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("cognito.sqlite");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Cognito::open(config(file)).err().unwrap();
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
}

#[test]
fn a_configuration_that_no_client_could_use_is_refused() {
    type Change = fn(&mut local_cognito::Config);
    let changes: [(&str, Change); 6] = [
        ("us-east-1", |config| config.user_pool.pool_id = "Parlor".to_owned()),
        ("us-east-1", |config| config.user_pool.pool_id = "us-east-1_".to_owned()),
        ("issuer", |config| config.user_pool.issuer = "http://localhost:4000".to_owned()),
        ("a day", |config| config.user_pool.clients[0].id_token_validity *= 25),
        ("3 to 15 minutes", |config| config.user_pool.clients[0].auth_session_validity *= 6),
        ("3 to 15 minutes", |config| config.user_pool.clients[0].auth_session_validity /= 2),
    ];
    for (word, change) in changes {
        let mut config = config("never made".into());
        change(&mut config);
        let error = Cognito::open(config).err().unwrap();
        assert!(matches!(&error, OpenError::Configuration(_)), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let cognito = Cognito::open(config(folder.path().join("cognito.sqlite"))).unwrap();
    cognito.outbox(None).await.unwrap();
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
    drop(cognito);
}

#[tokio::test]
async fn a_file_of_the_first_version_opens_with_its_users() {
    let pool = Pool::configured(|config| {
        config.database.set_file_name("old.sqlite");
        let old = rusqlite::Connection::open(&config.database).unwrap();
        old.execute_batch(include_str!("../../src/store/schema.sql")).unwrap();
        let attributes = format!("{{\"email\":\"{ADA}\"}}");
        old.execute(
            "INSERT INTO users VALUES ('old-sub', ?1, 'CONFIRMED', x'01', x'02', ?2, 7, 7)",
            (ADA, attributes),
        )
        .unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
    });
    let user = pool.admin("AdminGetUser", json!({ "Username": ADA })).await.ok();
    assert_eq!(user["Username"], "old-sub");
    assert_eq!(user["Enabled"], true);
    assert_eq!(user["UserCreateDate"], 7);
}
