//! What an operator asks of the pool itself: groups, descriptions, and requests out of bounds.

use serde_json::json;

use crate::admin::names;
use crate::harness::{ADA, CLIENT, Pool};

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
