//! Faults in the tables.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("billing mode misspelt", |t| t.set("ChatTable/BillingMode", "PAY_PER_REQUST"))
            .compiler("billing_mode_misspelt"),
        fault("property misspelt", |t| t.rename("ChatTable/KeySchema", "KeySchemas"))
            .compiler("property_misspelt"),
        fault("table without a key", |t| t.remove("TodoTable/KeySchema")).compiler("table_without_a_key"),
        fault("text where a number belongs", |t| {
            t.remove("TodoTable/BillingMode");
            let units = json!({ "ReadCapacityUnits": "some", "WriteCapacityUnits": 1 });
            t.set("TodoTable/ProvisionedThroughput", units);
        })
        .compiler("text_where_a_number_belongs"),
        fault("stream view misspelt", |t| {
            t.set("ChatTable/StreamSpecification/StreamViewType", "NEW_AND_OLD_IMAGE");
        })
        .compiler("stream_view_misspelt"),
        fault("stream without its view", |t| t.set("ChatTable/StreamSpecification", json!({})))
            .compiler("stream_without_its_view"),
        fault("key attribute without a definition", |t| t.remove("ChatTable/AttributeDefinitions/3"))
            .check("ChatTable", "`gsi1sk` has no type"),
        fault("definition of an attribute in no key", |t| {
            let definition = json!({ "AttributeName": "seq", "AttributeType": "N" });
            t.push("ChatTable/AttributeDefinitions", definition);
        })
        .check("ChatTable", "`seq`, which is in no key"),
        fault("key of an index misspelt", |t| {
            t.set("ChatTable/GlobalSecondaryIndexes/0/KeySchema/0/AttributeName", "gsilpk");
        })
        .check("ChatTable", "`gsilpk` has no type"),
        fault("expiry by an attribute that no row has", |t| {
            t.set("ChatTable/TimeToLiveSpecification/AttributeName", "expireAt");
        }),
        fault("key that no row has", |t| {
            t.set("ChatTable/KeySchema/1/AttributeName", "sortkey");
            t.set("ChatTable/AttributeDefinitions/1/AttributeName", "sortkey");
        }),
        fault("two hash keys", |t| t.set("ChatTable/KeySchema/1/KeyType", "HASH"))
            .check("ChatTable", "`HASH, HASH`"),
        fault("two indexes of one name", |t| {
            let index = t.0["Resources"]["ChatTable"]["Properties"]["GlobalSecondaryIndexes"][0].clone();
            t.push("ChatTable/GlobalSecondaryIndexes", index);
        })
        .check("ChatTable", "two indexes are called `gsi1`"),
        fault("index that includes nothing", |t| {
            t.set("ChatTable/GlobalSecondaryIndexes/0/Projection/ProjectionType", "INCLUDE");
        })
        .check("ChatTable", "add `NonKeyAttributes`"),
        fault("capacity on an on-demand table", |t| {
            let units = json!({ "ReadCapacityUnits": 1, "WriteCapacityUnits": 1 });
            t.set("TodoTable/ProvisionedThroughput", units);
        })
        .check("TodoTable", "it is paid per request"),
        fault("provisioned table without capacity", |t| t.set("TodoTable/BillingMode", "PROVISIONED"))
            .check("TodoTable", "needs `ProvisionedThroughput`"),
        fault("no point-in-time recovery, in no stage", |t| {
            t.remove("ChatTable/PointInTimeRecoverySpecification");
        })
        .check("ChatTable", "overwritten in it is lost"),
        fault("table deleted with its stack", |t| t.set("/Resources/ChatTable/DeletionPolicy", "Delete"))
            .check("ChatTable", "`DeletionPolicy` is `Delete`"),
        fault("table lost in a replacement", |t| t.remove("/Resources/TodoTable/UpdateReplacePolicy"))
            .check("TodoTable", "`UpdateReplacePolicy` is not set"),
        fault("own encryption switched off", |t| {
            t.set("ChatTable/SSESpecification", json!({ "SSEEnabled": false }));
        })
        .check("ChatTable", "not encrypted at rest"),
        fault("table that anyone may read", |t| {
            let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem",
                "Resource": "*", "Sid": "Public" });
            t.set("ChatTable/ResourcePolicy", json!({ "PolicyDocument": { "Statement": [statement] } }));
        })
        .check("ChatTable", "lets anyone do `dynamodb:GetItem`"),
        fault("stream that a mapping reads dropped", |t| {
            t.remove("ChatTable/StreamSpecification");
            t.set(
                "/Resources/PlantedMapping",
                json!({ "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                    "EventSourceArn": { "Fn::GetAtt": ["ChatTable", "StreamArn"] },
                    "FunctionName": { "Ref": "ResolversFunction" }, "StartingPosition": "LATEST",
                } }),
            );
        })
        .check("PlantedMapping", "which has none"),
        fault("mapping whose function may not read the stream", |t| {
            t.add("PlantedMapping", "AWS::Lambda::EventSourceMapping", mapping());
        })
        .check("PlantedMapping", "`dynamodb:GetRecords`"),
        fault("mapping without a beginning", |t| {
            let mut mapping = mapping();
            mapping.as_object_mut().unwrap().remove("StartingPosition");
            t.add("PlantedMapping", "AWS::Lambda::EventSourceMapping", mapping);
        })
        .check("PlantedMapping", "set `StartingPosition`"),
        fault("mapping of the table, not of its stream", |t| {
            let mut mapping = mapping();
            mapping["EventSourceArn"] = json!({ "Fn::GetAtt": ["ChatTable", "Arn"] });
            t.add("PlantedMapping", "AWS::Lambda::EventSourceMapping", mapping);
        })
        .compiler("mapping_of_another_kind")
        .check("PlantedMapping", "use `StreamArn`"),
    ]
}

fn mapping() -> serde_json::Value {
    json!({
        "EventSourceArn": { "Fn::GetAtt": ["ChatTable", "StreamArn"] },
        "FunctionName": { "Ref": "ResolversFunction" },
        "StartingPosition": "LATEST",
    })
}
