//! Tables: keys, their attributes, capacity, restoring.

use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, template};

fn table() -> Json {
    let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    let defined =
        ["room", "seq", "sender"].map(|name| json!({ "AttributeName": name, "AttributeType": "S" }));
    let mut template = template([(
        "Table",
        "AWS::DynamoDB::Table",
        json!({
            "AttributeDefinitions": defined,
            "KeySchema": [key("room", "HASH"), key("seq", "RANGE")],
            "GlobalSecondaryIndexes": [{
                "IndexName": "senders", "KeySchema": [key("sender", "HASH")],
                "Projection": { "ProjectionType": "KEYS_ONLY" },
            }],
            "BillingMode": "PAY_PER_REQUEST",
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        }),
    )]);
    template["Resources"]["Table"]["DeletionPolicy"] = json!("Retain");
    template["Resources"]["Table"]["UpdateReplacePolicy"] = json!("Retain");
    template
}

#[test]
fn a_key_is_made_of_attributes_that_are_defined() {
    let at = |path: &str| -> &'static str { Box::leak(format!("/Resources/Table/Properties/{path}").into()) };
    let index = table()["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"][0].clone();
    each_is_found(
        &table(),
        &[
            (at("KeySchema/1/AttributeName"), json!("sender"), "Table", "`seq`, which is in no key"),
            (at("KeySchema/1/KeyType"), json!("HASH"), "Table", "made of `HASH, HASH`"),
            (at("GlobalSecondaryIndexes"), json!(null), "Table", "`sender`, which is in no key"),
            (
                at("GlobalSecondaryIndexes"),
                json!([index, index]),
                "Table",
                "two indexes are called `senders`",
            ),
            (
                at("GlobalSecondaryIndexes/0/Projection/ProjectionType"),
                json!("INCLUDE"),
                "Table",
                "add `NonKeyAttributes`",
            ),
        ],
    );
    let mut twice = table();
    crate::plant(&mut twice, at("KeySchema/1/AttributeName"), json!("room"));
    assert!(errors(&twice).iter().any(|error| error.contains("the same attribute twice")), "{twice}");
}

#[test]
fn capacity_and_restoring_are_asked_for() {
    let at = |path: &str| -> &'static str { Box::leak(format!("/Resources/Table/Properties/{path}").into()) };
    each_is_found(
        &table(),
        &[
            (at("BillingMode"), json!("PROVISIONED"), "Table", "needs `ProvisionedThroughput`"),
            (
                at("ProvisionedThroughput"),
                json!({ "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 }),
                "Table",
                "paid per request",
            ),
            (at("PointInTimeRecoverySpecification"), json!(null), "Table", "is lost"),
        ],
    );
}

#[test]
fn names_that_only_the_deployment_knows_are_left_alone() {
    let mut template = table();
    template["Parameters"] = json!({ "Key": { "Type": "String" } });
    for at in ["AttributeDefinitions/0/AttributeName", "KeySchema/0/AttributeName"] {
        crate::plant(&mut template, &format!("/Resources/Table/Properties/{at}"), json!({ "Ref": "Key" }));
    }
    assert_eq!(errors(&template), [""; 0]);
}
