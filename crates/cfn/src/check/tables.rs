//! DynamoDB tables: keys and the attributes that they are made of, capacity, restoring.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::problem::{Findings, Judgement};
use super::view::{Resource, View, alternatives};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for table in view.of("AWS::DynamoDB::Table") {
        keys(table, findings);
        capacity(view, table, findings);
        restoring(view, table, findings);
    }
}

/// Source: `CreateTable` in DynamoDB's API reference: the attributes are those of the keys, neither more nor fewer.
fn keys(table: Resource<'_>, findings: &mut Findings<'_>) {
    if table.items("KeySchema").next().is_none() {
        return;
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    key("the table", table.get("KeySchema"), table, &mut used, findings);
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    for index in indexes.iter().flat_map(|path| table.items(path)) {
        let name = index["IndexName"].as_str().unwrap_or("…");
        *names.entry(name).or_default() += 1;
        key(&format!("the index `{name}`"), &index["KeySchema"], table, &mut used, findings);
        if index["Projection"]["ProjectionType"] == "INCLUDE"
            && index["Projection"]["NonKeyAttributes"].is_null()
        {
            let text =
                format!("the index `{name}` includes attributes, but names none: add `NonKeyAttributes`");
            findings.error(table.id, text);
        }
    }
    for (name, _) in names.iter().filter(|(name, count)| **count > 1 && **name != "…") {
        findings.error(table.id, format!("two indexes are called `{name}`: rename one"));
    }
    let defined: Vec<&Json> = table.items("AttributeDefinitions").collect();
    let defined_names: BTreeSet<&str> =
        defined.iter().filter_map(|definition| definition["AttributeName"].as_str()).collect();
    if defined.len() != defined_names.len() {
        // Names put together by intrinsics, or one given twice: only literals are compared.
        return;
    }
    for name in used.difference(&defined_names) {
        let text = format!("the key attribute `{name}` has no type: add it to `AttributeDefinitions`");
        findings.error(table.id, text);
    }
    for name in defined_names.difference(&used) {
        let text = format!(
            "`AttributeDefinitions` has `{name}`, which is in no key, so DynamoDB refuses the table: remove it"
        );
        findings.error(table.id, text);
    }
}

fn key<'a>(
    of: &str,
    schema: &'a Json,
    table: Resource<'_>,
    used: &mut BTreeSet<&'a str>,
    findings: &mut Findings<'_>,
) {
    let parts: Vec<&Json> =
        alternatives(schema).into_iter().flat_map(|schema| schema.as_array().into_iter().flatten()).collect();
    used.extend(parts.iter().filter_map(|part| part["AttributeName"].as_str()));
    if parts.iter().any(|part| !part["KeyType"].is_string()) {
        return;
    }
    let kinds: Vec<&str> = parts.iter().filter_map(|part| part["KeyType"].as_str()).collect();
    if kinds != ["HASH"] && kinds != ["HASH", "RANGE"] {
        let kinds = kinds.join(", ");
        findings.error(
            table.id,
            format!(
                "the key of {of} is made of `{kinds}`: give one `HASH`, and at most one `RANGE` after it"
            ),
        );
    }
    if parts.len() == 2 && parts[0]["AttributeName"] == parts[1]["AttributeName"] {
        findings.error(table.id, format!("the key of {of} has the same attribute twice: name two"));
    }
}

fn capacity(view: &View<'_>, table: Resource<'_>, findings: &mut Findings<'_>) {
    let modes = view.values(table, "BillingMode");
    let has_capacity = !table.get("ProvisionedThroughput").is_null();
    let is_on_demand = modes.iter().all(|mode| *mode == "PAY_PER_REQUEST") && !modes.is_empty();
    if is_on_demand && has_capacity {
        let text = "it is paid per request, so it takes no `ProvisionedThroughput`: remove one of the two";
        findings.error(table.id, text);
    }
    let is_provisioned = modes.is_empty() || modes.iter().all(|mode| *mode == "PROVISIONED");
    if is_provisioned && !has_capacity && !table.get("KeySchema").is_null() {
        let text = "a provisioned table needs `ProvisionedThroughput`: set it, or `BillingMode` to `PAY_PER_REQUEST`";
        findings.error(table.id, text);
    }
}

fn restoring(view: &View<'_>, table: Resource<'_>, findings: &mut Findings<'_>) {
    let path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    let values = view.values(table, path);
    if values.iter().all(|value| **value == false || **value == "false") {
        let text = format!("what is deleted or overwritten in it is lost: set `{path}`");
        findings.judge(table, Judgement::NotRestorable, text);
    }
}
