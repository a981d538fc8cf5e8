//! Groups in tokens.

use local_cognito::Error;

use crate::harness::{ADA, Pool, Tokens};

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
