//! Signing in, by SRP and by password.

use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, PASSWORD, Pool, Tokens, proof};
use crate::srp::SrpClient;

fn with_password(client: &str, email: &str, password: &str) -> Value {
    json!({
        "ClientId": client,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": email, "PASSWORD": password },
    })
}

#[tokio::test]
async fn who_proves_the_password_gets_all_tokens() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let answer = pool.try_sign_in(ADA, PASSWORD).await.ok();
    assert_eq!(answer["ChallengeParameters"], json!({}));
    let result = answer["AuthenticationResult"].as_object().unwrap();
    let names: Vec<_> = result.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert_eq!(result["ExpiresIn"], 3600);
    assert_eq!(result["TokenType"], "Bearer");
    let tokens = Tokens::of(&answer);
    assert!(!tokens.refresh.is_empty() && !tokens.refresh.contains('.'));
    pool.get_user(&tokens.access).await.ok();
}

#[tokio::test]
async fn the_name_is_the_address_in_any_case_or_the_sub() {
    let pool = Pool::new();
    let sub = pool.confirmed_user("Ada@Example.com").await;
    for name in ["ada@example.com", "ADA@EXAMPLE.COM", &sub] {
        pool.sign_in(name).await;
        pool.call("InitiateAuth", with_password(CLIENT, name, PASSWORD)).await.ok();
    }
}

#[tokio::test]
async fn a_challenge_has_the_parameters_of_awss_and_no_session() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let challenge = pool.begin_srp(&SrpClient::new("Parlor"), ADA).await.ok();
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    assert_eq!(challenge.get("Session"), None);
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["USERNAME"], sub.as_str());
    assert_eq!(parameters["USER_ID_FOR_SRP"], sub.as_str());
    assert_eq!(parameters.as_object().unwrap().len(), 5);
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_both_flows() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for password in ["passw0rd!", "x"] {
        let told = pool.try_sign_in(ADA, password).await.refused("NotAuthorizedException");
        assert_eq!(told, "Incorrect username or password.");
        let answer = pool.call("InitiateAuth", with_password(CLIENT, ADA, password)).await;
        assert_eq!(answer.refused("NotAuthorizedException"), "Incorrect username or password.");
    }
}

#[tokio::test]
async fn a_challenge_can_be_answered_once() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let srp = SrpClient::new("Parlor");
    for first in ["wrong", PASSWORD] {
        let challenge = pool.begin_srp(&srp, ADA).await.ok();
        let is_right = pool.finish_srp(&srp, &challenge, first).await.status.is_success();
        assert_eq!(is_right, first == PASSWORD);
        let again = pool.finish_srp(&srp, &challenge, PASSWORD).await;
        assert_eq!(again.refused("NotAuthorizedException"), "Invalid session for the user.");
    }
}

#[tokio::test]
async fn a_challenge_waits_three_minutes() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let srp = SrpClient::new("Parlor");
    for (seconds, is_good) in [(179, true), (180, false)] {
        let challenge = pool.begin_srp(&srp, ADA).await.ok();
        pool.pass(seconds);
        assert_eq!(pool.finish_srp(&srp, &challenge, PASSWORD).await.status.is_success(), is_good);
    }
}

#[tokio::test]
async fn an_altered_answer_is_refused() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.confirmed_user("eve@example.com").await;
    let srp = SrpClient::new("Parlor");
    let cases = [
        ("USERNAME", "eve@example.com", "NotAuthorizedException"),
        ("USERNAME", "nobody@example.com", "NotAuthorizedException"),
        ("TIMESTAMP", "Tue Nov 4 09:05:08 UTC 2025", "NotAuthorizedException"),
        ("PASSWORD_CLAIM_SIGNATURE", "not base64!", "NotAuthorizedException"),
        ("PASSWORD_CLAIM_SIGNATURE", "AAAA", "NotAuthorizedException"),
        ("PASSWORD_CLAIM_SECRET_BLOCK", "AAAA", "NotAuthorizedException"),
        ("USERNAME", "", "InvalidParameterException"),
        ("TIMESTAMP", "", "InvalidParameterException"),
        ("TIMESTAMP", "2025-11-04T09:05:07Z", "InvalidParameterException"),
    ];
    for (name, value, exception) in cases {
        let challenge = pool.begin_srp(&srp, ADA).await.ok();
        let mut answer = proof(&srp, &challenge, PASSWORD);
        answer["ChallengeResponses"][name] = value.into();
        pool.call("RespondToAuthChallenge", answer).await.refused(exception);
    }
}

#[tokio::test]
async fn a_proof_is_checked_over_the_timestamp_as_cognito_writes_it() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let srp = SrpClient::new("Parlor");
    for (timestamp, exception) in [
        ("Tue Nov 04 09:05:07 UTC 2025", Some("NotAuthorizedException")),
        ("Wed Nov 4 09:05:07 UTC 2025", Some("NotAuthorizedException")),
        ("Di Nov 4 09:05:07 UTC 2025", Some("InvalidParameterException")),
        ("Tue Nov 4 09:05:07 UTC 2025", None),
    ] {
        let challenge = pool.begin_srp(&srp, ADA).await.ok();
        let mut answer = proof(&srp, &challenge, PASSWORD);
        let signature = srp.answer(&challenge["ChallengeParameters"], PASSWORD, timestamp);
        answer["ChallengeResponses"]["TIMESTAMP"] = timestamp.into();
        answer["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"] = signature.into();
        let answer = pool.call("RespondToAuthChallenge", answer).await;
        match exception {
            Some(exception) => drop(answer.refused(exception)),
            None => drop(answer.ok()),
        }
    }
}

#[tokio::test]
async fn a_challenge_belongs_to_its_client() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_srp(&srp, ADA).await.ok();
    let mut answer = proof(&srp, &challenge, PASSWORD);
    answer["ClientId"] = "legacy".into();
    pool.call("RespondToAuthChallenge", answer).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_challenge_for_the_old_password_is_worthless_after_a_change() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let access = pool.sign_in(ADA).await.access;
    let srp = SrpClient::new("Parlor");
    let challenge = pool.begin_srp(&srp, ADA).await.ok();
    let body =
        json!({ "AccessToken": access, "PreviousPassword": PASSWORD, "ProposedPassword": "N3w-password" });
    pool.call("ChangePassword", body).await.ok();
    pool.finish_srp(&srp, &challenge, PASSWORD).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_public_value_that_would_give_a_known_key_is_refused() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for srp_a in ["0", "00000", "zz", "", &"f".repeat(2000)] {
        let body = json!({
            "ClientId": CLIENT,
            "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": { "USERNAME": ADA, "SRP_A": srp_a },
        });
        pool.call("InitiateAuth", body).await.refused("InvalidParameterException");
    }
}

#[tokio::test]
async fn an_unknown_user_looks_like_a_wrong_password() {
    let pool = Pool::new();
    let nobody = "nobody@example.com";
    let srp = SrpClient::new("Parlor");
    let first = pool.begin_srp(&srp, nobody).await.ok();
    let again = pool.begin_srp(&srp, "NOBODY@example.com").await.ok();
    for name in ["SALT", "USERNAME", "USER_ID_FOR_SRP"] {
        assert_eq!(first["ChallengeParameters"][name], again["ChallengeParameters"][name], "{name}");
    }
    assert_ne!(first["ChallengeParameters"]["SRP_B"], again["ChallengeParameters"]["SRP_B"]);
    let other = pool.begin_srp(&srp, "another@example.com").await.ok();
    assert_ne!(first["ChallengeParameters"]["SALT"], other["ChallengeParameters"]["SALT"]);

    let told = pool.finish_srp(&srp, &first, PASSWORD).await.refused("NotAuthorizedException");
    assert_eq!(told, "Incorrect username or password.");
    let answer = pool.call("InitiateAuth", with_password(CLIENT, nobody, PASSWORD)).await;
    assert_eq!(answer.refused("NotAuthorizedException"), "Incorrect username or password.");
}

#[tokio::test]
async fn an_unknown_user_is_named_where_existence_is_not_hidden() {
    let pool = Pool::new();
    let body = json!({
        "ClientId": "legacy",
        "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": { "USERNAME": "nobody@example.com", "SRP_A": "abc" },
    });
    let told = pool.call("InitiateAuth", body).await.refused("UserNotFoundException");
    assert_eq!(told, "User does not exist.");
}

#[tokio::test]
async fn who_is_unconfirmed_learns_so_whatever_the_password_is() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    // More often than passwords may be guessed.
    for password in [PASSWORD, "wrong", "wrong", "wrong", "wrong", "wrong", "wrong"] {
        let told = pool.try_sign_in(ADA, password).await.refused("UserNotConfirmedException");
        assert_eq!(told, "User is not confirmed.");
        pool.call("InitiateAuth", with_password(CLIENT, ADA, password))
            .await
            .refused("UserNotConfirmedException");
    }
    // Who is shut out is a stranger.
    pool.admin("AdminDisableUser", json!({ "Username": ADA })).await.ok();
    pool.try_sign_in(ADA, "wrong").await.refused("NotAuthorizedException");
    pool.call("InitiateAuth", with_password(CLIENT, ADA, "wrong")).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn a_client_allows_only_its_flows() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let srp = |client: &str| {
        json!({
            "ClientId": client,
            "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": { "USERNAME": ADA, "SRP_A": "abc" },
        })
    };
    let told = pool.call("InitiateAuth", srp("minimal")).await.refused("InvalidParameterException");
    assert_eq!(told, "USER_SRP_AUTH flow not enabled for this client");
    // A client that lists nothing has Cognito's default flows.
    pool.call("InitiateAuth", srp("legacy")).await.ok();
    let told = pool.call("InitiateAuth", with_password("legacy", ADA, PASSWORD)).await;
    assert_eq!(
        told.refused("InvalidParameterException"),
        "USER_PASSWORD_AUTH flow not enabled for this client"
    );
    pool.call("InitiateAuth", with_password("minimal", ADA, PASSWORD)).await.ok();
}

#[tokio::test]
async fn a_sign_in_that_lacks_something_is_told_what() {
    let pool = Pool::new();
    let cases = [
        ("InitiateAuth", json!({ "ClientId": CLIENT }), "'authFlow'"),
        ("InitiateAuth", json!({ "ClientId": CLIENT, "AuthFlow": "MAGIC" }), "USER_SRP_AUTH"),
        ("InitiateAuth", json!({ "ClientId": CLIENT, "AuthFlow": "USER_SRP_AUTH" }), "USERNAME"),
        (
            "InitiateAuth",
            json!({ "ClientId": CLIENT, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "USERNAME": ADA } }),
            "SRP_A",
        ),
        (
            "InitiateAuth",
            json!({ "ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": ADA } }),
            "PASSWORD",
        ),
        ("InitiateAuth", json!({ "ClientId": CLIENT, "AuthFlow": "REFRESH_TOKEN_AUTH" }), "REFRESH_TOKEN"),
        ("RespondToAuthChallenge", json!({ "ClientId": CLIENT }), "'challengeName'"),
        (
            "RespondToAuthChallenge",
            json!({ "ClientId": CLIENT, "ChallengeName": "RIDDLE" }),
            "PASSWORD_VERIFIER",
        ),
        (
            "RespondToAuthChallenge",
            json!({ "ClientId": CLIENT, "ChallengeName": "PASSWORD_VERIFIER" }),
            "USERNAME",
        ),
    ];
    for (operation, body, message) in cases {
        let told = pool.call(operation, body.clone()).await.refused("InvalidParameterException");
        assert!(told.contains(message), "{body}: {told}");
    }
}
