//! The feed: posts are stored once and listed newest first, over months in which little was said.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::support::{chat, chat_and_table, user};
use chat::posts::{self, Post};
use chat::{ClientId, Error, PageRequest, Store, Text};

#[tokio::test]
async fn posts_are_listed_newest_first_with_their_senders() {
    let store = chat().await;
    let (ann, ben) = (user(&store, 1).await, user(&store, 2).await);
    let first = posts::write(&store, ann, None, &says("one")).await.unwrap();
    later().await;
    let second = posts::write(&store, ben, None, &says("two")).await.unwrap();
    assert_eq!((first.sender.name.as_str(), first.sender.id), ("User 1", ann));
    assert_eq!(all(&store, 100).await, [second, first]);
}

#[tokio::test]
async fn nobody_posts_anything_and_the_feed_is_empty() {
    let page = posts::list(&chat().await, &PageRequest::default()).await.unwrap();
    assert_eq!((page.items.len(), page.next_token), (0, None));
}

#[tokio::test]
async fn a_repeated_client_id_returns_the_stored_post() {
    let store = chat().await;
    let (ann, ben) = (user(&store, 1).await, user(&store, 2).await);
    let client_id: ClientId = "mine".parse().unwrap();
    let first = posts::write(&store, ann, Some(&client_id), &says("once")).await.unwrap();
    let again = posts::write(&store, ann, Some(&client_id), &says("twice?")).await.unwrap();
    assert_eq!(first, again);
    let theirs = posts::write(&store, ben, Some(&client_id), &says("mine too")).await.unwrap();
    assert_ne!(theirs.id, first.id, "the name is the sender's own");
    assert_eq!(all(&store, 100).await.len(), 2);
}

#[tokio::test]
async fn racing_repeats_of_a_client_id_store_one_post() {
    let store = chat().await;
    let ann = user(&store, 1).await;
    let mut repeats = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        repeats.spawn(async move {
            let client_id: ClientId = "same".parse().unwrap();
            posts::write(&store, ann, Some(&client_id), &says("once")).await.unwrap().id.to_string()
        });
    }
    let mut ids = repeats.join_all().await;
    ids.dedup();
    assert_eq!((ids.len(), all(&store, 100).await.len()), (1, 1));
}

#[tokio::test]
async fn pages_follow_each_other_over_the_months() {
    let (store, table) = chat_and_table().await;
    // Ten months with a post or two each, years apart: more than one page looks into.
    let mut expected = Vec::new();
    for (number, year) in (2001..=2010).enumerate() {
        for day in 0..=u64::from(number % 2 == 0) {
            let at_ms = (year - 1970) * 31_557_600_000 + day * 86_400_000;
            put_post(&table, at_ms, &format!("{year}-01"), &format!("{year}/{day}")).await;
            expected.insert(0, format!("{year}/{day}"));
        }
    }
    for limit in [1, 2, 3, 7, 100] {
        let texts: Vec<String> = all(&store, limit).await.into_iter().map(|post| post.text).collect();
        assert_eq!(texts, expected, "{limit} at a time");
    }
}

#[tokio::test]
async fn a_token_of_another_list_or_of_nobody_is_refused_or_leads_nowhere_else() {
    let (store, table) = chat_and_table().await;
    put_post(&table, 1_700_000_000_000, "2023-11", "here").await;
    // {"list":"members","after":{}}; {"list":"posts","after":{"pk":"USER#x","sk":"PROFILE"}}
    for (token, is_refused) in [
        ("x", true),
        ("eyJsaXN0IjoibWVtYmVycyIsImFmdGVyIjp7fX0", true),
        ("eyJsaXN0IjoicG9zdHMiLCJhZnRlciI6eyJwayI6IlVTRVIjeCIsInNrIjoiUFJPRklMRSJ9fQ", false),
    ] {
        let answer = posts::list(&store, &PageRequest::new(None, Some(token.into())).unwrap()).await;
        match answer {
            Err(Error::InvalidInput(_)) => assert!(is_refused, "{token}"),
            Ok(page) => assert!(!is_refused && page.items.iter().all(|post| post.text == "here"), "{token}"),
            other => panic!("{other:?}"),
        }
    }
}

async fn all(store: &Store, limit: i64) -> Vec<Post> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let page = posts::list(store, &PageRequest::new(Some(limit), token).unwrap()).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        found.extend(page.items);
        token = page.next_token;
        if token.is_none() {
            return found;
        }
    }
}

/// A post as it has lain in the table for years.
async fn put_post(table: &Client, at_ms: u64, month: &str, text: &str) {
    let sender = "00000000-0000-4000-8000-000000000001";
    let rows = [
        vec![("pk", "POSTS".to_owned()), ("sk", month.to_owned())],
        vec![
            ("pk", format!("POSTS#{month}")),
            ("sk", format!("{at_ms:013}:00000000-0000-4000-8000-0000000000bb")),
            ("senderId", sender.to_owned()),
            ("text", text.to_owned()),
        ],
    ];
    for row in rows {
        let row: HashMap<String, AttributeValue> =
            row.into_iter().map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).collect();
        table.put_item().table_name("chat").set_item(Some(row)).send().await.unwrap();
    }
}

/// Until the clock that posts are ordered by has moved on.
async fn later() {
    let started = std::time::SystemTime::now();
    while started.elapsed().unwrap().as_millis() < 2 {
        tokio::task::yield_now().await;
    }
}

fn says(text: &str) -> Text {
    Text::new(text.to_owned()).unwrap()
}
