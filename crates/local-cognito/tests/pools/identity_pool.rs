//! Identities and the AWS credentials they get.

use serde_json::{Value, json};

use crate::harness::{ADA, HOUR_S, PASSWORD, PROVIDER, Pool, START_S, Tokens};

const POOL_ID: &str = "us-east-1:0e1b2c3d-0000-4000-8000-000000000000";

fn get_id(id_token: Option<&str>) -> Value {
    match id_token {
        Some(token) => json!({ "IdentityPoolId": POOL_ID, "Logins": { PROVIDER: token } }),
        None => json!({ "IdentityPoolId": POOL_ID }),
    }
}

fn get_credentials(identity_id: &Value, id_token: Option<&str>) -> Value {
    match id_token {
        Some(token) => json!({ "IdentityId": identity_id, "Logins": { PROVIDER: token } }),
        None => json!({ "IdentityId": identity_id }),
    }
}

#[tokio::test]
async fn a_user_has_one_identity_and_gets_credentials_for_an_hour() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let id = pool.sign_in(ADA).await.id;
    let identity = pool.identity("GetId", get_id(Some(&id))).await.ok()["IdentityId"].clone();
    assert!(identity.as_str().unwrap().starts_with("us-east-1:"));
    let other_device = pool.sign_in(ADA).await.id;
    let again = pool.identity("GetId", get_id(Some(&other_device))).await.ok();
    assert_eq!(again["IdentityId"], identity);

    let answer = pool.identity("GetCredentialsForIdentity", get_credentials(&identity, Some(&id))).await.ok();
    assert_eq!(answer["IdentityId"], identity);
    let given = &answer["Credentials"];
    assert_eq!(given["Expiration"], START_S + HOUR_S);
    let access_key_id = given["AccessKeyId"].as_str().unwrap();
    assert!(access_key_id.starts_with("ASIA") && access_key_id.len() == 20, "{access_key_id}");

    let known = pool.cognito.credentials(access_key_id).unwrap();
    assert_eq!(given["SecretKey"], known.secret_access_key);
    assert_eq!(given["SessionToken"], known.session_token);
    assert_eq!(identity, known.identity_id);
    let login = known.login.unwrap();
    assert_eq!((login.provider_name.as_str(), login.sub), (PROVIDER, sub));

    assert_eq!(known.expires_at_s, START_S + HOUR_S);
    // Past their hour they are told apart from credentials that never were, for a day.
    pool.pass(25 * HOUR_S - 1);
    assert!(pool.cognito.credentials(access_key_id).is_some());
    pool.pass(1);
    assert!(pool.cognito.credentials(access_key_id).is_none());
    assert!(pool.cognito.credentials("ASIAUNKNOWN").is_none());
}

#[tokio::test]
async fn a_guest_is_somebody_new_each_time() {
    let pool = Pool::new();
    let first = pool.identity("GetId", get_id(None)).await.ok()["IdentityId"].clone();
    let second = pool.identity("GetId", get_id(None)).await.ok()["IdentityId"].clone();
    assert_ne!(first, second);
    let answer = pool.identity("GetCredentialsForIdentity", get_credentials(&first, None)).await.ok();
    let access_key_id = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert_eq!(pool.cognito.credentials(access_key_id).unwrap().login, None);
}

#[tokio::test]
async fn a_guest_who_signs_in_keeps_the_identity_unless_the_user_has_one() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let id = pool.sign_in(ADA).await.id;
    let guest = pool.identity("GetId", get_id(None)).await.ok()["IdentityId"].clone();
    let answer = pool.identity("GetCredentialsForIdentity", get_credentials(&guest, Some(&id))).await.ok();
    assert_eq!(answer["IdentityId"], guest);
    assert_eq!(pool.identity("GetId", get_id(Some(&id))).await.ok()["IdentityId"], guest);

    let other_guest = pool.identity("GetId", get_id(None)).await.ok()["IdentityId"].clone();
    let request = get_credentials(&other_guest, Some(&id));
    let answer = pool.identity("GetCredentialsForIdentity", request).await.ok();
    assert_eq!(answer["IdentityId"], guest);

    let as_guest = pool.identity("GetCredentialsForIdentity", get_credentials(&guest, None)).await;
    as_guest.refused("NotAuthorizedException");
}

#[tokio::test]
async fn an_identity_is_its_owners() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.confirmed_user("eve@example.com").await;
    let (ada, eve) = (pool.sign_in(ADA).await.id, pool.sign_in("eve@example.com").await.id);
    let identity = pool.identity("GetId", get_id(Some(&ada))).await.ok()["IdentityId"].clone();
    let theft = pool.identity("GetCredentialsForIdentity", get_credentials(&identity, Some(&eve))).await;
    theft.refused("NotAuthorizedException");
}

#[tokio::test]
async fn only_a_current_id_token_of_the_configured_client_logs_in() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let body = json!({
        "ClientId": "minimal",
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": ADA, "PASSWORD": PASSWORD },
    });
    let other_client = Tokens::of(&pool.call("InitiateAuth", body).await.ok());
    for token in [tokens.access.as_str(), other_client.id.as_str(), "garbage", ""] {
        pool.identity("GetId", get_id(Some(token))).await.refused("NotAuthorizedException");
    }
    let elsewhere = json!({ "IdentityPoolId": POOL_ID, "Logins": { "accounts.google.com": tokens.id } });
    let told = pool.identity("GetId", elsewhere).await.refused("NotAuthorizedException");
    assert_eq!(told, "Token is not from a supported provider of this identity pool.");

    pool.pass(HOUR_S);
    pool.identity("GetId", get_id(Some(&tokens.id))).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn unknown_pools_and_identities_are_not_found() {
    let pool = Pool::new();
    pool.identity("GetId", json!({})).await.refused("InvalidParameterException");
    pool.identity("GetId", json!({ "IdentityPoolId": "us-east-1:x" }))
        .await
        .refused("ResourceNotFoundException");
    let unknown = get_credentials(&json!("us-east-1:x"), None);
    pool.identity("GetCredentialsForIdentity", unknown).await.refused("ResourceNotFoundException");
    let none = Pool::configured(|config| config.identity_pool = None);
    none.identity("GetId", get_id(None)).await.refused("ResourceNotFoundException");
}

#[tokio::test]
async fn guests_stay_out_where_the_pool_says_so() {
    let pool = Pool::configured(|config| {
        config.identity_pool.as_mut().unwrap().allow_guests = false;
    });
    let told = pool.identity("GetId", get_id(None)).await.refused("NotAuthorizedException");
    assert_eq!(told, "Unauthenticated access is not supported for this identity pool.");
}
