//! Conditions, transactions and races.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};

use crate::{get, item, n, put, room, s};

fn put_once(pk: &str, text: &str) -> TransactWriteItem {
    let mut new = item(pk, "message");
    new.insert("text".to_owned(), s(text));
    let put = Put::builder()
        .table_name("chat")
        .set_item(Some(new))
        .condition_expression("attribute_not_exists(PK)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

fn count(pk: &str) -> TransactWriteItem {
    let update = Update::builder()
        .table_name("chat")
        .set_key(Some(item(pk, "counter")))
        .update_expression("ADD seq :one")
        .expression_attribute_values(":one", n(1));
    TransactWriteItem::builder().update(update.build().unwrap()).build()
}

#[tokio::test]
async fn a_failed_condition_cancels_the_whole_transaction_and_hands_back_the_item_that_was_there() {
    let room = room().await;
    room.client.transact_write_items().transact_items(put_once("m1", "first")).send().await.unwrap();

    let refused = room
        .client
        .transact_write_items()
        .transact_items(count("room"))
        .transact_items(put_once("m1", "second"))
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    assert_eq!(
        refused.message(),
        Some(
            "Transaction cancelled, please refer cancellation reasons for specific reasons \
             [None, ConditionalCheckFailed]"
        )
    );
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = refused
    else {
        panic!("not a cancellation: {refused:?}")
    };
    let reasons = cancelled.cancellation_reasons();
    assert_eq!(reasons[0].code(), Some("None"));
    assert_eq!(reasons[1].code(), Some("ConditionalCheckFailed"));
    assert_eq!(reasons[1].item().unwrap()["text"], s("first"));
    assert_eq!(get(&room.client, item("room", "counter")).await, None, "nothing of it was written");
}

#[tokio::test]
async fn a_failed_condition_of_a_single_write_hands_back_the_item_that_was_there() {
    let room = room().await;
    put(&room.client, item("m1", "message")).await;
    let refused = room
        .client
        .put_item()
        .table_name("chat")
        .set_item(Some(item("m1", "message")))
        .condition_expression("attribute_not_exists(PK)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(refused) =
        refused
    else {
        panic!("not a failed condition: {refused:?}")
    };
    assert_eq!(refused.message(), Some("The conditional request failed"));
    assert_eq!(refused.item(), Some(&item("m1", "message")));
}

#[tokio::test]
async fn a_repeated_request_token_writes_once_and_another_request_under_it_is_refused() {
    let room = room().await;
    let send = |pk: &'static str| {
        let request = room.client.transact_write_items().client_request_token("token-1");
        request.transact_items(count(pk)).send()
    };
    send("room").await.unwrap();
    send("room").await.unwrap();
    assert_eq!(get(&room.client, item("room", "counter")).await.unwrap()["seq"], n(1));

    let refused = send("another room").await.unwrap_err();
    assert_eq!(refused.code(), Some("IdempotentParameterMismatchException"));
}

#[tokio::test]
async fn sixteen_writers_racing_on_one_counter_lose_no_step_and_get_each_number_once() {
    const WRITERS: i64 = 16;
    const STEPS: i64 = 10;
    let room = room().await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let client = room.client.clone();
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for _ in 0..STEPS {
                    let step = client
                        .update_item()
                        .table_name("chat")
                        .set_key(Some(item("room", "counter")))
                        .update_expression("ADD seq :one")
                        .expression_attribute_values(":one", n(1))
                        .return_values(aws_sdk_dynamodb::types::ReturnValue::UpdatedNew);
                    let seq = step.send().await.unwrap().attributes.unwrap()["seq"].clone();
                    numbers.push(seq.as_n().unwrap().parse::<i64>().unwrap());
                }
                numbers
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for writer in writers {
        numbers.extend(writer.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=WRITERS * STEPS).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_sixteen_who_take_the_same_name_one_gets_it() {
    let room = room().await;
    let takers: Vec<_> = (0..16)
        .map(|taker| {
            let request = room.client.transact_write_items();
            tokio::spawn(request.transact_items(put_once("name", &taker.to_string())).send())
        })
        .collect();
    let mut winners = Vec::new();
    for (taker, outcome) in takers.into_iter().enumerate() {
        if outcome.await.unwrap().is_ok() {
            winners.push(taker);
        }
    }
    assert_eq!(winners.len(), 1);
    let stored = get(&room.client, item("name", "message")).await.unwrap();
    assert_eq!(stored["text"], s(&winners[0].to_string()));
}
