//! An `AWS::DynamoDB::Table` of the template becomes a table of the engine, and stays in step with it.

mod changes;
mod words;

use dynoxide::{Database, DynoxideError};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use changes::{same_keys, update_indexes, update_stream, update_time_to_live};

/// What became of a table of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Whether it was made now; `false` if it was there before.
    pub created: bool,
    /// Properties of the template that have no effect on localhost, by their CloudFormation names.
    pub not_served: Vec<String>,
}

/// Why a table of the template cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table on disk has other keys than the template: its items cannot be carried over.
    #[error(
        "table {table} on disk has the {what} {stored}, but the template says {wanted}: choose another folder with \
         --data, or delete the data folder to start anew"
    )]
    KeysChanged {
        /// The physical table name.
        table: String,
        /// "key schema" or "local secondary indexes".
        what: &'static str,
        /// What is on disk, in words.
        stored: String,
        /// What the template wants, in words.
        wanted: String,
    },
    /// DynamoDB refuses the properties; the message is AWS's.
    #[error("table {table}: {message}")]
    Refused {
        /// The physical table name.
        table: String,
        /// What is wrong with which property.
        message: String,
    },
}

/// Properties that CreateTable takes under the same name and in the same shape as CloudFormation.
const SAME_IN_CREATE_TABLE: [&str; 7] = [
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
];

/// Properties about protection, cost and labels: no program that uses the table can see a difference.
const INVISIBLE_TO_PROGRAMS: [&str; 9] = [
    "ContributorInsightsSpecification",
    "OnDemandThroughput",
    "PointInTimeRecoverySpecification",
    "ResourcePolicy",
    "SSESpecification",
    "TableClass",
    "TableName",
    "Tags",
    "WarmThroughput",
];

/// Properties that are read below.
const TRANSLATED: [&str; 2] = ["StreamSpecification", "TimeToLiveSpecification"];

/// See [`crate::DynamoDb::create_table_if_absent`]. Blocks on the disk.
pub(crate) fn create_if_absent(db: &Database, name: &str, properties: &Value) -> Result<Table, TableError> {
    let refused = |message: String| TableError::Refused { table: name.to_owned(), message };
    let Some(wanted) = properties.as_object() else {
        return Err(refused("Properties must be a JSON object".to_owned()));
    };
    let stored = describe(db, name).map_err(refused)?;
    match &stored {
        None => create(db, name, wanted).map_err(refused)?,
        Some(stored) => {
            same_keys(name, stored, wanted)?;
            update_indexes(db, name, stored, wanted).map_err(refused)?;
            update_stream(db, name, stored, wanted).map_err(refused)?;
        }
    }
    update_time_to_live(db, name, wanted).map_err(refused)?;
    Ok(Table { created: stored.is_none(), not_served: not_served(wanted) })
}

fn describe(db: &Database, name: &str) -> Result<Option<Value>, String> {
    match db.describe_table(request(json!({ "TableName": name }))?) {
        Ok(found) => Ok(Some(json!(found)["Table"].take())),
        Err(DynoxideError::ResourceNotFoundException(_)) => Ok(None),
        Err(e) => Err(e.to_string()),
    }
}

fn create(db: &Database, name: &str, wanted: &Map<String, Value>) -> Result<(), String> {
    let mut body = Map::from_iter([("TableName".to_owned(), json!(name))]);
    for key in SAME_IN_CREATE_TABLE {
        if let Some(value) = wanted.get(key) {
            body.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(view_type) = stream_view_type(wanted) {
        let stream = json!({ "StreamEnabled": true, "StreamViewType": view_type });
        body.insert("StreamSpecification".to_owned(), stream);
    }
    db.create_table(request(Value::Object(body))?).map(drop).map_err(|e| e.to_string())
}

fn not_served(wanted: &Map<String, Value>) -> Vec<String> {
    let known = |key: &str| {
        [&SAME_IN_CREATE_TABLE[..], &INVISIBLE_TO_PROGRAMS, &TRANSLATED]
            .iter()
            .any(|keys| keys.contains(&key))
    };
    wanted.keys().filter(|key| !known(key)).cloned().collect()
}

fn stream_view_type(properties: &Map<String, Value>) -> Option<&str> {
    properties.get("StreamSpecification")?["StreamViewType"].as_str()
}

/// Reads a request body as the engine does; its own complaints carry a prefix that only its HTTP layer removes.
fn request<T: DeserializeOwned>(body: Value) -> Result<T, String> {
    serde_json::from_value(body).map_err(|e| e.to_string().replacen("VALIDATION:", "", 1))
}
