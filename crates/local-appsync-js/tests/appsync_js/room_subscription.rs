//! `resolvers/js/on_create_room.js`: who hears of which new room.

use crate::support::product_script;
use local_appsync_js::{DataSource, run_unit};
use serde_json::{Value, json};

#[tokio::test]
async fn a_signed_in_subscriber_hears_of_public_rooms_and_of_their_own() {
    let context = json!({ "arguments": {}, "identity": { "sub": "u-1", "username": "ada" } });
    let evaluated = run_unit(&product_script("on_create_room"), &DataSource::None, context).await.unwrap();
    assert_eq!(evaluated.value, Value::Null);
    let filter = evaluated.subscription_filter.unwrap();
    let public = json!({ "filters": [{ "fieldName": "visibility", "operator": "eq", "value": "PUBLIC" }] });
    let own = json!({ "filters": [{ "fieldName": "ownerId", "operator": "eq", "value": "u-1" }] });
    assert_eq!(filter, json!({ "filterGroup": [public, own] }));
}

#[tokio::test]
async fn a_caller_without_a_user_is_refused() {
    for identity in [json!(null), json!({ "userArn": "arn:aws:sts::1:role", "accountId": "1" })] {
        let context = json!({ "arguments": {}, "identity": identity });
        let error =
            run_unit(&product_script("on_create_room"), &DataSource::None, context).await.unwrap_err();
        assert_eq!(error.error_type.as_deref(), Some("Forbidden"));
    }
}
