//! The DynamoDB data source: AppSync's request documents, executed with the SDK.

mod attributes;
mod batches;
mod document;
mod errors;
mod items;
mod pages;
mod transactions;

use aws_sdk_dynamodb::Client;
use document::Document;
use serde::Deserialize;
use serde_json::Value;

use crate::faulty_request::faulty;
use crate::resolver::DataSourceError;

/// Executes one of AppSync's DynamoDB request documents and gives what `ctx.result` would be, in plain JSON.
///
/// Single-item requests, `Query` and `Scan` are about `table`; batches and transactions name their tables
/// themselves. `request` is as in AWS's
/// [reference](https://docs.aws.amazon.com/appsync/latest/devguide/js-resolver-reference-dynamodb.html), every
/// operation of it but `Sync`, which needs a versioned data source.
///
/// A `PutItem` whose condition fails although the table holds just that item, and a `DeleteItem` whose
/// condition fails because the item is gone, count as done, as in AppSync.
pub async fn dynamodb(client: &Client, table: &str, request: &Value) -> Result<Value, DataSourceError> {
    let document = Document::deserialize(request).map_err(|error| faulty("DynamoDB", request, &error))?;
    match document {
        Document::GetItem(request) => items::get(client, table, request).await,
        Document::PutItem(request) => items::put(client, table, request).await,
        Document::UpdateItem(request) => items::update(client, table, request).await,
        Document::DeleteItem(request) => items::delete(client, table, request).await,
        Document::Query(request) => pages::query(client, table, request).await,
        Document::Scan(request) => pages::scan(client, table, request).await,
        Document::BatchGetItem(request) => batches::get(client, request).await,
        Document::BatchPutItem(request) => batches::put(client, request).await,
        Document::BatchDeleteItem(request) => batches::delete(client, request).await,
        Document::TransactGetItems(request) => transactions::get(client, request).await,
        Document::TransactWriteItems(request) => transactions::write(client, request).await,
    }
}
