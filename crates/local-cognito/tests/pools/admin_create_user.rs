//! An operator invites people: by which way, and what they do with the temporary password.

use serde_json::{Value, json};

use crate::admin::{invite, names};
use crate::harness::{ADA, Answer, DAY_S, PASSWORD, Pool, Tokens};

const NEW: &str = "N3w-passw0rd";

async fn choose(pool: &Pool, challenge: &Value, password: &str) -> Answer {
    let responses = json!({
        "NEW_PASSWORD": password,
        "userAttributes.given_name": "Ada",
        "userAttributes.family_name": "Lovelace",
    });
    pool.respond(challenge, responses).await
}

#[tokio::test]
async fn who_is_invited_chooses_a_password_with_the_temporary_one() {
    let pool = Pool::new();
    let created = invite(&pool, ADA).await;
    assert_eq!(created["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(created["User"]["Enabled"], true);
    let temporary = pool.code(ADA).await;

    let challenge = pool.try_sign_in(ADA, &temporary).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(
        parameters["requiredAttributes"],
        "[\"userAttributes.given_name\",\"userAttributes.family_name\"]"
    );
    let attributes: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
    assert_eq!(attributes, json!({ "email": ADA, "email_verified": "false" }));

    // Neither a poor password nor a missing attribute costs the session.
    choose(&pool, &challenge, "poor").await.refused("InvalidPasswordException");
    pool.respond(&challenge, json!({ "NEW_PASSWORD": NEW })).await.refused("InvalidParameterException");
    let answer = choose(&pool, &challenge, NEW).await.ok();
    pool.get_user(&Tokens::of(&answer).access).await.ok();
    choose(&pool, &challenge, NEW).await.refused("NotAuthorizedException");

    pool.try_sign_in(ADA, NEW).await.ok();
    pool.try_sign_in(ADA, &temporary).await.refused("NotAuthorizedException");
    let user = pool.admin("AdminGetUser", json!({ "Username": ADA })).await.ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");
}

#[tokio::test]
async fn a_temporary_password_ends_after_a_week_and_can_be_sent_again() {
    let pool = Pool::new();
    invite(&pool, ADA).await;
    let first = pool.code(ADA).await;
    pool.pass(7 * DAY_S);
    let told = pool.try_sign_in(ADA, &first).await;
    assert!(told.refused("NotAuthorizedException").starts_with("Temporary password has expired"));
    let again = json!({ "Username": ADA, "MessageAction": "RESEND" });
    pool.admin("AdminCreateUser", again.clone()).await.ok();
    let second = pool.code(ADA).await;
    assert_ne!(first, second);
    let challenge = pool.try_sign_in(ADA, &second).await.ok();
    choose(&pool, &challenge, NEW).await.ok();
    pool.admin("AdminCreateUser", again).await.refused("UnsupportedUserStateException");
    pool.admin("AdminCreateUser", json!({ "Username": "ADA@example.com" }))
        .await
        .refused("UsernameExistsException");
}

#[tokio::test]
async fn an_invitation_goes_by_the_mediums_that_the_operator_names() {
    const PHONE: &str = "+12065550100";
    let both = [PHONE, ADA];
    for (mediums, has_phone, expected) in [
        (json!(["SMS"]), true, &both[..1]),
        (json!(["EMAIL"]), true, &both[1..]),
        (json!(["EMAIL", "SMS", "EMAIL"]), true, &both[..]),
        (json!(["EMAIL"]), false, &both[1..]),
        // A text message is the default, if there is a number.
        (Value::Null, true, &both[..1]),
        (json!([]), false, &both[1..]),
    ] {
        let pool = Pool::new();
        let number = json!([{ "Name": "phone_number", "Value": PHONE }]);
        let mut body = json!({ "Username": ADA, "DesiredDeliveryMediums": mediums });
        body["UserAttributes"] = if has_phone { number } else { json!([]) };
        pool.admin("AdminCreateUser", body.clone()).await.ok();
        let sent = pool.get("/_local/outbox").await.ok();
        assert_eq!(names(&sent, "to"), expected, "{mediums}");
        for mail in sent.as_array().unwrap() {
            let text = mail["text"].as_str().unwrap();
            assert!(
                text.starts_with(&format!("Your username is {ADA} and temporary password is ")),
                "{text}"
            );
        }
        body["MessageAction"] = "RESEND".into();
        pool.admin("AdminCreateUser", body).await.ok();
        let sent = pool.get("/_local/outbox").await.ok();
        assert_eq!(names(&sent, "to"), [expected, expected].concat(), "{mediums}");
    }
}

#[tokio::test]
async fn an_invitation_that_cannot_travel_makes_nobody() {
    let pool = Pool::new();
    let body = |mediums: &[&str]| json!({ "Username": ADA, "DesiredDeliveryMediums": mediums });
    let told = pool.admin("AdminCreateUser", body(&["EMAIL", "SMS"])).await;
    assert_eq!(
        told.refused("InvalidParameterException"),
        "No phone number provided but desired delivery medium was SMS"
    );
    let told = pool.admin("AdminCreateUser", body(&["EMAIL", "PIGEON"])).await;
    assert_eq!(
        told.refused("InvalidParameterException"),
        "1 validation error detected: Value '[EMAIL, PIGEON]' at 'desiredDeliveryMediums' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SMS, EMAIL]]"
    );
    assert_eq!(pool.admin("ListUsers", json!({})).await.ok()["Users"], json!([]));
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));

    // Nor does asking again give another password.
    invite(&pool, ADA).await;
    let first = pool.code(ADA).await;
    let mut again = body(&["SMS"]);
    again["MessageAction"] = "RESEND".into();
    pool.admin("AdminCreateUser", again).await.refused("InvalidParameterException");
    assert_eq!(pool.try_sign_in(ADA, &first).await.ok()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn an_invitation_can_be_kept_back() {
    let pool = Pool::new();
    let body = json!({ "Username": ADA, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    pool.admin("AdminCreateUser", body).await.ok();
    assert_eq!(pool.get("/_local/outbox").await.ok(), json!([]));
    assert_eq!(pool.try_sign_in(ADA, PASSWORD).await.ok()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}
