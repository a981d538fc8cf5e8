//! What somebody who may not do everything attempts, and what becomes of it.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{Delete, KeysAndAttributes, Put, PutRequest, TransactWriteItem, WriteRequest};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use local_dynamodb::{Attempt, Permits};
use serde_json::json;

use crate::{Room, get, item, put, room, s};

/// A client that may do what is told, and what it attempted.
fn client_that(
    room: &Room,
    may: impl Fn(&Attempt) -> bool + Send + Sync + 'static,
) -> (Client, Arc<Mutex<Vec<Attempt>>>) {
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&attempts);
    let permits: Permits = Arc::new(move |attempt| {
        seen.lock().unwrap().push(attempt.clone());
        if may(attempt) { Ok(()) } else { Err(format!("no {} on {}", attempt.action, attempt.resource)) }
    });
    (room.dynamodb.client_for(permits), attempts)
}

fn attempt(action: &str, resource: &str, keys: &[&str]) -> Attempt {
    Attempt {
        action: format!("dynamodb:{action}"),
        resource: resource.to_owned(),
        leading_keys: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
        enclosing_operation: None,
    }
}

#[tokio::test]
async fn each_operation_is_an_action_on_a_table_or_index_with_the_keys_it_names() {
    let room = room().await;
    let (client, attempts) = client_that(&room, |_| true);
    let next = || std::mem::take(&mut *attempts.lock().unwrap());

    put(&client, item("USER#1", "profile")).await;
    assert_eq!(next(), [attempt("PutItem", "table/chat", &["USER#1"])]);
    get(&client, item("USER#1", "profile")).await;
    assert_eq!(next(), [attempt("GetItem", "table/chat", &["USER#1"])]);

    let query = || client.query().table_name("chat").expression_attribute_values(":key", s("USER#1"));
    query().key_condition_expression("PK=:key").send().await.unwrap();
    assert_eq!(next(), [attempt("Query", "table/chat", &["USER#1"])]);
    let named = query().expression_attribute_names("#k", "PK").expression_attribute_values(":s", s("p"));
    named.key_condition_expression("begins_with(SK, :s) AND (#k = :key)").send().await.unwrap();
    assert_eq!(next(), [attempt("Query", "table/chat", &["USER#1"])]);
    let by_owner = query().index_name("byOwner").expression_attribute_names("#o", "owner");
    by_owner.key_condition_expression("#o = :key").send().await.unwrap();
    assert_eq!(next(), [attempt("Query", "table/chat/index/byOwner", &["USER#1"])]);

    client.scan().table_name("chat").send().await.unwrap();
    assert_eq!(next(), [Attempt { leading_keys: None, ..attempt("Scan", "table/chat", &[]) }]);
    client.scan().table_name("chat").index_name("byOwner").send().await.unwrap();
    assert_eq!(next(), [Attempt { leading_keys: None, ..attempt("Scan", "table/chat/index/byOwner", &[]) }]);
    client.describe_table().table_name("chat").send().await.unwrap();
    assert_eq!(next(), [Attempt { leading_keys: None, ..attempt("DescribeTable", "table/chat", &[]) }]);
    client.list_tables().send().await.unwrap();
    assert_eq!(next(), [Attempt { leading_keys: None, ..attempt("ListTables", "*", &[]) }]);
    // By ARN it is the same table.
    let by_arn = client.scan().table_name("arn:aws:dynamodb:us-east-1:123456789012:table/chat").send().await;
    drop(by_arn);
    assert_eq!(next()[0].resource, "table/chat");
}

#[tokio::test]
async fn batches_and_transactions_are_what_is_in_them() {
    let room = room().await;
    let (client, attempts) = client_that(&room, |_| true);
    let next = || std::mem::take(&mut *attempts.lock().unwrap());

    let keys = KeysAndAttributes::builder().keys(item("A", "1")).keys(item("B", "1")).build().unwrap();
    client.batch_get_item().request_items("chat", keys).send().await.unwrap();
    assert_eq!(next(), [attempt("BatchGetItem", "table/chat", &["A", "B"])]);
    let written = PutRequest::builder().set_item(Some(item("C", "1"))).build().unwrap();
    let written = vec![WriteRequest::builder().put_request(written).build()];
    client.batch_write_item().request_items("chat", written).send().await.unwrap();
    assert_eq!(next(), [attempt("BatchWriteItem", "table/chat", &["C"])]);

    let put = Put::builder().table_name("chat").set_item(Some(item("D", "1"))).build().unwrap();
    let delete = Delete::builder().table_name("chat").set_key(Some(item("E", "1"))).build().unwrap();
    let within = |action, key| Attempt {
        enclosing_operation: Some("TransactWriteItems".to_owned()),
        ..attempt(action, "table/chat", &[key])
    };
    let transaction = || {
        client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put.clone()).build())
            .transact_items(TransactWriteItem::builder().delete(delete.clone()).build())
    };
    transaction().send().await.unwrap();
    assert_eq!(next(), [within("PutItem", "D"), within("DeleteItem", "E")]);

    let statement = client.execute_statement().statement("SELECT * FROM \"chat\" WHERE PK = 'A'");
    statement.send().await.unwrap();
    assert_eq!(next(), [attempt("PartiQLSelect", "table/chat", &[""])], "whose it is cannot be read");
}

#[tokio::test]
async fn who_may_not_is_told_so_and_nothing_happens() {
    let room = room().await;
    let (client, _) = client_that(&room, |attempt| attempt.action != "dynamodb:DeleteItem");
    put(&client, item("A", "1")).await;
    let refused = client.delete_item().table_name("chat").set_key(Some(item("A", "1"))).send().await;
    let refused = refused.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    assert_eq!(refused.message(), Some("no dynamodb:DeleteItem on table/chat"));

    // One thing that is not permitted, and the whole transaction is not.
    let put = Put::builder().table_name("chat").set_item(Some(item("B", "1"))).build().unwrap();
    let delete = Delete::builder().table_name("chat").set_key(Some(item("A", "1"))).build().unwrap();
    let refused = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put).build())
        .transact_items(TransactWriteItem::builder().delete(delete).build())
        .send()
        .await;
    assert_eq!(refused.unwrap_err().into_service_error().code(), Some("AccessDeniedException"));
    assert!(get(&room.client, item("A", "1")).await.is_some());
    assert!(get(&room.client, item("B", "1")).await.is_none());
}

#[tokio::test]
async fn who_may_scan_a_table_may_not_scan_its_index_nor_the_other_way_round() {
    let room = room().await;
    let (of_table, _) = client_that(&room, |attempt| attempt.resource == "table/chat");
    let (of_index, _) = client_that(&room, |attempt| attempt.resource == "table/chat/index/byOwner");
    let table = |client: &Client| client.scan().table_name("chat");
    let index = |client: &Client| client.scan().table_name("chat").index_name("byOwner");
    table(&of_table).send().await.unwrap();
    index(&of_index).send().await.unwrap();
    for refused in [index(&of_table).send().await, table(&of_index).send().await] {
        assert_eq!(refused.unwrap_err().into_service_error().code(), Some("AccessDeniedException"));
    }
}

#[tokio::test]
async fn a_statement_is_decided_as_what_the_engine_reads() {
    let room = room().await;
    let (client, attempts) = client_that(&room, |_| false);
    for (statement, action, resource) in [
        ("select\n*\tfrom chat", "PartiQLSelect", "table/chat"),
        (
            r#"SELECT a, b[0]."FROM" FROM "chat"."byOwner" WHERE a = 1"#,
            "PartiQLSelect",
            "table/chat/index/byOwner",
        ),
        (r#"SELECT "FROM allowed" FROM "chat.v2""#, "PartiQLSelect", "table/chat.v2"),
        (r#"SELECT * FROM "chat" WHERE a = '-- no /* comment'"#, "PartiQLSelect", "table/chat"),
        (r#"SELECT * /* FROM allowed */ FROM "secret""#, "PartiQLSelect", "table/secret"),
        ("SELECT * -- FROM allowed\nFROM \"secret\"", "PartiQLSelect", "table/secret"),
        (r#"SELECT*FROM"secret"/**/./**/"byOwner""#, "PartiQLSelect", "table/secret/index/byOwner"),
        (r#"INSERT INTO "chat" VALUE {'PK': 'a', 'SK': 'b'}"#, "PartiQLInsert", "table/chat"),
        (r#"UPDATE "chat" SET a = 1 WHERE PK = 'a' AND SK = 'b'"#, "PartiQLUpdate", "table/chat"),
        (r#"FROM "chat" WHERE PK = 'a' AND SK = 'b' SET a = 1"#, "PartiQLUpdate", "table/chat"),
        ("-- x\nDELETE FROM \"chat\" WHERE PK = 'a' AND SK = 'b'", "PartiQLDelete", "table/chat"),
    ] {
        drop(client.execute_statement().statement(statement).send().await);
        assert_eq!(*attempts.lock().unwrap(), [attempt(action, resource, &[""])], "{statement}");
        attempts.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_never_let_through() {
    let room = room().await;
    let permits: Permits = Arc::new(|attempt| Err(format!("no {}", attempt.action)));
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(500), "]".repeat(500));
    for (operation, body) in [
        ("PutItem", "{"),
        ("PutItem", deep.as_str()),
        ("PutItem", "[]"),
        ("TransactWriteItems", "{}"),
        ("BatchGetItem", r#"{"RequestItems":7}"#),
        ("BatchExecuteStatement", r#"{"Statements":[]}"#),
        ("ExecuteStatement", r#"{"Statement":"  "}"#),
        ("Dance", "{}"),
    ] {
        let answer = answered(&room, &permits, operation, body).await;
        assert!(
            answer.contains("AccessDeniedException") || answer.contains("SerializationException"),
            "{operation} {body}: {answer}"
        );
    }

    // A member that the operation does not read is not asked about in the place of the table.
    let permits: Permits = Arc::new(|attempt| match attempt.resource.as_str() {
        "table/mine" => Ok(()),
        other => Err(format!("no {} on {other}", attempt.action)),
    });
    for (operation, member) in
        [("DeleteTable", "ResourceArn"), ("DescribeTable", "StreamArn"), ("UpdateTable", "ResourceArn")]
    {
        let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/mine";
        let body = json!({ "TableName": "chat", member: arn }).to_string();
        let answer = answered(&room, &permits, operation, &body).await;
        assert!(answer.contains(&format!("no dynamodb:{operation} on table/chat")), "{answer}");
    }

    // Not even to who may read every table, or write them.
    let permits: Permits = Arc::new(|_| Ok(()));
    for statement in [
        "",
        "DANCE",
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM 'secret'",
        "SELECT * /* FROM allowed",
        r#"EXISTS(SELECT * FROM "secret" WHERE PK = 'a')"#,
        r#""SELECT" * FROM "allowed""#,
        r#"SELECT a, FROM FROM "secret""#,
        r#"SELECT a, FROM.allowed FROM "secret""#,
        r#"SELECT a[FROM] FROM "secret""#,
        r#"SELECT 1FROM "secret""#,
        r#"SELECT 1.e5FROM "secret""#,
        r#"SELECT `FROM allowed` FROM "secret""#,
        r#"SELECT 'FROM allowed' FROM "secret""#,
        r#"SELECT * FROM "secret"."#,
        r#"DELETE /* x */ "secret""#,
        "INſERT INTO \"secret\" VALUE {'PK': 'a', 'SK': 'b'}",
    ] {
        for (operation, body) in [
            ("ExecuteStatement", json!({ "Statement": statement })),
            ("BatchExecuteStatement", json!({ "Statements": [{ "Statement": statement }] })),
            ("ExecuteTransaction", json!({ "TransactStatements": [{ "Statement": statement }] })),
        ] {
            let answer = answered(&room, &permits, operation, &body.to_string()).await;
            assert!(answer.contains("AccessDeniedException"), "{operation} {statement}: {answer}");
        }
    }

    // Comments hide nothing from who may only read the one table.
    let permits: Permits = Arc::new(|attempt| {
        let may = attempt.action == "dynamodb:PartiQLSelect" && attempt.resource == "table/allowed";
        may.then_some(()).ok_or_else(|| format!("no {} on {}", attempt.action, attempt.resource))
    });
    for statement in [
        r#"SELECT * /* FROM allowed */ FROM "secret""#,
        "SELECT * -- FROM allowed\nFROM \"secret\"",
        r#"SELECT * FROM /* allowed */ "secret""#,
        r#"SELECT * FROM "allowed"/**/."secret""#,
        "-- SELECT * FROM allowed\nDELETE FROM \"allowed\" WHERE PK = 'a'",
        r#"/* x */ UPDATE "allowed" SET a = 1 WHERE PK = 'a'"#,
        r#"FROM "allowed" WHERE PK = 'a' SET a = 1"#,
    ] {
        let body = json!({ "Statement": statement }).to_string();
        let answer = answered(&room, &permits, "ExecuteStatement", &body).await;
        assert!(answer.contains("AccessDeniedException"), "{statement}: {answer}");
    }
}

/// What is answered, with status 400.
async fn answered(room: &Room, permits: &Permits, operation: &str, body: &str) -> String {
    let request = Request::post("/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .body(Body::from(body.to_owned()))
        .unwrap();
    let answer = room.dynamodb.handle_for(request, permits).await;
    assert_eq!(answer.status(), 400, "{operation} {body}");
    let answer = to_bytes(answer.into_body(), 1024).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
