//! Query and Scan: one page, and the token of the next.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::Select;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::attributes::{Attributes, Typed, plain_item, typed_key, untyped};
use super::document::{Placeholders, Query, Scan};
use super::errors::failed;
use crate::resolver::DataSourceError;

pub(super) async fn query(client: &Client, table: &str, request: Query) -> Result<Value, DataSourceError> {
    let page = request.page;
    let mut placeholders = Placeholders::default();
    let key_condition = placeholders.take(request.query)?;
    let filter = placeholders.take_optional(page.filter)?;
    let projection = placeholders.take_optional(page.projection)?;
    let answer = client
        .query()
        .table_name(table)
        .set_index_name(page.index)
        .key_condition_expression(key_condition)
        .set_filter_expression(filter)
        .set_projection_expression(projection)
        .set_expression_attribute_names(placeholders.names())
        .set_expression_attribute_values(placeholders.values())
        .set_scan_index_forward(request.scan_index_forward)
        .set_consistent_read(page.consistent_read)
        .set_select(page.select.as_deref().map(Select::from))
        .set_limit(page.limit)
        .set_exclusive_start_key(start_key(page.next_token)?)
        .send()
        .await;
    let answer = answer.map_err(|error| failed(&error, Value::Null))?;
    Ok(page_of(answer.items(), answer.last_evaluated_key(), answer.scanned_count()))
}

pub(super) async fn scan(client: &Client, table: &str, request: Scan) -> Result<Value, DataSourceError> {
    let page = request.page;
    let mut placeholders = Placeholders::default();
    let filter = placeholders.take_optional(page.filter)?;
    let projection = placeholders.take_optional(page.projection)?;
    let answer = client
        .scan()
        .table_name(table)
        .set_index_name(page.index)
        .set_filter_expression(filter)
        .set_projection_expression(projection)
        .set_expression_attribute_names(placeholders.names())
        .set_expression_attribute_values(placeholders.values())
        .set_consistent_read(page.consistent_read)
        .set_select(page.select.as_deref().map(Select::from))
        .set_segment(request.segment)
        .set_total_segments(request.total_segments)
        .set_limit(page.limit)
        .set_exclusive_start_key(start_key(page.next_token)?)
        .send()
        .await;
    let answer = answer.map_err(|error| failed(&error, Value::Null))?;
    Ok(page_of(answer.items(), answer.last_evaluated_key(), answer.scanned_count()))
}

fn page_of(items: &[Attributes], last: Option<&Attributes>, scanned_count: i32) -> Value {
    let items: Vec<Value> = items.iter().map(plain_item).collect();
    json!({ "items": items, "nextToken": last.map(token_after), "scannedCount": scanned_count })
}

/// Opaque to clients: the key of the last item, so that a page begins where the one before ended.
fn token_after(last: &Attributes) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(typed_key(last).to_string())
}

fn start_key(token: Option<String>) -> Result<Option<Attributes>, DataSourceError> {
    let Some(token) = token else { return Ok(None) };
    let json = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let key: Option<HashMap<String, Typed>> = json.and_then(|json| serde_json::from_slice(&json).ok());
    // Of the kinds that AppSync has, since it is the client's fault: the response handler may say so.
    let key = key.ok_or_else(|| DataSourceError::Failed {
        message: "Invalid pagination token given.".to_owned(),
        error_type: "BadRequestException".to_owned(),
        result: Value::Null,
    })?;
    Ok(Some(untyped(key)))
}
