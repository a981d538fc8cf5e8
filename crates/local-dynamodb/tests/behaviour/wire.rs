//! Requests from outside the process: the AWS CLI, another SDK, or nonsense.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use local_dynamodb::DynamoDb;
use serde_json::{Value, json};

use crate::{Room, get, item, put, room};

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=local/20261120/us-east-1/dynamodb/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=00";

async fn post(room: &Room, target: &str, body: impl Into<Body>) -> (StatusCode, Value) {
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", target)
        .header("x-amz-date", "20261120T000000Z")
        .header("authorization", SIGNED)
        .body(body.into())
        .unwrap();
    let response = room.dynamodb.handle(request).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_request_in_the_wire_protocol_sees_what_the_sdk_client_wrote() {
    let room = room().await;
    put(&room.client, item("1", "profile")).await;
    let key = json!({ "PK": { "S": "1" }, "SK": { "S": "profile" } });
    let body = json!({ "TableName": "chat", "Key": key }).to_string();
    let (status, answer) = post(&room, "DynamoDB_20120810.GetItem", body).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({ "Item": key })));
}

#[tokio::test]
async fn the_stream_can_be_read_from_outside() {
    let room = room().await;
    let body = json!({ "TableName": "chat" }).to_string();
    let (status, answer) = post(&room, "DynamoDBStreams_20120810.ListStreams", body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["Streams"][0]["TableName"], "chat");
}

#[tokio::test]
async fn arns_are_the_accounts_and_name_what_they_were_told_for() {
    let room = room().await;
    put(&room.client, item("1", "profile")).await;
    let call = async |target: &str, body: Value| {
        let (status, answer) = post(&room, target, body.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{target}: {answer}");
        answer
    };
    let told = call("DynamoDB_20120810.DescribeTable", json!({ "TableName": "chat" })).await;
    let table = "arn:aws:dynamodb:us-east-1:123456789012:table/chat";
    assert_eq!(told["Table"]["TableArn"], table);
    assert_eq!(told["Table"]["GlobalSecondaryIndexes"][0]["IndexArn"], format!("{table}/index/byOwner"));
    let stream = told["Table"]["LatestStreamArn"].as_str().unwrap();
    let label = told["Table"]["LatestStreamLabel"].as_str().unwrap();
    assert_eq!(stream, format!("{table}/stream/{label}"));
    let tags = json!([{ "Key": "k", "Value": "v" }]);
    post(&room, "DynamoDB_20120810.TagResource", json!({ "ResourceArn": table, "Tags": tags }).to_string())
        .await;
    let tagged = call("DynamoDB_20120810.ListTagsOfResource", json!({ "ResourceArn": table })).await;
    assert_eq!(tagged["Tags"], tags);

    let listed = call("DynamoDBStreams_20120810.ListStreams", json!({ "TableName": "chat" })).await;
    assert_eq!(listed["Streams"][0]["StreamArn"], stream);
    let described = call("DynamoDBStreams_20120810.DescribeStream", json!({ "StreamArn": stream })).await;
    assert_eq!(described["StreamDescription"]["StreamArn"], stream);
    let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
    assert!(shard.as_str().unwrap().len() >= 28, "{shard}");
    let from = json!({ "StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    let iterator = call("DynamoDBStreams_20120810.GetShardIterator", from).await;
    let from = json!({ "ShardIterator": iterator["ShardIterator"] });
    let records = call("DynamoDBStreams_20120810.GetRecords", from).await;
    assert_eq!(records["Records"][0]["awsRegion"], "us-east-1");
    assert_eq!(records["Records"][0]["dynamodb"]["Keys"]["PK"], json!({ "S": "1" }));
}

#[tokio::test]
async fn an_arn_within_an_item_stays_as_it_is() {
    let room = room().await;
    let arn = "arn:aws:dynamodb:dynoxide:000000000000:table/chat";
    put(&room.client, item(arn, arn)).await;
    assert_eq!(get(&room.client, item(arn, arn)).await, Some(item(arn, arn)));
}

#[tokio::test]
async fn what_is_not_served_is_named_beside_what_is() {
    let room = room().await;
    for operation in ["DescribeLimits", "DescribeContinuousBackups", "CreateBackup"] {
        let (status, refused) = post(&room, &format!("DynamoDB_20120810.{operation}"), "{}").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(refused["__type"], "com.amazon.coral.service#UnknownOperationException");
        let message = refused["message"].as_str().unwrap();
        let (named, served) = message.split_once("; the local DynamoDB serves ").unwrap();
        assert_eq!(named, format!("Unknown operation {operation}"));
        for operation in served.split(", ") {
            let streams =
                ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].contains(&operation);
            let service = if streams { "DynamoDBStreams" } else { "DynamoDB" };
            let (_, answer) = post(&room, &format!("{service}_20120810.{operation}"), "{}").await;
            assert_ne!(answer["__type"], refused["__type"], "{operation}");
        }
    }
}

#[tokio::test]
async fn nonsense_gets_the_errors_of_aws_and_harms_nobody() {
    let room = room().await;
    for (target, body, kind) in [
        ("DynamoDB_20120810.GetItem", "{", "com.amazon.coral.service#SerializationException"),
        (
            "DynamoDB_20120810.GetItem",
            r#"{"TableName": 7}"#,
            "com.amazon.coral.service#SerializationException",
        ),
        ("DynamoDB_20120810.GetItem", "{}", "com.amazon.coral.validate#ValidationException"),
        ("DynamoDB_20120810.Dance", "{}", "com.amazon.coral.service#UnknownOperationException"),
    ] {
        let (status, answer) = post(&room, target, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{target} {body}");
        assert_eq!(answer["__type"], kind, "{target} {body}");
    }
    let deep =
        format!(r#"{{"TableName":"chat","Item":{}{}}}"#, r#"{"M":"#.repeat(20_000), "}".repeat(20_000));
    assert_eq!(post(&room, "DynamoDB_20120810.PutItem", deep).await.0, StatusCode::BAD_REQUEST);
    put(&room.client, item("1", "profile")).await;
}

#[tokio::test]
async fn a_request_without_a_signature_is_refused() {
    let room = room().await;
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .body(Body::from("{}"))
        .unwrap();
    let response = room.dynamodb.handle(request).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("MissingAuthenticationTokenException"));
}

#[tokio::test]
async fn a_body_over_sixteen_megabytes_is_refused() {
    let room = room().await;
    let (status, answer) = post(&room, "DynamoDB_20120810.PutItem", vec![b' '; 16 * 1024 * 1024 + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer["message"], "The request body is larger than 16 MB.");
}

#[test]
fn only_the_targets_of_dynamodb_and_its_streams_are_served() {
    assert!(DynamoDb::serves("DynamoDB_20120810.PutItem"));
    assert!(DynamoDb::serves("DynamoDBStreams_20120810.GetRecords"));
    assert!(!DynamoDb::serves("AWSCognitoIdentityProviderService.SignUp"));
}

#[tokio::test]
async fn many_more_callers_than_connections_all_get_their_own_answer() {
    let room = room().await;
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..300 {
        let client = room.client.clone();
        callers.spawn(async move {
            let mine = item(&number.to_string(), "profile");
            put(&client, mine.clone()).await;
            assert_eq!(get(&client, mine.clone()).await, Some(mine));
        });
    }
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn callers_that_give_up_keep_nobody_waiting() {
    let room = room().await;
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..300 {
        let client = room.client.clone();
        callers.spawn(async move { put(&client, item(&number.to_string(), "profile")).await });
    }
    tokio::task::yield_now().await;
    callers.shutdown().await;
    put(&room.client, item("last", "profile")).await;
    assert!(get(&room.client, item("last", "profile")).await.is_some());
}
