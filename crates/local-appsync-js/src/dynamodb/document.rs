//! The request documents that AppSync's DynamoDB data source understands.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use serde_json::Value;

use super::attributes::{Attributes, Typed, untyped};
use crate::resolver::DataSourceError;

#[derive(Deserialize)]
#[serde(tag = "operation")]
pub(super) enum Document {
    GetItem(GetItem),
    PutItem(PutItem),
    UpdateItem(UpdateItem),
    DeleteItem(DeleteItem),
    Query(Query),
    Scan(Scan),
    BatchGetItem(Tables<BatchGet>),
    BatchPutItem(Tables<Vec<HashMap<String, Typed>>>),
    BatchDeleteItem(Tables<Vec<HashMap<String, Typed>>>),
    TransactGetItems(Transaction<TransactGet>),
    TransactWriteItems(Transaction<TransactWrite>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetItem {
    pub(super) key: HashMap<String, Typed>,
    pub(super) consistent_read: Option<bool>,
    pub(super) projection: Option<Expression>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutItem {
    pub(super) key: HashMap<String, Typed>,
    pub(super) attribute_values: Option<HashMap<String, Typed>>,
    pub(super) condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateItem {
    pub(super) key: HashMap<String, Typed>,
    pub(super) update: Expression,
    pub(super) condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteItem {
    pub(super) key: HashMap<String, Typed>,
    pub(super) condition: Option<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    pub(super) query: Expression,
    pub(super) scan_index_forward: Option<bool>,
    #[serde(flatten)]
    pub(super) page: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scan {
    pub(super) segment: Option<i32>,
    pub(super) total_segments: Option<i32>,
    #[serde(flatten)]
    pub(super) page: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) index: Option<String>,
    pub(super) limit: Option<i32>,
    pub(super) next_token: Option<String>,
    pub(super) consistent_read: Option<bool>,
    pub(super) select: Option<String>,
    pub(super) filter: Option<Expression>,
    pub(super) projection: Option<Expression>,
}

#[derive(Deserialize)]
pub(super) struct Tables<T> {
    pub(super) tables: HashMap<String, T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchGet {
    pub(super) keys: Vec<HashMap<String, Typed>>,
    pub(super) consistent_read: Option<bool>,
    pub(super) projection: Option<Expression>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction<T> {
    pub(super) transact_items: Vec<T>,
}

#[derive(Deserialize)]
pub(super) struct TransactGet {
    pub(super) table: String,
    pub(super) key: HashMap<String, Typed>,
    pub(super) projection: Option<Expression>,
}

#[derive(Deserialize)]
pub(super) struct TransactWrite {
    pub(super) table: String,
    #[serde(flatten)]
    pub(super) change: Change,
}

#[derive(Deserialize)]
#[serde(tag = "operation")]
pub(super) enum Change {
    PutItem(PutItem),
    UpdateItem(UpdateItem),
    DeleteItem(DeleteItem),
    ConditionCheck(DeleteItem),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Expression {
    pub(super) expression: String,
    pub(super) expression_names: Option<HashMap<String, String>>,
    pub(super) expression_values: Option<HashMap<String, Typed>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    #[serde(flatten)]
    pub(super) expression: Expression,
    /// Attributes that may differ when a failed PutItem is compared with what is stored.
    pub(super) equals_ignore: Option<Vec<String>>,
    pub(super) conditional_check_failed_handler: Option<FailureHandler>,
    /// Of transactions; true unless said otherwise.
    pub(super) return_values_on_condition_check_failure: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct FailureHandler {
    pub(super) strategy: Value,
}

/// The placeholders of all expressions of a request, which DynamoDB wants in one table each.
#[derive(Default)]
pub(super) struct Placeholders {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Placeholders {
    /// Moves the placeholders of `expression` here and gives its text.
    pub(super) fn take(&mut self, expression: Expression) -> Result<String, DataSourceError> {
        merge(&mut self.names, expression.expression_names.unwrap_or_default())?;
        merge(&mut self.values, untyped(expression.expression_values.unwrap_or_default()))?;
        Ok(expression.expression)
    }

    pub(super) fn take_optional(
        &mut self,
        of: Option<Expression>,
    ) -> Result<Option<String>, DataSourceError> {
        of.map(|expression| self.take(expression)).transpose()
    }

    /// None instead of empty: DynamoDB refuses empty tables.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone()).filter(|names| !names.is_empty())
    }

    pub(super) fn values(&self) -> Option<Attributes> {
        Some(self.values.clone()).filter(|values| !values.is_empty())
    }
}

fn merge<T: PartialEq>(
    all: &mut HashMap<String, T>,
    more: HashMap<String, T>,
) -> Result<(), DataSourceError> {
    for (placeholder, meaning) in more {
        match all.entry(placeholder) {
            Entry::Occupied(taken) if *taken.get() != meaning => {
                let message = format!("{} means two things in one request; rename one", taken.key());
                return Err(DataSourceError::Request(message));
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => {
                free.insert(meaning);
            }
        }
    }
    Ok(())
}
