//! What a change of the template does to a table that has items already.

use dynoxide::Database;
use serde_json::{Map, Value, json};

use super::words::{indexes, key_schema, list};
use super::{TableError, request, stream_view_type};

/// The keys of the table and of its local indexes are fixed at birth, in AWS as here.
pub(super) fn same_keys(name: &str, stored: &Value, wanted: &Map<String, Value>) -> Result<(), TableError> {
    let wanted = Value::Object(wanted.clone());
    let pairs = [
        ("key schema", key_schema(stored, stored), key_schema(&wanted, &wanted)),
        (
            "local secondary indexes",
            indexes(stored, "LocalSecondaryIndexes").join(", "),
            indexes(&wanted, "LocalSecondaryIndexes").join(", "),
        ),
    ];
    for (what, stored, wanted) in pairs {
        if stored != wanted {
            return Err(TableError::KeysChanged { table: name.to_owned(), what, stored, wanted });
        }
    }
    Ok(())
}

/// Removes the global indexes that the template no longer has, then adds the new ones, one a call as AWS wants.
/// A changed index is removed and built again from the table's items.
pub(super) fn update_indexes(
    db: &Database,
    name: &str,
    stored: &Value,
    wanted: &Map<String, Value>,
) -> Result<(), String> {
    const GLOBAL: &str = "GlobalSecondaryIndexes";
    let wanted = Value::Object(wanted.clone());
    let (before, after) = (indexes(stored, GLOBAL), indexes(&wanted, GLOBAL));
    let update = |change: Value| {
        let body = json!({
            "TableName": name,
            "AttributeDefinitions": wanted["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [change],
        });
        db.update_table(request(body)?).map(drop).map_err(|e| e.to_string())
    };
    for (index, _) in list(stored, GLOBAL).iter().zip(&before).filter(|(_, text)| !after.contains(text)) {
        update(json!({ "Delete": { "IndexName": index["IndexName"] } }))?;
    }
    for (index, _) in list(&wanted, GLOBAL).iter().zip(&after).filter(|(_, text)| !before.contains(text)) {
        update(json!({ "Create": index }))?;
    }
    Ok(())
}

pub(super) fn update_stream(
    db: &Database,
    name: &str,
    stored: &Value,
    wanted: &Map<String, Value>,
) -> Result<(), String> {
    let set = |specification: Value| {
        let body = json!({ "TableName": name, "StreamSpecification": specification });
        db.update_table(request(body)?).map(drop).map_err(|e| e.to_string())
    };
    let before = stored["StreamSpecification"]["StreamViewType"].as_str();
    let after = stream_view_type(wanted);
    if before == after {
        return Ok(());
    }
    if before.is_some() {
        set(json!({ "StreamEnabled": false }))?;
    }
    match after {
        Some(view_type) => set(json!({ "StreamEnabled": true, "StreamViewType": view_type })),
        None => Ok(()),
    }
}

pub(super) fn update_time_to_live(
    db: &Database,
    name: &str,
    wanted: &Map<String, Value>,
) -> Result<(), String> {
    let specification = wanted.get("TimeToLiveSpecification");
    let after = specification
        .filter(|s| s["Enabled"].as_bool().unwrap_or(true))
        .and_then(|s| s["AttributeName"].as_str());
    let stored =
        db.describe_time_to_live(request(json!({ "TableName": name }))?).map_err(|e| e.to_string())?;
    let stored = json!(stored)["TimeToLiveDescription"].take();
    let before = stored["AttributeName"].as_str().filter(|_| stored["TimeToLiveStatus"] == "ENABLED");
    if before == after {
        return Ok(());
    }
    let set = |attribute: &str, enabled: bool| {
        let specification = json!({ "AttributeName": attribute, "Enabled": enabled });
        let body = json!({ "TableName": name, "TimeToLiveSpecification": specification });
        db.update_time_to_live(request(body)?).map(drop).map_err(|e| e.to_string())
    };
    before.map_or(Ok(()), |attribute| set(attribute, false))?;
    after.map_or(Ok(()), |attribute| set(attribute, true))
}
