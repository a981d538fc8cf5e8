//! GetItem, PutItem, UpdateItem and DeleteItem.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure::AllOld};
use serde_json::Value;

use super::attributes::{Attributes, plain_item, untyped};
use super::document::{Condition, DeleteItem, GetItem, Placeholders, PutItem, UpdateItem};
use super::errors::failed;
use crate::resolver::DataSourceError;

type Answer = Result<Value, DataSourceError>;

pub(super) async fn get(client: &Client, table: &str, request: GetItem) -> Answer {
    let mut placeholders = Placeholders::default();
    let projection = placeholders.take_optional(request.projection)?;
    let answer = client
        .get_item()
        .table_name(table)
        .set_key(Some(untyped(request.key)))
        .set_consistent_read(request.consistent_read)
        .set_projection_expression(projection)
        .set_expression_attribute_names(placeholders.names())
        .send()
        .await;
    let answer = answer.map_err(|error| failed(&error, Value::Null))?;
    Ok(or_null(answer.item()))
}

pub(super) async fn put(client: &Client, table: &str, request: PutItem) -> Answer {
    let mut placeholders = Placeholders::default();
    let ignored = request.condition.as_ref().and_then(|condition| condition.equals_ignore.clone());
    let condition = condition_of(request.condition, &mut placeholders)?;
    let mut item = untyped(request.attribute_values.unwrap_or_default());
    item.extend(untyped(request.key));
    let answer = client
        .put_item()
        .table_name(table)
        .set_item(Some(item.clone()))
        .set_condition_expression(condition)
        .set_expression_attribute_names(placeholders.names())
        .set_expression_attribute_values(placeholders.values())
        .return_values_on_condition_check_failure(AllOld)
        .send()
        .await;
    let Err(error) = answer else {
        return Ok(plain_item(&item));
    };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(refused)) => match refused.item() {
            Some(stored) if are_equal(stored, &item, &ignored.unwrap_or_default()) => Ok(plain_item(stored)),
            stored => Err(failed(&error, or_null(stored))),
        },
        _ => Err(failed(&error, Value::Null)),
    }
}

pub(super) async fn update(client: &Client, table: &str, request: UpdateItem) -> Answer {
    let mut placeholders = Placeholders::default();
    let update = placeholders.take(request.update)?;
    let condition = condition_of(request.condition, &mut placeholders)?;
    let answer = client
        .update_item()
        .table_name(table)
        .set_key(Some(untyped(request.key)))
        .update_expression(update)
        .set_condition_expression(condition)
        .set_expression_attribute_names(placeholders.names())
        .set_expression_attribute_values(placeholders.values())
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(AllOld)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(or_null(answer.attributes())),
        Err(error) => Err(match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                failed(&error, or_null(refused.item()))
            }
            _ => failed(&error, Value::Null),
        }),
    }
}

pub(super) async fn delete(client: &Client, table: &str, request: DeleteItem) -> Answer {
    let mut placeholders = Placeholders::default();
    let condition = condition_of(request.condition, &mut placeholders)?;
    let answer = client
        .delete_item()
        .table_name(table)
        .set_key(Some(untyped(request.key)))
        .set_condition_expression(condition)
        .set_expression_attribute_names(placeholders.names())
        .set_expression_attribute_values(placeholders.values())
        .return_values(ReturnValue::AllOld)
        .return_values_on_condition_check_failure(AllOld)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(or_null(answer.attributes())),
        Err(error) => match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(refused)) => match refused.item() {
                Some(stored) => Err(failed(&error, plain_item(stored))),
                None => Ok(Value::Null),
            },
            _ => Err(failed(&error, Value::Null)),
        },
    }
}

fn condition_of(
    condition: Option<Condition>,
    placeholders: &mut Placeholders,
) -> Result<Option<String>, DataSourceError> {
    let Some(condition) = condition else {
        return Ok(None);
    };
    match condition.conditional_check_failed_handler {
        Some(handler) if handler.strategy != "Reject" => Err(DataSourceError::Request(
            "conditionalCheckFailedHandler: localhost has the strategy Reject only".to_owned(),
        )),
        _ => placeholders.take(condition.expression).map(Some),
    }
}

fn are_equal(stored: &Attributes, wanted: &Attributes, ignored: &[String]) -> bool {
    let matters = |name: &&String| !ignored.contains(name);
    let mut names = stored.keys().chain(wanted.keys()).filter(matters);
    names.all(|name| stored.get(name) == wanted.get(name))
}

fn or_null(item: Option<&Attributes>) -> Value {
    item.map_or(Value::Null, plain_item)
}
