//! What an operator does with people.

use serde_json::{Value, json};

use crate::harness::{ADA, CLIENT, PASSWORD, Pool, Tokens};

const NEW: &str = "N3w-passw0rd";

pub(crate) async fn invite(pool: &Pool, email: &str) -> Value {
    pool.admin("AdminCreateUser", json!({ "Username": email })).await.ok()
}

pub(crate) fn names(list: &Value, member: &str) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_request_without_a_signature_is_refused() {
    let pool = Pool::new();
    for operation in ["AdminCreateUser", "ListUsers", "CreateGroup", "DescribeUserPool"] {
        let body = json!({ "UserPoolId": "us-east-1_Parlor", "Username": ADA, "GroupName": "x" });
        let told = pool.call(operation, body).await;
        told.refused("MissingAuthenticationTokenException");
    }
    let users = pool.admin("ListUsers", json!({})).await.ok();
    assert_eq!(users["Users"], json!([]));
}

#[tokio::test]
async fn a_password_set_by_an_operator_is_permanent_or_temporary() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let set = |password: &str, permanent: bool| json!({ "Username": ADA, "Password": password, "Permanent": permanent });
    pool.admin("AdminSetUserPassword", set(NEW, true)).await.ok();
    Tokens::of(&pool.try_sign_in(ADA, NEW).await.ok());
    pool.admin("AdminSetUserPassword", set(PASSWORD, false)).await.ok();
    let challenge = pool.try_sign_in(ADA, PASSWORD).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    pool.admin("AdminSetUserPassword", set("poor", true)).await.refused("InvalidPasswordException");
}

#[tokio::test]
async fn a_server_signs_its_users_in() {
    let pool = Pool::configured(|config| {
        config.user_pool.clients[0].explicit_auth_flows.push("ALLOW_ADMIN_USER_PASSWORD_AUTH".to_owned());
    });
    invite(&pool, ADA).await;
    let temporary = pool.code(ADA).await;
    let begin = |client: &str| {
        json!({
            "ClientId": client,
            "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": ADA, "PASSWORD": temporary },
        })
    };
    let challenge = pool.admin("AdminInitiateAuth", begin(CLIENT)).await.ok();
    let body = json!({
        "ClientId": CLIENT,
        "ChallengeName": challenge["ChallengeName"],
        "Session": challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": ADA,
            "NEW_PASSWORD": NEW,
            "userAttributes.given_name": "Ada",
            "userAttributes.family_name": "Lovelace",
        },
    });
    let answer = pool.admin("AdminRespondToAuthChallenge", body).await.ok();
    pool.get_user(&Tokens::of(&answer).access).await.ok();
    // Not for everybody, and not for a client that does not allow it.
    pool.call("InitiateAuth", begin(CLIENT)).await.refused("InvalidParameterException");
    pool.admin("AdminInitiateAuth", begin("minimal")).await.refused("InvalidParameterException");
}

#[tokio::test]
async fn who_is_disabled_is_out_until_enabled() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let ada = json!({ "Username": ADA });
    pool.admin("AdminDisableUser", ada.clone()).await.ok();
    pool.get_user(&tokens.access).await.refused("NotAuthorizedException");
    pool.refresh(&tokens.refresh).await.refused("NotAuthorizedException");
    let told = pool.try_sign_in(ADA, PASSWORD).await;
    assert_eq!(told.refused("NotAuthorizedException"), "User is disabled.");
    let told = pool.try_sign_in(ADA, "wrong").await;
    assert_eq!(told.refused("NotAuthorizedException"), "Incorrect username or password.");
    pool.admin("AdminEnableUser", ada).await.ok();
    pool.sign_in(ADA).await;
}

#[tokio::test]
async fn a_reset_asks_for_a_new_password_by_code() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.admin("AdminResetUserPassword", json!({ "Username": ADA })).await.ok();
    pool.try_sign_in(ADA, PASSWORD).await.refused("PasswordResetRequiredException");
    let code = pool.code(ADA).await;
    let body = json!({ "ClientId": CLIENT, "Username": ADA, "ConfirmationCode": code, "Password": NEW });
    pool.call("ConfirmForgotPassword", body).await.ok();
    pool.try_sign_in(ADA, NEW).await.ok();
}

#[tokio::test]
async fn a_sign_up_is_confirmed_without_its_code_and_the_function_runs() {
    let pool = Pool::new();
    pool.sign_up(ADA).await.ok();
    let ada = json!({ "Username": ADA });
    pool.admin("AdminConfirmSignUp", ada.clone()).await.ok();
    let events = pool.trigger.events.lock().unwrap().clone();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(events[0]["request"]["userAttributes"]["email_verified"], "false");
    pool.sign_in(ADA).await;
    pool.admin("AdminConfirmSignUp", ada).await.refused("NotAuthorizedException");
}

#[tokio::test]
async fn signing_somebody_out_and_deleting_them_ends_their_tokens() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for operation in ["AdminUserGlobalSignOut", "AdminDeleteUser"] {
        let tokens = pool.sign_in(ADA).await;
        let answer = pool.admin(operation, json!({ "Username": ADA })).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        pool.get_user(&tokens.access).await.refused("NotAuthorizedException");
    }
    pool.admin("AdminGetUser", json!({ "Username": ADA })).await.refused("UserNotFoundException");
}

#[tokio::test]
async fn attributes_are_changed_at_once() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.confirmed_user("eve@example.com").await;
    let change = |name: &str, value: &str| json!({ "Username": ADA, "UserAttributes": [{ "Name": name, "Value": value }] });
    let update = "AdminUpdateUserAttributes";
    pool.admin(update, change("email", "eve@example.com")).await.refused("AliasExistsException");
    pool.admin(update, change("email_verified", "perhaps")).await.refused("InvalidParameterException");
    pool.admin(update, change("email", "countess@example.com")).await.ok();
    let tokens = pool.sign_in("countess@example.com").await;
    let claims = pool.cognito.verify_access_or_id_token(&tokens.id).unwrap();
    assert_eq!(claims.raw["email_verified"], false);
}

#[tokio::test]
async fn users_are_listed_by_page_and_filter() {
    let pool = Pool::new();
    for name in ["ada", "adam", "eve"] {
        pool.confirmed_user(&format!("{name}@example.com")).await;
    }
    pool.sign_up("new@example.com").await.ok();
    let email = |users: &Value| -> Vec<String> {
        let users = users["Users"].as_array().unwrap();
        users.iter().map(|user| user["Attributes"][0]["Value"].as_str().unwrap().to_owned()).collect()
    };
    let mut body = json!({ "Limit": 3, "AttributesToGet": ["email"] });
    let first = pool.admin("ListUsers", body.clone()).await.ok();
    assert_eq!(email(&first), ["ada@example.com", "adam@example.com", "eve@example.com"]);
    body["PaginationToken"] = first["PaginationToken"].clone();
    let second = pool.admin("ListUsers", body).await.ok();
    assert_eq!(email(&second), ["new@example.com"]);
    assert_eq!(second.get("PaginationToken"), None);

    let cases: [(&str, &[&str]); 6] = [
        ("email = \"ADA@example.com\"", &["ada@example.com"]),
        ("email ^= \"ada\"", &["ada@example.com", "adam@example.com"]),
        ("cognito:user_status=\"UNCONFIRMED\"", &["new@example.com"]),
        ("status = \"Disabled\"", &[]),
        ("nickname = \"x\"", &["refused"]),
        ("email = \"ada@example.com\" and name = \"Ada\"", &["refused"]),
    ];
    for (filter, expected) in cases {
        let body = json!({ "Filter": filter, "AttributesToGet": ["email"] });
        let answer = pool.admin("ListUsers", body).await;
        if expected == ["refused"] {
            answer.refused("InvalidParameterException");
        } else {
            assert_eq!(email(&answer.ok()), expected, "{filter}");
        }
    }
    pool.admin("ListUsers", json!({ "PaginationToken": "%" })).await.refused("InvalidParameterException");
}

#[tokio::test]
async fn an_operator_takes_attributes_away_but_none_that_the_pool_requires() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let tokens = pool.sign_in(ADA).await;
    let nickname = json!({ "Username": ADA, "UserAttributes": [{ "Name": "nickname", "Value": "A" }] });
    for (operation, mut body) in [
        ("AdminDeleteUserAttributes", json!({ "Username": ADA })),
        ("DeleteUserAttributes", json!({ "AccessToken": tokens.access })),
    ] {
        pool.admin("AdminUpdateUserAttributes", nickname.clone()).await.ok();
        for required in ["email", "given_name", "sub"] {
            body["UserAttributeNames"] = json!([required]);
            pool.admin(operation, body.clone()).await.refused("InvalidParameterException");
        }
        body["UserAttributeNames"] = json!(["nickname"]);
        pool.admin(operation, body).await.ok();
        let user = pool.get_user(&tokens.access).await.ok();
        let attributes = user["UserAttributes"].as_array().unwrap();
        assert!(attributes.iter().all(|attribute| attribute["Name"] != "nickname"), "{user}");
    }
}

#[tokio::test]
async fn a_number_from_an_operator_is_proved_only_if_the_operator_says_so() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let write = |attributes: Value| json!({ "Username": ADA, "UserAttributes": attributes });
    let number = |value: &str| json!({ "Name": "phone_number", "Value": value });
    let verified = json!({ "Name": "phone_number_verified", "Value": "true" });
    for (attributes, expected) in [
        (json!([verified, number("+12065550100")]), "true"),
        (json!([number("+12065550100")]), "true"),
        (json!([number("+12065550101")]), "false"),
    ] {
        pool.admin("AdminUpdateUserAttributes", write(attributes)).await.ok();
        let user = pool.admin("AdminGetUser", json!({ "Username": ADA })).await.ok();
        let shown = user["UserAttributes"].as_array().unwrap();
        let told = shown.iter().find(|attribute| attribute["Name"] == "phone_number_verified").unwrap();
        assert_eq!(told["Value"], expected);
    }
}
