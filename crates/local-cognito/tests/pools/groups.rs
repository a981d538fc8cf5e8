//! Groups in tokens, and their roles.

use local_cognito::{Cognito, Error, GroupConfig};
use serde_json::{Value, json};

use crate::harness::{ADA, Pool, Tokens, config};

#[tokio::test]
async fn tokens_name_the_groups_from_the_next_issue_on() {
    let pool = Pool::new();
    let sub = pool.confirmed_user(ADA).await;
    let before = pool.sign_in(ADA).await;
    pool.cognito.add_user_to_group(ADA, "staff").await.unwrap();
    pool.cognito.add_user_to_group(&sub, "admin").await.unwrap();
    pool.cognito.add_user_to_group(&sub, "admin").await.unwrap();

    let claims = pool.cognito.verify_access_or_id_token(&before.access).unwrap();
    assert_eq!(claims.raw.get("cognito:groups"), None);
    let after = Tokens::of(&pool.refresh(&before.refresh).await.ok());
    for token in [&after.access, &after.id] {
        let claims = pool.cognito.verify_access_or_id_token(token).unwrap();
        assert_eq!(claims.groups, ["admin", "staff"]);
    }
}

#[tokio::test]
async fn an_unknown_user_or_group_is_told() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    let unknown_group = pool.cognito.add_user_to_group(ADA, "kings").await;
    assert!(matches!(unknown_group, Err(Error::ResourceNotFound(_))));
    let unknown_user = pool.cognito.add_user_to_group("nobody", "admin").await;
    assert!(matches!(unknown_user, Err(Error::UserNotFound(_))));
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}

/// The ID token's `cognito:roles` and `cognito:preferred_role`.
async fn roles(pool: &Pool) -> (Value, Value) {
    let tokens = pool.sign_in(ADA).await;
    let access = pool.cognito.verify_access_or_id_token(&tokens.access).unwrap().raw;
    assert!(!access.contains_key("cognito:roles") && !access.contains_key("cognito:preferred_role"));
    let id = pool.cognito.verify_access_or_id_token(&tokens.id).unwrap().raw;
    let claim = |name: &str| id.get(name).cloned().unwrap_or_default();
    (claim("cognito:roles"), claim("cognito:preferred_role"))
}

#[tokio::test]
async fn id_tokens_tell_the_roles_of_groups_and_that_of_the_first() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.cognito.add_user_to_group(ADA, "staff").await.unwrap();
    assert_eq!(roles(&pool).await, (Value::Null, Value::Null));

    let groups = [("cooks", None), ("kings", Some(5)), ("queens", Some(2)), ("regents", Some(2))];
    let mut expected = vec![
        (json!([role("cooks")]), json!(role("cooks"))),
        (json!([role("kings"), role("cooks")]), json!(role("kings"))),
        (json!([role("queens"), role("kings"), role("cooks")]), json!(role("queens"))),
        // Two come first, so neither does.
        (json!([role("queens"), role("regents"), role("kings"), role("cooks")]), Value::Null),
    ]
    .into_iter();
    for (name, precedence) in groups {
        let group = json!({ "GroupName": name, "Precedence": precedence, "RoleArn": role(name) });
        let made = pool.admin("CreateGroup", group).await.ok();
        assert_eq!(made["Group"]["RoleArn"], role(name));
        pool.cognito.add_user_to_group(ADA, name).await.unwrap();
        assert_eq!(roles(&pool).await, expected.next().unwrap(), "with {name}");
    }
    let same = json!({ "GroupName": "regents", "RoleArn": role("queens") });
    assert_eq!(pool.admin("UpdateGroup", same).await.ok()["Group"]["RoleArn"], role("queens"));
    assert_eq!(
        roles(&pool).await,
        (json!([role("queens"), role("kings"), role("cooks")]), json!(role("queens")))
    );
}

#[tokio::test]
async fn a_role_is_shown_wherever_its_group_is_and_must_be_an_arn() {
    let pool = Pool::new();
    pool.confirmed_user(ADA).await;
    pool.cognito.add_user_to_group(ADA, "admin").await.unwrap();
    let told = pool.admin("UpdateGroup", json!({ "GroupName": "admin", "RoleArn": "kings" })).await;
    let told = told.refused("InvalidParameterException");
    assert!(told.starts_with("1 validation error detected: Value 'kings' at 'roleArn' failed"), "{told}");
    pool.admin("UpdateGroup", json!({ "GroupName": "admin", "RoleArn": role("admin") })).await.ok();
    // What is not given stays.
    pool.admin("UpdateGroup", json!({ "GroupName": "admin", "Precedence": 3 })).await.ok();
    let group = pool.admin("GetGroup", json!({ "GroupName": "admin" })).await.ok();
    assert_eq!(group["Group"]["RoleArn"], role("admin"));
    let listed = pool.admin("ListGroups", json!({})).await.ok();
    assert_eq!(listed["Groups"][0]["RoleArn"], role("admin"));
    assert_eq!(listed["Groups"][1].get("RoleArn"), None);
    let of_ada = pool.admin("AdminListGroupsForUser", json!({ "Username": ADA })).await.ok();
    assert_eq!(of_ada["Groups"][0]["RoleArn"], role("admin"));
    for (member, value) in [("Precedence", json!(-1)), ("Description", json!("x".repeat(2049)))] {
        let told = pool.admin("UpdateGroup", json!({ "GroupName": "admin", member: value })).await;
        assert!(told.refused("InvalidParameterException").contains("failed to satisfy constraint"));
    }
}

#[tokio::test]
async fn a_group_of_the_template_is_as_the_template_says_after_every_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("cognito.sqlite");
    let open = |role_arn: Option<String>| {
        let mut config = config(file.clone());
        let (description, precedence) = (Some("They rule.".to_owned()), Some(1));
        config.user_pool.groups =
            vec![GroupConfig { name: "kings".to_owned(), description, precedence, role_arn }];
        Cognito::open(config).unwrap()
    };
    for role_arn in [None, Some(role("kings")), Some(role("queens"))] {
        drop(open(role_arn.clone()));
        let stored = rusqlite::Connection::open(&file).unwrap();
        let found: (String, i64, Option<String>) = stored
            .query_row(
                "SELECT description, precedence, role_arn FROM groups WHERE name = 'kings'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        assert_eq!(found, ("They rule.".to_owned(), 1, role_arn));
    }
}
