//! The product's own resolvers, and a Todo table for them.

use std::path::Path;

use aws_sdk_dynamodb::Client;
use local_appsync_js::{DataSource, Script};
use local_dynamodb::DynamoDb;
use serde_json::json;

/// The script `resolvers/js/<name>.js`, as it is deployed.
pub(crate) fn product_script(name: &str) -> Script {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../resolvers/js");
    let code = std::fs::read_to_string(folder.join(format!("{name}.js"))).unwrap();
    Script::compile(&format!("{name}.js"), &code).unwrap()
}

/// An empty table with the partition key `list` and the sort key `id`.
pub(crate) async fn table() -> (Client, DataSource) {
    let dynamodb = DynamoDb::in_memory().await.unwrap();
    let properties = json!({
        "AttributeDefinitions": [
            { "AttributeName": "list", "AttributeType": "S" },
            { "AttributeName": "id", "AttributeType": "S" },
        ],
        "KeySchema": [
            { "AttributeName": "list", "KeyType": "HASH" },
            { "AttributeName": "id", "KeyType": "RANGE" },
        ],
        "BillingMode": "PAY_PER_REQUEST",
    });
    dynamodb.create_table_if_absent("Todo", &properties).await.unwrap();
    let client = dynamodb.client();
    (client.clone(), DataSource::DynamoDb { client, table: "Todo".to_owned() })
}
