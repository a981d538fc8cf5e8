//! Tokens: what they say, how they are refreshed, and what ends them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use local_cognito::{TokenError, TokenUse};
use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, DAY_S, HOUR_S, ISSUER, PASSWORD, Pool, START_S, Tokens};

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn names(claims: &Value) -> Vec<&str> {
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn an_access_token_says_who_and_not_more() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let claims = part(&pool.sign_in(ADA).await.access, 1);
    assert_eq!(
        names(&claims),
        [
            "auth_time",
            "client_id",
            "event_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "origin_jti",
            "scope",
            "sub",
            "token_use",
            "username"
        ]
    );
    assert_eq!(claims["sub"], sub.as_str());
    assert_eq!(claims["username"], sub.as_str());
    assert_eq!(claims["client_id"], CLIENT);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["token_use"], "access");
    assert_eq!(claims["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(claims["auth_time"], START_S);
    assert_eq!(claims["iat"], START_S);
    assert_eq!(claims["exp"], START_S + HOUR_S);
}

#[tokio::test]
async fn an_id_token_adds_the_attributes() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let claims = part(&pool.sign_in(ADA).await.id, 1);
    assert_eq!(
        names(&claims),
        [
            "aud",
            "auth_time",
            "cognito:username",
            "email",
            "email_verified",
            "event_id",
            "exp",
            "family_name",
            "given_name",
            "iat",
            "iss",
            "jti",
            "origin_jti",
            "sub",
            "token_use"
        ]
    );
    assert_eq!(claims["aud"], CLIENT);
    assert_eq!(claims["cognito:username"], sub.as_str());
    assert_eq!(claims["email"], ADA);
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["token_use"], "id");
}

#[tokio::test]
async fn the_published_key_checks_the_signature() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let answer = pool.get("/us-east-1_Parlor/.well-known/jwks.json").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let jwks = answer.ok();
    let key = &jwks["keys"][0];
    assert_eq!((&key["alg"], &key["kty"], &key["use"]), (&json!("RS256"), &json!("RSA"), &json!("sig")));
    let decoding = jsonwebtoken::DecodingKey::from_rsa_components(
        key["n"].as_str().unwrap(),
        key["e"].as_str().unwrap(),
    )
    .unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[CLIENT]);
    for token in [&tokens.access, &tokens.id] {
        let header = part(token, 0);
        assert_eq!(names(&header), ["alg", "kid"]);
        assert_eq!(header["kid"], key["kid"]);
        validation.validate_aud = part(token, 1).get("aud").is_some();
        jsonwebtoken::decode::<Value>(token, &decoding, &validation).unwrap();
    }

    let configuration = pool.get("/us-east-1_Parlor/.well-known/openid-configuration").await.ok();
    assert_eq!(configuration["jwks_uri"], format!("{ISSUER}/.well-known/jwks.json"));
}

#[tokio::test]
async fn an_api_reads_both_kinds_of_token() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    for (token, token_use) in [(&tokens.access, TokenUse::Access), (&tokens.id, TokenUse::Id)] {
        let claims = pool.cognito.verify_access_or_id_token(token).unwrap();
        assert_eq!(claims.token_use, token_use);
        assert_eq!(claims.sub, sub);
        assert_eq!(claims.username, sub);
        assert_eq!(claims.client_id, CLIENT);
        assert_eq!(claims.expires_at_s, START_S + HOUR_S);
        assert_eq!(claims.raw["iss"], ISSUER);
        assert!(claims.groups.is_empty());
    }
}

#[tokio::test]
async fn a_token_ends_with_its_hour() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    pool.pass(HOUR_S - 1);
    pool.cognito.verify_access_or_id_token(&tokens.access).unwrap();
    pool.pass(1);
    for token in [&tokens.access, &tokens.id] {
        let error = pool.cognito.verify_access_or_id_token(token).unwrap_err();
        assert_eq!(error, TokenError::Expired);
    }
    let told = pool.get_user(&tokens.access).await.refused("NotAuthorizedException");
    assert_eq!(told, "Access Token has expired");
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let ours = pool.sign_in(ADA).await.access;
    let (header, claims) = (part(&ours, 0), part(&ours, 1));
    let signature = ours.rsplit('.').next().unwrap();
    let with = |header: &Value, claims: &Value, signature: &str| {
        format!("{}.{}.{signature}", encoded(header), encoded(claims))
    };
    let changed = |object: &Value, name: &str, value: Value| {
        let mut object = object.clone();
        object[name] = value;
        object
    };
    let no_alg = changed(&header, "alg", json!("none"));
    let hmac_alg = changed(&header, "alg", json!("HS256"));
    let other_kid = changed(&header, "kid", json!("x"));

    // HS256 with the public key as the secret: the classic confusion.
    let jwks = pool.get("/us-east-1_Parlor/.well-known/jwks.json").await.ok();
    let public = jsonwebtoken::EncodingKey::from_secret(jwks["keys"][0]["n"].as_str().unwrap().as_bytes());
    let mut confused = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    confused.kid = header["kid"].as_str().map(str::to_owned);
    let confused = jsonwebtoken::encode(&confused, &claims, &public).unwrap();

    // A pool with the same names but its own key.
    let elsewhere = Pool::configured(|config| {
        std::fs::remove_file(&config.database).unwrap();
    });
    elsewhere.confirmed_user(ADA).await;
    let elsewhere = elsewhere.sign_in(ADA).await.access;

    let cases = [
        ("alg none", with(&no_alg, &claims, "")),
        ("alg none with our signature", with(&no_alg, &claims, signature)),
        ("alg HS256", with(&hmac_alg, &claims, signature)),
        ("the public key as a secret", confused),
        ("another kid", with(&other_kid, &claims, signature)),
        ("another sub", with(&header, &changed(&claims, "sub", json!("eve")), signature)),
        ("a later end", with(&header, &changed(&claims, "exp", json!(START_S + DAY_S)), signature)),
        ("no signature", with(&header, &claims, "")),
        ("another signature", with(&header, &claims, &"A".repeat(342))),
        ("another pool's key", elsewhere),
    ];
    for (name, token) in cases {
        let error = pool.cognito.verify_access_or_id_token(&token).unwrap_err();
        assert_eq!(error, TokenError::Forged, "{name}");
        let told = pool.get_user(&token).await.refused("NotAuthorizedException");
        assert_eq!(told, "Invalid Access Token", "{name}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_malformed() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let ours = pool.sign_in(ADA).await.access;
    let payload = ours.split('.').nth(1).unwrap();
    let cases = [
        String::new(),
        "x".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "ä.ö.ü".to_owned(),
        format!("Bearer {ours}"),
        format!("{payload}.{payload}.x"),
        ours.replacen('.', "..", 1),
        format!("{ours}.x"),
        format!("W10.{payload}.x"),
        "e30.e30.e30".to_owned(),
        ".".repeat(10_000),
        "[".repeat(60_000),
    ];
    for token in cases {
        let error = pool.cognito.verify_access_or_id_token(&token).unwrap_err();
        assert_eq!(error, TokenError::Malformed, "{token:.80}");
        pool.get_user(&token).await.refused("NotAuthorizedException");
    }
    pool.call("GetUser", json!({})).await.refused("InvalidParameterException");
}

#[tokio::test]
async fn an_id_token_does_not_open_the_access_tokens_doors() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    pool.get_user(&tokens.id).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_session() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let first = pool.sign_in(ADA).await;
    pool.pass(2 * HOUR_S);
    let by_flow = |flow: &str| {
        json!({
            "ClientId": CLIENT,
            "AuthFlow": flow,
            "AuthParameters": { "REFRESH_TOKEN": first.refresh, "DEVICE_KEY": "x" },
        })
    };
    let answers = [
        pool.refresh(&first.refresh).await.ok(),
        pool.call("InitiateAuth", by_flow("REFRESH_TOKEN_AUTH")).await.ok(),
        pool.call("InitiateAuth", by_flow("REFRESH_TOKEN")).await.ok(),
    ];
    for answer in answers {
        assert_eq!(answer["AuthenticationResult"].get("RefreshToken"), None);
        let tokens = Tokens::of(&answer);
        pool.get_user(&tokens.access).await.ok();
        for (old, new) in [(&first.access, &tokens.access), (&first.id, &tokens.id)] {
            let (old, new) = (part(old, 1), part(new, 1));
            for same in ["sub", "origin_jti", "event_id", "auth_time"] {
                assert_eq!(old[same], new[same], "{same}");
            }
            assert_ne!(old["jti"], new["jti"]);
            assert_eq!(new["iat"], START_S + 2 * HOUR_S);
        }
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_for_its_client_and_thirty_days() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let refresh = pool.sign_in(ADA).await.refresh;
    let told = pool.refresh("guess").await.refused("NotAuthorizedException");
    assert_eq!(told, "Invalid Refresh Token");
    let elsewhere = json!({ "ClientId": "legacy", "RefreshToken": refresh });
    pool.call("GetTokensFromRefreshToken", elsewhere).await.refused("NotAuthorizedException");

    pool.pass(30 * DAY_S - 1);
    pool.refresh(&refresh).await.ok();
    pool.pass(1);
    let told = pool.refresh(&refresh).await.refused("NotAuthorizedException");
    assert_eq!(told, "Refresh Token has expired");
}

#[tokio::test]
async fn revoking_ends_one_session_and_only_that() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let (phone, laptop) = (pool.sign_in(ADA).await, pool.sign_in(ADA).await);
    let refreshed = Tokens::of(&pool.refresh(&phone.refresh).await.ok());

    let revoke = json!({ "ClientId": CLIENT, "Token": phone.refresh });
    assert_eq!(pool.call("RevokeToken", revoke.clone()).await.ok(), json!({}));
    for token in [&phone.access, &phone.id, &refreshed.access] {
        let error = pool.cognito.verify_access_or_id_token(token).unwrap_err();
        assert_eq!(error, TokenError::Revoked);
    }
    let told = pool.get_user(&phone.access).await.refused("NotAuthorizedException");
    assert_eq!(told, "Access Token has been revoked");
    let told = pool.refresh(&phone.refresh).await.refused("NotAuthorizedException");
    assert_eq!(told, "Refresh Token has been revoked");

    pool.get_user(&laptop.access).await.ok();
    pool.refresh(&laptop.refresh).await.ok();
    // Once more is no error.
    pool.call("RevokeToken", revoke).await.ok();
}

#[tokio::test]
async fn only_a_refresh_token_of_the_same_client_can_be_revoked() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let revoke = |client: &str, token: &str| json!({ "ClientId": client, "Token": token });
    pool.call("RevokeToken", revoke(CLIENT, &tokens.access)).await.refused("UnsupportedTokenTypeException");
    pool.call("RevokeToken", revoke("legacy", &tokens.refresh)).await.refused("UnauthorizedException");
    pool.call("RevokeToken", revoke("minimal", &tokens.refresh))
        .await
        .refused("UnsupportedOperationException");
    pool.call("RevokeToken", revoke(CLIENT, "unknown")).await.ok();
    pool.get_user(&tokens.access).await.ok();
}

#[tokio::test]
async fn a_global_sign_out_ends_every_session_of_the_user_and_nobody_elses() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.confirmed_user("bob@example.com").await;
    let (phone, laptop) = (pool.sign_in(ADA).await, pool.sign_in(ADA).await);
    let bob = pool.sign_in("bob@example.com").await;

    pool.call("GlobalSignOut", json!({ "AccessToken": phone.access })).await.ok();
    for tokens in [&phone, &laptop] {
        for token in [&tokens.access, &tokens.id] {
            let error = pool.cognito.verify_access_or_id_token(token).unwrap_err();
            assert_eq!(error, TokenError::Revoked);
        }
        pool.refresh(&tokens.refresh).await.refused("NotAuthorizedException");
    }
    pool.get_user(&bob.access).await.ok();
    let again = pool.sign_in(ADA).await;
    pool.get_user(&again.access).await.ok();
}

#[tokio::test]
async fn a_client_without_revocation_has_no_origin_but_signs_out_all_the_same() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let body = json!({
        "ClientId": "minimal",
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": ADA, "PASSWORD": PASSWORD },
    });
    let answer = pool.call("InitiateAuth", body).await.ok();
    assert_eq!(answer["AuthenticationResult"]["ExpiresIn"], 300);
    let tokens = Tokens::of(&answer);
    let claims = part(&tokens.access, 1);
    assert_eq!(claims.get("origin_jti"), None);
    assert_eq!(claims["exp"], START_S + 300);
    pool.call("GlobalSignOut", json!({ "AccessToken": tokens.access })).await.ok();
    let error = pool.cognito.verify_access_or_id_token(&tokens.access).unwrap_err();
    assert_eq!(error, TokenError::Revoked);
}

#[tokio::test]
async fn who_leaves_is_gone_with_all_tokens_and_may_come_back_as_somebody_else() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let answer = pool.call("DeleteUser", json!({ "AccessToken": tokens.access })).await;
    assert!(answer.status.is_success());
    assert_eq!(answer.text, "");

    let error = pool.cognito.verify_access_or_id_token(&tokens.id).unwrap_err();
    assert_eq!(error, TokenError::Revoked);
    pool.refresh(&tokens.refresh).await.refused("NotAuthorizedException");
    pool.try_sign_in(ADA, PASSWORD).await.refused("NotAuthorizedException");
    // Amplify revokes after deleting.
    pool.call("RevokeToken", json!({ "ClientId": CLIENT, "Token": tokens.refresh })).await.ok();
    assert_ne!(pool.confirmed_user(ADA).await, sub);
}

#[tokio::test]
async fn users_read_and_change_what_is_known_of_them() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let access = pool.sign_in(ADA).await.access;
    let update = |name: &str, value: &str| json!({ "AccessToken": access, "UserAttributes": [{ "Name": name, "Value": value }] });
    let answer = pool.call("UpdateUserAttributes", update("nickname", "Countess")).await.ok();
    assert_eq!(answer, json!({ "CodeDeliveryDetailsList": [] }));
    pool.call("UpdateUserAttributes", update("given_name", "Augusta")).await.ok();
    for (name, value, exception) in [
        ("sub", "x", "NotAuthorizedException"),
        ("email_verified", "false", "NotAuthorizedException"),
        ("shoe_size", "39", "InvalidParameterException"),
        ("given_name", "", "InvalidParameterException"),
    ] {
        pool.call("UpdateUserAttributes", update(name, value)).await.refused(exception);
    }
    let user = pool.get_user(&access).await.ok();
    assert_eq!(user["Username"], sub.as_str());
    let attribute = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    assert_eq!(
        user["UserAttributes"],
        json!([
            attribute("sub", &sub),
            attribute("email", ADA),
            attribute("email_verified", "true"),
            attribute("family_name", "Lovelace"),
            attribute("given_name", "Augusta"),
            attribute("nickname", "Countess"),
        ])
    );
}

#[tokio::test]
async fn a_null_in_a_request_is_as_good_as_nothing() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    // As amazon-cognito-identity-js sends it.
    let body = json!({
        "ClientId": CLIENT,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": tokens.refresh, "DEVICE_KEY": null },
        "ClientMetadata": null,
    });
    let answer = pool.call("InitiateAuth", body).await.ok();
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
}
