//! Rooms: made once, found by those who may.

use crate::support::{chat, room, user};
use chat::members;
use chat::rooms::{self, RoomName, Scope, Visibility};
use chat::{ClientId, Error, PageRequest, RoomId, Store, UserId, profiles};

#[tokio::test]
async fn a_repeated_client_id_returns_the_room_made_before() {
    let store = chat().await;
    let (ann, ben) = (user(&store, 1).await, user(&store, 2).await);
    let client_id: ClientId = "first".parse().unwrap();
    let create = async |who, name| {
        let name = RoomName::new(name).unwrap();
        rooms::create(&store, who, name, Visibility::Private, Some(&client_id)).await.unwrap()
    };
    let made = create(ann, "Tea").await;
    assert_eq!(create(ann, "Coffee").await, made);
    assert_ne!(create(ben, "Tea").await.id, made.id, "the name is the caller's own");
}

#[tokio::test]
async fn a_room_name_says_something() {
    for (name, fits) in [
        ("Tea", true),
        ("  Tea ", true),
        ("", false),
        (" \n", false),
        ("a\nb", false),
        ("a\0", false),
        (&"é".repeat(100), true),
        (&"e".repeat(101), false),
    ] {
        assert_eq!(RoomName::new(name).is_ok(), fits, "{name:?}");
    }
}

#[tokio::test]
async fn lists_show_own_rooms_and_joinable_ones_each_once() {
    let store = chat().await;
    let (ann, ben) = (user(&store, 1).await, user(&store, 2).await);
    let hidden = room(&store, ann, Visibility::Private).await.id;
    let shared = room(&store, ann, Visibility::Public).await.id;
    let open = room(&store, ann, Visibility::Public).await.id;
    let own = room(&store, ben, Visibility::Private).await.id;
    members::join(&store, ben, shared).await.unwrap();

    for limit in [1, 2, 100] {
        assert_eq!(all(&store, ann, Scope::All, limit).await, sorted([hidden, shared, open]));
        assert_eq!(all(&store, ben, Scope::All, limit).await, sorted([shared, open, own]));
        assert_eq!(all(&store, ben, Scope::Mine, limit).await, sorted([shared, own]));
        assert_eq!(all(&store, ben, Scope::Joinable, limit).await, sorted([open]));
    }
}

#[tokio::test]
async fn the_first_page_shows_both_kinds_and_is_the_last_if_all_fit() {
    let store = chat().await;
    let (ann, ben) = (user(&store, 1).await, user(&store, 2).await);
    let open = room(&store, ann, Visibility::Public).await.id;
    let own = room(&store, ben, Visibility::Private).await.id;
    let page = rooms::list(&store, ben, Scope::All, &PageRequest::default()).await.unwrap();
    assert_eq!(page.items.iter().map(|room| room.id).collect::<Vec<_>>(), [own, open]);
    assert_eq!(page.next_token, None);
}

#[tokio::test]
async fn another_lists_token_is_refused() {
    let store = chat().await;
    let ann = user(&store, 1).await;
    for token in ["", "x", "eyJsaXN0IjoibWVtYmVycyIsImFmdGVyIjp7fX0"] {
        let page = PageRequest::new(None, Some(token.into())).unwrap();
        for scope in [Scope::All, Scope::Mine, Scope::Joinable] {
            let answer = rooms::list(&store, ann, scope, &page).await;
            assert!(matches!(answer, Err(Error::InvalidInput(_))), "{token:?} {scope:?}");
        }
    }
}

#[tokio::test]
async fn a_profile_is_made_once() {
    let store = chat().await;
    let ann = user(&store, 1).await;
    profiles::create(&store, ann, "Somebody Else", None).await.unwrap();
    assert_eq!(profiles::me(&store, ann).await.unwrap().name, "User 1");
}

async fn all(store: &Store, caller: UserId, scope: Scope, limit: i64) -> Vec<RoomId> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let page = PageRequest::new(Some(limit), token).unwrap();
        let answer = rooms::list(store, caller, scope, &page).await.unwrap();
        found.extend(answer.items.iter().map(|room| room.id));
        token = answer.next_token;
        if token.is_none() {
            found.sort();
            return found;
        }
    }
}

fn sorted<const N: usize>(mut rooms: [RoomId; N]) -> Vec<RoomId> {
    rooms.sort();
    rooms.into()
}
