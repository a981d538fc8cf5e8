//! The DynamoDB data source by its request documents: kinds of values, conditions, faults.

use local_appsync_js::{DataSourceError, dynamodb};
use serde_json::{Value, json};

use crate::support::table;

fn key(id: &str) -> Value {
    json!({ "list": { "S": "a" }, "id": { "S": id } })
}

fn put(attributes: Value) -> Value {
    json!({ "operation": "PutItem", "key": key("1"), "attributeValues": attributes })
}

#[tokio::test]
async fn each_kind_of_value_is_stored_and_read_as_plain_json() {
    let (client, _) = table().await;
    let table = [
        (json!({ "S": "text" }), json!("text")),
        (json!({ "N": 1 }), json!(1)),
        (json!({ "N": "-12" }), json!(-12)),
        (json!({ "N": 1.25 }), json!(1.25)),
        (json!({ "N": "9007199254740993" }), json!(9007199254740993i64)),
        (json!({ "BOOL": false }), json!(false)),
        (json!({ "NULL": null }), json!(null)),
        (json!({ "NULL": true }), json!(null)),
        (json!({ "B": "AAEC" }), json!("AAEC")),
        (json!({ "SS": ["a"] }), json!(["a"])),
        (json!({ "NS": [3] }), json!([3])),
        (json!({ "BS": ["AAEC"] }), json!(["AAEC"])),
        (json!({ "L": [{ "S": "a" }, { "N": 2 }] }), json!(["a", 2])),
        (json!({ "M": { "a": { "M": { "b": { "N": 1 } } } } }), json!({ "a": { "b": 1 } })),
    ];
    for (typed, plain) in table {
        let put = dynamodb(&client, "Todo", &put(json!({ "value": typed }))).await.unwrap();
        assert_eq!(put["value"], plain, "{typed}");
        let get = json!({ "operation": "GetItem", "key": key("1"), "consistentRead": true });
        assert_eq!(dynamodb(&client, "Todo", &get).await.unwrap()["value"], plain, "{typed}");
    }
}

fn kind_and_result(error: DataSourceError) -> (String, Value) {
    match error {
        DataSourceError::Failed { error_type, result, .. } => (error_type, result),
        DataSourceError::Request(message) => panic!("{message}"),
    }
}

#[tokio::test]
async fn a_put_whose_condition_fails_over_the_same_item_counts_as_done() {
    let (client, _) = table().await;
    let with_condition = |attributes: Value, condition: Value| {
        let mut request = put(attributes);
        request["condition"] = condition;
        request
    };
    let absent = json!({ "expression": "attribute_not_exists(id)" });
    let first = with_condition(json!({ "n": { "N": 1 }, "at": { "S": "now" } }), absent.clone());
    let stored = dynamodb(&client, "Todo", &first).await.unwrap();
    assert_eq!(dynamodb(&client, "Todo", &first).await.unwrap(), stored);

    let later = json!({ "n": { "N": 1 }, "at": { "S": "later" } });
    let error = dynamodb(&client, "Todo", &with_condition(later.clone(), absent)).await.unwrap_err();
    let refused = "DynamoDB:ConditionalCheckFailedException".to_owned();
    assert_eq!(kind_and_result(error), (refused, stored.clone()));

    let ignoring = json!({ "expression": "attribute_not_exists(id)", "equalsIgnore": ["at"] });
    assert_eq!(dynamodb(&client, "Todo", &with_condition(later, ignoring)).await.unwrap(), stored);
}

#[tokio::test]
async fn a_delete_whose_condition_fails_counts_as_done_when_the_item_is_gone() {
    let (client, _) = table().await;
    let condition = json!({ "expression": "n = :n", "expressionValues": { ":n": { "N": 2 } } });
    let delete = json!({ "operation": "DeleteItem", "key": key("1"), "condition": condition });
    assert_eq!(dynamodb(&client, "Todo", &delete).await.unwrap(), Value::Null);
    let stored = dynamodb(&client, "Todo", &put(json!({ "n": { "N": 1 } }))).await.unwrap();
    let (kind, result) = kind_and_result(dynamodb(&client, "Todo", &delete).await.unwrap_err());
    assert_eq!((kind.as_str(), result), ("DynamoDB:ConditionalCheckFailedException", stored));
}

#[tokio::test]
async fn an_update_whose_condition_fails_is_an_error_also_without_an_item() {
    let (client, _) = table().await;
    let update = json!({
        "operation": "UpdateItem", "key": key("1"),
        "update": { "expression": "SET n = :n", "expressionValues": { ":n": { "N": 1 } } },
        "condition": { "expression": "attribute_exists(id)" },
    });
    let (kind, result) = kind_and_result(dynamodb(&client, "Todo", &update).await.unwrap_err());
    assert_eq!((kind.as_str(), result), ("DynamoDB:ConditionalCheckFailedException", Value::Null));
}

#[tokio::test]
async fn dynamodbs_own_errors_have_appsyncs_names() {
    let (client, _) = table().await;
    let get = json!({ "operation": "GetItem", "key": { "wrong": { "S": "key" } } });
    let error = dynamodb(&client, "Todo", &get).await.unwrap_err();
    assert!(error.to_string().contains("key element"), "{error}");
    assert_eq!(kind_and_result(error).0, "DynamoDB:DynamoDbException");
    let get = json!({ "operation": "GetItem", "key": key("1") });
    let error = dynamodb(&client, "Absent", &get).await.unwrap_err();
    assert_eq!(kind_and_result(error).0, "DynamoDB:ResourceNotFoundException");
}

#[tokio::test]
async fn documents_that_are_no_requests_are_refused_with_what_is_wrong() {
    let (client, _) = table().await;
    let clash = json!({ "expression": "#x = :x", "expressionNames": { "#x": "b" }, "expressionValues": { ":x": { "N": 2 } } });
    let query = json!({ "expression": "#x = :x", "expressionNames": { "#x": "list" }, "expressionValues": { ":x": { "N": 1 } } });
    let lambda = json!({ "expression": "attribute_exists(id)",
        "conditionalCheckFailedHandler": { "strategy": "Custom", "lambdaArn": "arn" } });
    let mut custom = put(json!({}));
    custom["condition"] = lambda;
    let table = [
        (json!(null), "must return an object, a request to DynamoDB, not null."),
        (json!(["GetItem", {}]), "not [\"GetItem\",{}]."),
        (json!({}), "Value for field '$[operation]' not found."),
        (
            json!({ "operation": "Sync" }),
            "The operation of a request to DynamoDB must be one of GetItem, PutItem,",
        ),
        (json!({ "operation": "GetItem" }), "Value for field '$[key]' not found."),
        (
            json!({ "operation": "Query", "query": {} }),
            "not a request to DynamoDB: missing field `expression`",
        ),
        (json!({ "operation": "GetItem", "key": { "id": "plain" } }), "plain"),
        (json!({ "operation": "GetItem", "key": { "id": { "X": "1" } } }), "X"),
        (put(json!({ "b": { "B": "%" } })), "base64"),
        (put(json!({ "n": { "N": [] } })), "number"),
        (json!({ "operation": "Query", "query": query, "filter": clash }), "two things"),
        (custom, "Reject"),
    ];
    for (request, told) in table {
        match dynamodb(&client, "Todo", &request).await {
            Err(DataSourceError::Request(message)) if message.contains(told) => {}
            other => panic!("{request}: {other:?}"),
        }
    }
}
