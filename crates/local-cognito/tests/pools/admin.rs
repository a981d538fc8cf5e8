//! What an operator does with the pool.

use serde_json::{Value, json};

use crate::harness::{ADA, Answer, CLIENT, DAY_S, PASSWORD, Pool, Tokens};

const NEW: &str = "N3w-passw0rd";

async fn invite(pool: &Pool, email: &str) -> Value {
    pool.admin("AdminCreateUser", json!({ "Username": email })).await.ok()
}

fn names(list: &Value, member: &str) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

async fn choose(pool: &Pool, challenge: &Value, password: &str) -> Answer {
    let responses = json!({
        "NEW_PASSWORD": password,
        "userAttributes.given_name": "Ada",
        "userAttributes.family_name": "Lovelace",
    });
    pool.respond(challenge, responses).await
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
async fn groups_are_made_filled_listed_and_deleted() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let kings = json!({ "GroupName": "kings", "Description": "They rule.", "Precedence": 1 });
    let made = pool.admin("CreateGroup", kings.clone()).await.ok();
    assert_eq!(made["Group"]["Precedence"], 1);
    pool.admin("CreateGroup", kings).await.refused("GroupExistsException");
    let first = pool.admin("ListGroups", json!({ "Limit": 2 })).await.ok();
    assert_eq!(names(&first["Groups"], "GroupName"), ["admin", "kings"]);
    let rest = pool.admin("ListGroups", json!({ "NextToken": first["NextToken"] })).await.ok();
    assert_eq!(names(&rest["Groups"], "GroupName"), ["staff"]);

    let ada_in_kings = json!({ "Username": ADA, "GroupName": "kings" });
    let added = pool.admin("AdminAddUserToGroup", ada_in_kings.clone()).await;
    assert!(added.status.is_success(), "{}", added.text);
    let tokens = pool.sign_in(ADA).await;
    let claims = pool.cognito.verify_access_or_id_token(&tokens.access).unwrap();
    assert_eq!(claims.groups, ["kings"]);
    let of_ada = json!({ "Username": ADA });
    let groups = pool.admin("AdminListGroupsForUser", of_ada.clone()).await.ok();
    assert_eq!(names(&groups["Groups"], "GroupName"), ["kings"]);
    let members = pool.admin("ListUsersInGroup", json!({ "GroupName": "kings" })).await.ok();
    assert_eq!(members["Users"].as_array().unwrap().len(), 1);

    let removed = pool.admin("AdminRemoveUserFromGroup", ada_in_kings.clone()).await;
    assert!(removed.status.is_success(), "{}", removed.text);
    let groups = pool.admin("AdminListGroupsForUser", of_ada).await.ok();
    assert_eq!(groups["Groups"], json!([]));
    let deleted = pool.admin("DeleteGroup", json!({ "GroupName": "kings" })).await;
    assert!(deleted.status.is_success(), "{}", deleted.text);
    pool.admin("AdminAddUserToGroup", ada_in_kings).await.refused("ResourceNotFoundException");
}

#[tokio::test]
async fn the_pool_and_its_clients_are_described_and_another_pool_is_not() {
    let pool = Pool::new();
    let described = pool.admin("DescribeUserPool", json!({})).await.ok();
    let arn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Parlor";
    assert_eq!(described["UserPool"]["Arn"], arn);
    assert_eq!(described["UserPool"]["MfaConfiguration"], "OPTIONAL");
    assert_eq!(described["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    let body = json!({ "ClientId": CLIENT });
    let described = pool.admin("DescribeUserPoolClient", body).await.ok();
    assert_eq!(described["UserPoolClient"]["PreventUserExistenceErrors"], "ENABLED");
    let pools = pool.admin("ListUserPools", json!({ "MaxResults": 10 })).await.ok();
    assert_eq!(names(&pools["UserPools"], "Id"), ["us-east-1_Parlor"]);
    let listed = pool.admin("ListUserPoolClients", json!({})).await.ok();
    assert_eq!(names(&listed["UserPoolClients"], "ClientId"), ["webclient", "legacy", "minimal"]);
    let first = pool.admin("ListUserPoolClients", json!({ "MaxResults": 2 })).await.ok();
    assert_eq!(names(&first["UserPoolClients"], "ClientId"), ["webclient", "legacy"]);
    let rest = json!({ "MaxResults": 2, "NextToken": first["NextToken"] });
    let rest = pool.admin("ListUserPoolClients", rest).await.ok();
    assert_eq!(names(&rest["UserPoolClients"], "ClientId"), ["minimal"]);
    assert_eq!(rest.get("NextToken"), None);
    pool.admin("ListUserPoolClients", json!({ "NextToken": "bm9uZQ" }))
        .await
        .refused("InvalidParameterException");
}

#[tokio::test]
async fn the_pool_is_described_with_every_attribute_and_its_constraints() {
    let pool = Pool::new();
    let described = pool.admin("DescribeUserPool", json!({})).await.ok();
    let schema = described["UserPool"]["SchemaAttributes"].as_array().unwrap();
    assert_eq!(schema.len(), 20);
    let of = |name: &str| schema.iter().find(|attribute| attribute["Name"] == name).unwrap();
    assert_eq!(
        *of("birthdate"),
        json!({
            "Name": "birthdate",
            "AttributeDataType": "String",
            "DeveloperOnlyAttribute": false,
            "Mutable": true,
            "Required": false,
            "StringAttributeConstraints": { "MinLength": "10", "MaxLength": "10" },
        })
    );
    assert_eq!(of("updated_at")["NumberAttributeConstraints"], json!({ "MinValue": "0" }));
    assert_eq!(of("given_name")["Required"], true);
    assert_eq!((&of("sub")["Mutable"], &of("sub")["Required"]), (&json!(false), &json!(true)));
    assert_eq!(of("email_verified")["AttributeDataType"], "Boolean");
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_in_awss_words() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    for (operation, body, value, member, constraint) in [
        ("ListUsers", json!({ "Limit": -1 }), "-1", "limit", "value greater than or equal to 0"),
        ("ListUsers", json!({ "Limit": 61 }), "61", "limit", "value less than or equal to 60"),
        ("ListGroups", json!({ "Limit": -60 }), "-60", "limit", "value greater than or equal to 0"),
        (
            "ListUserPoolClients",
            json!({ "MaxResults": 0 }),
            "0",
            "maxResults",
            "value greater than or equal to 1",
        ),
        ("ListUserPools", json!({ "MaxResults": 61 }), "61", "maxResults", "value less than or equal to 60"),
    ] {
        let told = pool.admin(operation, body).await.refused("InvalidParameterException");
        let expected = format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must have {constraint}"
        );
        assert_eq!(told, expected, "{operation}");
    }
    for (operation, body, value, member) in [
        ("AdminCreateUser", json!({ "Username": "x@y", "MessageAction": "SHOUT" }), "SHOUT", "messageAction"),
        ("AdminInitiateAuth", json!({ "ClientId": CLIENT, "AuthFlow": "MAGIC" }), "MAGIC", "authFlow"),
        (
            "AdminRespondToAuthChallenge",
            json!({ "ClientId": CLIENT, "ChallengeName": "RIDDLE" }),
            "RIDDLE",
            "challengeName",
        ),
    ] {
        let told = pool.admin(operation, body).await.refused("InvalidParameterException");
        let expected = format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
             Member must satisfy enum value set: ["
        );
        assert!(told.starts_with(&expected), "{told}");
    }
    pool.admin("ListUserPools", json!({})).await.refused("InvalidParameterException");
    pool.admin("ListUsers", json!({ "Limit": "many" })).await.refused("SerializationException");
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

#[tokio::test]
async fn an_operator_changes_a_group() {
    let pool = Pool::new();
    let group = json!({ "GroupName": "staff", "Description": "who works here", "Precedence": 3 });
    let changed = pool.admin("UpdateGroup", group).await.ok();
    assert_eq!(changed["Group"]["Description"], "who works here");
    let changed = pool.admin("UpdateGroup", json!({ "GroupName": "staff", "Precedence": 0 })).await.ok();
    assert_eq!(changed["Group"]["Description"], "who works here");
    assert_eq!(pool.admin("GetGroup", json!({ "GroupName": "staff" })).await.ok()["Group"]["Precedence"], 0);
    pool.admin("UpdateGroup", json!({ "GroupName": "none" })).await.refused("ResourceNotFoundException");
}

#[tokio::test]
async fn an_unknown_operation_is_told_what_is_alike() {
    let told = Pool::new().admin("CreateUserPool", json!({})).await.refused("UnknownOperationException");
    assert!(told.starts_with("Unknown operation CreateUserPool: "), "{told}");
    assert!(told.contains("DescribeUserPool") && told.len() < 200, "{told}");
}
