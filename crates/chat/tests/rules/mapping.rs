//! The template reads profiles without this crate: by its mapping, from the very rows that this crate writes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::support::{chat_and_table, user};
use chat::profiles;

#[tokio::test]
async fn the_rest_apis_mapping_finds_a_profile_and_nothing_else_of_it() {
    let (store, table) = chat_and_table().await;
    let ann = user(&store, 1).await;
    assert_eq!(profiles::me(&store, ann).await.unwrap().name, "User 1");
    let template = infra::template().to_json();
    let mapping = &template["Resources"]["RestProfileGet"]["Properties"]["Integration"];
    let request = mapping["RequestTemplates"]["application/json"].as_str().unwrap();
    let request = request
        .replace("$stageVariables.chatTable", "chat")
        .replace("$util.escapeJavaScript($input.params('id'))", &ann.to_string());
    assert!(!request.contains("$stage") && !request.contains("$util"), "{request}");
    let request: Value = serde_json::from_str(&request).unwrap();

    let key = request["Key"].as_object().unwrap();
    let key: HashMap<String, AttributeValue> = key
        .iter()
        .map(|(name, value)| (name.clone(), AttributeValue::S(value["S"].as_str().unwrap().into())))
        .collect();
    let names = request["ExpressionAttributeNames"].as_object().unwrap();
    let names =
        names.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    let read = table
        .get_item()
        .table_name(request["TableName"].as_str().unwrap())
        .set_key(Some(key))
        .projection_expression(request["ProjectionExpression"].as_str().unwrap())
        .set_expression_attribute_names(Some(names));
    let item = read.send().await.unwrap().item.unwrap();
    assert_eq!(item, HashMap::from([("name".to_owned(), AttributeValue::S("User 1".into()))]));
}
