//! BatchGetItem, BatchPutItem and BatchDeleteItem, over one or more tables.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};
use serde_json::{Map, Value, json};

use super::attributes::{Attributes, Typed, plain_item, untyped};
use super::document::{BatchGet, Placeholders, Tables};
use super::errors::failed;
use crate::resolver::DataSourceError;

type Answer = Result<Value, DataSourceError>;

/// `{ data: { table: [item or null, as the keys are ordered] }, unprocessedKeys: { table: [key] } }`
pub(super) async fn get(client: &Client, request: Tables<BatchGet>) -> Answer {
    let mut asked: HashMap<String, Vec<Attributes>> = HashMap::new();
    let mut call = client.batch_get_item();
    for (table, wanted) in request.tables {
        let mut placeholders = Placeholders::default();
        let projection = placeholders.take_optional(wanted.projection)?;
        let keys: Vec<Attributes> = wanted.keys.into_iter().map(untyped).collect();
        let of_table = KeysAndAttributes::builder()
            .set_keys(Some(keys.clone()))
            .set_consistent_read(wanted.consistent_read)
            .set_projection_expression(projection)
            .set_expression_attribute_names(placeholders.names())
            .build()
            .map_err(incomplete)?;
        call = call.request_items(&table, of_table);
        asked.insert(table, keys);
    }
    let answer = call.send().await.map_err(|error| failed(&error, Value::Null))?;
    let found = answer.responses().cloned().unwrap_or_default();
    let mut data = Map::new();
    for (table, keys) in asked {
        let items = found.get(&table).map(Vec::as_slice).unwrap_or_default();
        let in_order = keys.iter().map(|key| items.iter().find(|item| has_key(item, key)).map(plain_item));
        data.insert(table, in_order.map(Value::from).collect());
    }
    let unprocessed =
        per_table(answer.unprocessed_keys(), |left| left.keys().iter().map(plain_item).collect());
    Ok(json!({ "data": data, "unprocessedKeys": unprocessed }))
}

/// `{ data: { table: [item] }, unprocessedItems: { table: [item] } }`
pub(super) async fn put(client: &Client, request: Tables<Vec<HashMap<String, Typed>>>) -> Answer {
    let (data, unprocessed) = write(client, request, |item| {
        let put = PutRequest::builder().set_item(Some(item)).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    })
    .await?;
    Ok(json!({ "data": data, "unprocessedItems": unprocessed }))
}

/// `{ data: { table: [key] }, unprocessedKeys: { table: [key] } }`
pub(super) async fn delete(client: &Client, request: Tables<Vec<HashMap<String, Typed>>>) -> Answer {
    let (data, unprocessed) = write(client, request, |key| {
        let delete = DeleteRequest::builder().set_key(Some(key)).build()?;
        Ok(WriteRequest::builder().delete_request(delete).build())
    })
    .await?;
    Ok(json!({ "data": data, "unprocessedKeys": unprocessed }))
}

/// What was asked to be written, and what DynamoDB left undone, each by table.
async fn write(
    client: &Client,
    request: Tables<Vec<HashMap<String, Typed>>>,
    write_request: impl Fn(Attributes) -> Result<WriteRequest, BuildError>,
) -> Result<(Value, Value), DataSourceError> {
    let mut data = Map::new();
    let mut call = client.batch_write_item();
    for (table, items) in request.tables {
        let items: Vec<Attributes> = items.into_iter().map(untyped).collect();
        data.insert(table.clone(), items.iter().map(plain_item).collect());
        let writes: Result<Vec<_>, _> = items.into_iter().map(&write_request).collect();
        call = call.request_items(table, writes.map_err(incomplete)?);
    }
    let answer = call.send().await.map_err(|error| failed(&error, Value::Null))?;
    let unprocessed = per_table(answer.unprocessed_items(), |left| left.iter().map(written).collect());
    Ok((data.into(), unprocessed))
}

fn written(request: &WriteRequest) -> Value {
    let put = request.put_request().map(|put| put.item());
    let attributes = put.or_else(|| request.delete_request().map(|delete| delete.key()));
    attributes.map_or(Value::Null, plain_item)
}

fn per_table<T>(tables: Option<&HashMap<String, T>>, list: impl Fn(&T) -> Value) -> Value {
    let tables = tables.into_iter().flatten();
    tables.map(|(table, left)| (table.clone(), list(left))).collect::<Map<_, _>>().into()
}

fn has_key(item: &Attributes, key: &Attributes) -> bool {
    key.iter().all(|(name, value)| item.get(name) == Some(value))
}

fn incomplete(error: BuildError) -> DataSourceError {
    DataSourceError::Request(format!("not a request to DynamoDB: {error}"))
}
