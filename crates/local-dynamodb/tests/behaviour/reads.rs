//! Pages, indexes and batches.

use aws_sdk_dynamodb::types::KeysAndAttributes;

use crate::{Item, Room, item, put, room, s};

/// The sort keys that a query of the partition `room` answers, page by page.
async fn pages(room: &Room, forward: bool, limit: i32) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut start: Option<Item> = None;
    loop {
        let page = room
            .client
            .query()
            .table_name("chat")
            .key_condition_expression("PK = :pk AND begins_with(SK, :prefix)")
            .expression_attribute_values(":pk", s("room"))
            .expression_attribute_values(":prefix", s("message#"))
            .scan_index_forward(forward)
            .limit(limit)
            .set_exclusive_start_key(start.take())
            .send()
            .await
            .unwrap();
        pages.push(page.items().iter().map(|i| i["SK"].as_s().unwrap().replace("message#", "")).collect());
        match page.last_evaluated_key {
            Some(key) => start = Some(key),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn a_query_pages_in_both_directions_without_holes_or_repeats() {
    let room = room().await;
    for sk in ["message#1", "message#2", "message#3", "message#4", "message#5", "member#1"] {
        put(&room.client, item("room", sk)).await;
    }
    assert_eq!(pages(&room, true, 2).await, [vec!["1", "2"], vec!["3", "4"], vec!["5"]]);
    assert_eq!(pages(&room, false, 2).await, [vec!["5", "4"], vec!["3", "2"], vec!["1"]]);
}

#[tokio::test]
async fn a_page_that_ends_exactly_at_the_last_item_is_followed_by_an_empty_one_as_in_aws() {
    let room = room().await;
    for sk in ["message#1", "message#2"] {
        put(&room.client, item("room", sk)).await;
    }
    assert_eq!(pages(&room, true, 2).await, [vec!["1", "2"], vec![]]);
}

#[tokio::test]
async fn an_index_finds_items_by_another_key() {
    let room = room().await;
    for (pk, owner) in [("room 1", "Ada"), ("room 2", "Ada"), ("room 3", "Bo")] {
        let mut room_item = item(pk, pk);
        room_item.insert("owner".to_owned(), s(owner));
        put(&room.client, room_item).await;
    }
    let found = room
        .client
        .query()
        .table_name("chat")
        .index_name("byOwner")
        .key_condition_expression("#owner = :owner")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_values(":owner", s("Ada"))
        .scan_index_forward(false)
        .send()
        .await
        .unwrap();
    let names: Vec<_> = found.items().iter().map(|i| i["PK"].as_s().unwrap().as_str()).collect();
    assert_eq!(names, ["room 2", "room 1"]);
}

#[tokio::test]
async fn a_consistent_batch_reads_what_was_just_written_and_leaves_out_what_is_absent() {
    let room = room().await;
    for pk in ["1", "2", "3"] {
        put(&room.client, item(pk, "profile")).await;
    }
    let keys = ["1", "3", "absent"].map(|pk| item(pk, "profile"));
    let wanted =
        KeysAndAttributes::builder().set_keys(Some(keys.to_vec())).consistent_read(true).build().unwrap();
    let got = room.client.batch_get_item().request_items("chat", wanted).send().await.unwrap();
    let mut found: Vec<_> =
        got.responses.unwrap()["chat"].iter().map(|i| i["PK"].as_s().unwrap().clone()).collect();
    found.sort();
    assert_eq!(found, ["1", "3"]);
    assert!(got.unprocessed_keys.unwrap_or_default().is_empty());
}
