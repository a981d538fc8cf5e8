//! Sockets: a ticket opens one of them, once and in time; open ones are known until they close.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::support::{chat, chat_and_table, user};
use chat::connections::{self, Connection, ConnectionId};
use chat::tickets::{self, Ticket};
use chat::{Error, Store};

#[tokio::test]
async fn a_ticket_is_its_makers_and_good_for_once() {
    let store = chat().await;
    let ann = user(&store, 1).await;
    let ticket = tickets::create(&store, ann).await.unwrap().ticket;
    assert_eq!(tickets::redeem(&store, &ticket).await.unwrap(), ann);
    assert!(is_refused(tickets::redeem(&store, &ticket).await), "it was used");
}

#[tokio::test]
async fn of_many_who_use_a_ticket_at_once_one_gets_in() {
    let store = chat().await;
    let ann = user(&store, 1).await;
    let ticket = tickets::create(&store, ann).await.unwrap().ticket;
    let mut users = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, ticket) = (store.clone(), ticket.clone());
        users.spawn(async move { tickets::redeem(&store, &ticket).await.is_ok() });
    }
    assert_eq!(users.join_all().await.into_iter().filter(|is_in| *is_in).count(), 1);
}

#[tokio::test]
async fn an_expired_ticket_is_refused_though_its_row_is_still_there() {
    let (store, table) = chat_and_table().await;
    let ticket = tickets::create(&store, user(&store, 1).await).await.unwrap().ticket;
    let key = AttributeValue::S(format!("TICKET#{}", ticket.as_str()));
    let past = AttributeValue::N("1700000000".into());
    let update = table.update_item().table_name("chat").key("pk", key.clone()).key("sk", key);
    let update = update.update_expression("SET expiresAt = :past").condition_expression("expiresAt > :past");
    update.expression_attribute_values(":past", past).send().await.unwrap();
    assert!(is_refused(tickets::redeem(&store, &ticket).await));
}

#[tokio::test]
async fn a_made_up_ticket_is_refused() {
    let store = chat().await;
    for text in ["", "x", "TICKET#x", &"F".repeat(64), &"0".repeat(65)] {
        assert!(matches!(text.parse::<Ticket>(), Err(Error::Forbidden(_))), "{text}");
    }
    assert!(is_refused(tickets::redeem(&store, &"0".repeat(64).parse().unwrap()).await));
}

#[tokio::test]
async fn open_connections_are_listed_until_they_close() {
    let store = chat().await;
    let (ann, ben) = (user(&store, 1).await, user(&store, 2).await);
    let [desk, phone, bens] = ["L0SM9cOFvHcCIhw=", "a-b_c", "other"].map(connection);
    connections::open(&store, ann, &desk).await.unwrap();
    connections::open(&store, ann, &phone).await.unwrap();
    connections::open(&store, ben, &bens).await.unwrap();
    connections::open(&store, ben, &bens).await.unwrap();
    assert_eq!(ids(&store).await, BTreeSet::from([desk.clone(), phone.clone(), bens.clone()]));
    let listed = connections::list(&store).await.unwrap();
    assert!(listed.contains(&Connection { user: ben, id: bens.clone() }));

    // Whose it is has to be right: one does not close another's.
    connections::close(&store, ann, &bens).await.unwrap();
    connections::close(&store, ann, &desk).await.unwrap();
    connections::close(&store, ann, &desk).await.unwrap();
    assert_eq!(ids(&store).await, BTreeSet::from([phone, bens]));
}

#[tokio::test]
async fn many_connections_are_all_listed() {
    let store = chat().await;
    let ann = user(&store, 1).await;
    let many: BTreeSet<_> = (0..300).map(|number| connection(&format!("connection{number}="))).collect();
    for id in &many {
        connections::open(&store, ann, id).await.unwrap();
    }
    assert_eq!(ids(&store).await, many);
}

#[test]
fn a_connection_id_is_base64() {
    for (text, fits) in
        [("L0SM9cOFvHcCIhw=", true), ("", false), ("a b", false), ("../x", false), ("a?b", false)]
    {
        assert_eq!(text.parse::<ConnectionId>().is_ok(), fits, "{text}");
    }
}

async fn ids(store: &Store) -> BTreeSet<ConnectionId> {
    connections::list(store).await.unwrap().into_iter().map(|connection| connection.id).collect()
}

fn connection(text: &str) -> ConnectionId {
    text.parse().unwrap()
}

fn is_refused<T>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Forbidden(_)))
}
