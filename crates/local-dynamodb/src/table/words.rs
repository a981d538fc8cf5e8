//! A table's keys and indexes in words: comparable whichever side they come from, and fit for an error message.
//!
//! CloudFormation's properties and DescribeTable's answer name these things alike.

use serde_json::Value;

/// "PK (HASH, S), SK (RANGE, S)": comparable, and fit for an error message.
pub(super) fn key_schema(of: &Value, table: &Value) -> String {
    let attributes = list(table, "AttributeDefinitions");
    let key = |key: &Value| {
        let name = &key["AttributeName"];
        let kind = attributes.iter().find(|a| &a["AttributeName"] == name).map(|a| &a["AttributeType"]);
        let words =
            [Some(name), Some(&key["KeyType"]), kind].map(|v| v.and_then(Value::as_str).unwrap_or("?"));
        format!("{} ({}, {})", words[0], words[1], words[2])
    };
    list(of, "KeySchema").iter().map(key).collect::<Vec<_>>().join(", ")
}

/// Each index of the table as text: its name, keys and projection.
pub(super) fn indexes(table: &Value, kind: &str) -> Vec<String> {
    let index = |index: &Value| {
        let projection = &index["Projection"];
        let mut included: Vec<_> =
            list(projection, "NonKeyAttributes").iter().filter_map(Value::as_str).collect();
        included.sort_unstable();
        let name = index["IndexName"].as_str().unwrap_or("?");
        let projected = projection["ProjectionType"].as_str().unwrap_or("?");
        format!("{name} on {} with {projected} {}", key_schema(index, table), included.join(" "))
            .trim()
            .to_owned()
    };
    list(table, kind).iter().map(index).collect()
}

pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}
