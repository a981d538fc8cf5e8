//! Tables that are named by their ARN.

use aws_sdk_dynamodb::types::{KeysAndAttributes, Put, PutRequest, TransactWriteItem, WriteRequest};

use crate::{get, item, room};

const CHAT: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/chat";

#[tokio::test]
async fn an_arn_is_as_good_as_a_name() {
    let room = room().await;
    let one = item("1", "profile");
    room.client.put_item().table_name(CHAT).set_item(Some(one.clone())).send().await.unwrap();
    assert_eq!(get(&room.client, one.clone()).await, Some(one.clone()));
    let described = room.client.describe_table().table_name(CHAT).send().await.unwrap();
    assert_eq!(described.table.unwrap().table_name.as_deref(), Some("chat"));
    let two = Put::builder().table_name(CHAT).set_item(Some(item("2", "profile"))).build().unwrap();
    let written = TransactWriteItem::builder().put(two).build();
    room.client.transact_write_items().transact_items(written).send().await.unwrap();
    assert_eq!(room.client.scan().table_name(CHAT).send().await.unwrap().count, 2);
    // In an item it is a text like any other.
    let noted = item(CHAT, CHAT);
    room.client.put_item().table_name(CHAT).set_item(Some(noted.clone())).send().await.unwrap();
    assert_eq!(get(&room.client, noted.clone()).await, Some(noted));
}

#[tokio::test]
async fn a_batch_is_answered_under_the_arn_that_it_named() {
    let room = room().await;
    let one = item("1", "profile");
    let put = PutRequest::builder().set_item(Some(one.clone())).build().unwrap();
    let write = vec![WriteRequest::builder().put_request(put).build()];
    let written = room.client.batch_write_item().request_items(CHAT, write).send().await.unwrap();
    assert!(written.unprocessed_items.unwrap_or_default().is_empty());
    let keys = KeysAndAttributes::builder().keys(one.clone()).build().unwrap();
    let read = room.client.batch_get_item().request_items(CHAT, keys).send().await.unwrap();
    assert_eq!(read.responses.unwrap().remove(CHAT), Some(vec![one]));
}

#[tokio::test]
async fn a_batch_that_names_a_table_in_both_ways_is_refused_and_loses_nothing() {
    let room = room().await;
    let write = |sk: &str| {
        let put = PutRequest::builder().set_item(Some(item("1", sk))).build().unwrap();
        vec![WriteRequest::builder().put_request(put).build()]
    };
    let both =
        room.client.batch_write_item().request_items(CHAT, write("a")).request_items("chat", write("b"));
    let refused = both.send().await.unwrap_err();
    assert_eq!(refused.into_service_error().meta().code(), Some("ValidationException"));
    assert_eq!(room.client.scan().table_name("chat").send().await.unwrap().count, 0);
}
