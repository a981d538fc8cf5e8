//! TransactGetItems and TransactWriteItems: all or nothing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Get, Put, ReturnValuesOnConditionCheckFailure,
    TransactGetItem, TransactWriteItem, Update,
};
use serde_json::{Value, json};

use super::attributes::{Attributes, plain_item, untyped};
use super::document::{Change, Condition, Placeholders, TransactGet, TransactWrite, Transaction};
use super::errors::failed;
use crate::resolver::DataSourceError;

type Answer = Result<Value, DataSourceError>;

/// `{ items: [item or null], cancellationReasons: null }`
pub(super) async fn get(client: &Client, request: Transaction<TransactGet>) -> Answer {
    let mut call = client.transact_get_items();
    for wanted in request.transact_items {
        let mut placeholders = Placeholders::default();
        let projection = placeholders.take_optional(wanted.projection)?;
        let get = Get::builder()
            .table_name(wanted.table)
            .set_key(Some(untyped(wanted.key)))
            .set_projection_expression(projection)
            .set_expression_attribute_names(placeholders.names())
            .build()
            .map_err(incomplete)?;
        call = call.transact_items(TransactGetItem::builder().get(get).build());
    }
    match call.send().await {
        Ok(answer) => {
            let items: Vec<Value> = answer.responses().iter().map(|one| or_null(one.item())).collect();
            Ok(json!({ "items": items, "cancellationReasons": null }))
        }
        Err(error) => Err(match error.as_service_error() {
            Some(TransactGetItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = reasons(cancelled.cancellation_reasons());
                failed(&error, json!({ "items": null, "cancellationReasons": reasons }))
            }
            _ => failed(&error, Value::Null),
        }),
    }
}

/// `{ keys: [key], cancellationReasons: null }`
pub(super) async fn write(client: &Client, request: Transaction<TransactWrite>) -> Answer {
    let mut keys = Vec::new();
    let mut call = client.transact_write_items();
    for TransactWrite { table, change } in request.transact_items {
        let (key, item) = transact_item(table, change)?;
        keys.push(plain_item(&key));
        call = call.transact_items(item);
    }
    match call.send().await {
        Ok(_) => Ok(json!({ "keys": keys, "cancellationReasons": null })),
        Err(error) => Err(match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = reasons(cancelled.cancellation_reasons());
                failed(&error, json!({ "keys": null, "cancellationReasons": reasons }))
            }
            _ => failed(&error, Value::Null),
        }),
    }
}

/// The change as the SDK has it, and the key that it is about.
fn transact_item(table: String, change: Change) -> Result<(Attributes, TransactWriteItem), DataSourceError> {
    let item = TransactWriteItem::builder();
    match change {
        Change::PutItem(put) => {
            let check = Check::of(put.condition)?;
            let key = untyped(put.key);
            let mut attributes = untyped(put.attribute_values.unwrap_or_default());
            attributes.extend(key.clone());
            let put = Put::builder()
                .table_name(table)
                .set_item(Some(attributes))
                .set_condition_expression(check.expression)
                .set_expression_attribute_names(check.placeholders.names())
                .set_expression_attribute_values(check.placeholders.values())
                .return_values_on_condition_check_failure(check.on_failure)
                .build()
                .map_err(incomplete)?;
            Ok((key, item.put(put).build()))
        }
        Change::UpdateItem(update) => {
            let mut check = Check::of(update.condition)?;
            let expression = check.placeholders.take(update.update)?;
            let key = untyped(update.key);
            let update = Update::builder()
                .table_name(table)
                .set_key(Some(key.clone()))
                .update_expression(expression)
                .set_condition_expression(check.expression)
                .set_expression_attribute_names(check.placeholders.names())
                .set_expression_attribute_values(check.placeholders.values())
                .return_values_on_condition_check_failure(check.on_failure)
                .build()
                .map_err(incomplete)?;
            Ok((key, item.update(update).build()))
        }
        Change::DeleteItem(delete) => {
            let check = Check::of(delete.condition)?;
            let key = untyped(delete.key);
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(key.clone()))
                .set_condition_expression(check.expression)
                .set_expression_attribute_names(check.placeholders.names())
                .set_expression_attribute_values(check.placeholders.values())
                .return_values_on_condition_check_failure(check.on_failure)
                .build()
                .map_err(incomplete)?;
            Ok((key, item.delete(delete).build()))
        }
        Change::ConditionCheck(checked) => {
            let check = Check::of(checked.condition)?;
            let key = untyped(checked.key);
            let checked = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key.clone()))
                .set_condition_expression(check.expression)
                .set_expression_attribute_names(check.placeholders.names())
                .set_expression_attribute_values(check.placeholders.values())
                .return_values_on_condition_check_failure(check.on_failure)
                .build()
                .map_err(incomplete)?;
            Ok((key, item.condition_check(checked).build()))
        }
    }
}

/// The condition of one change.
struct Check {
    expression: Option<String>,
    placeholders: Placeholders,
    on_failure: ReturnValuesOnConditionCheckFailure,
}

impl Check {
    fn of(condition: Option<Condition>) -> Result<Check, DataSourceError> {
        let mut placeholders = Placeholders::default();
        let shows_item = condition.as_ref().and_then(|one| one.return_values_on_condition_check_failure);
        let on_failure = match shows_item {
            Some(false) => ReturnValuesOnConditionCheckFailure::None,
            _ => ReturnValuesOnConditionCheckFailure::AllOld,
        };
        let expression = placeholders.take_optional(condition.map(|condition| condition.expression))?;
        Ok(Check { expression, placeholders, on_failure })
    }
}

/// One for each item of the request, `None` for those that were no reason.
fn reasons(reasons: &[CancellationReason]) -> Vec<Value> {
    let reason = |one: &CancellationReason| json!({ "type": one.code(), "message": one.message(), "item": or_null(one.item()) });
    reasons.iter().map(reason).collect()
}

fn or_null(item: Option<&Attributes>) -> Value {
    item.filter(|item| !item.is_empty()).map_or(Value::Null, plain_item)
}

fn incomplete(error: BuildError) -> DataSourceError {
    DataSourceError::Request(format!("not a request to DynamoDB: {error}"))
}
