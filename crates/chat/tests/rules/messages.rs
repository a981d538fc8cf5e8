//! Messages: numbered without holes or repeats, sent once, edited by their author, deleted to a tombstone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{chat, chat_and_database, chat_and_table, of_another_process, room, text, user};
use chat::members;
use chat::messages::{self, Direction};
use chat::rooms::Visibility;
use chat::uploads::{self, NewFile};
use chat::{ClientId, Content, Error, MessageId, PageRequest};

#[tokio::test]
async fn messages_are_numbered_without_holes_under_concurrent_senders() {
    let (store, table) = chat_and_table().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let mut senders = tokio::task::JoinSet::new();
    let mut of_process = store.clone();
    for number in 0..16 {
        let sender = user(&store, number).await;
        members::join(&store, sender, room).await.unwrap();
        // Two by two in a process. Whoever tries for as long as it takes gets through, on however slow a machine.
        if number % 2 == 0 {
            of_process = of_another_process(&table).with_patience(Duration::MAX);
        }
        let store = of_process.clone();
        senders.spawn(async move {
            for n in 0..10 {
                messages::send(&store, sender, room, None, &text(&format!("{number}/{n}"))).await.unwrap();
            }
        });
    }
    senders.join_all().await;
    let all =
        messages::sync(&store, owner, room, 0, &PageRequest::new(Some(100), None).unwrap()).await.unwrap();
    let rest = messages::sync(&store, owner, room, 100, &PageRequest::default()).await;
    let rest = messages::sync(&store, owner, room, 150, &PageRequest::default())
        .await
        .map(|last| [rest.unwrap().items, last.items].concat())
        .unwrap();
    let seqs: Vec<u32> = all.items.iter().chain(&rest).map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=160).collect::<Vec<_>>());
    assert_eq!(all.head_seq, 160);
}

#[tokio::test]
async fn whoever_gives_up_leaves_no_hole() {
    let (store, table) = chat_and_table().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = of_another_process(&table).with_patience(Duration::ZERO);
        senders.spawn(
            async move { messages::send(&store, owner, room, None, &text(&number.to_string())).await },
        );
    }
    let mut sent = Vec::new();
    for ended in senders.join_all().await {
        match ended {
            Ok(message) => sent.push(message.seq),
            Err(error) => assert!(matches!(error, Error::Busy), "{error}"),
        }
    }
    sent.sort_unstable();
    let count = u32::try_from(sent.len()).unwrap();
    assert!(count > 0, "of all, one is first");
    assert_eq!(sent, (1..=count).collect::<Vec<_>>());
    let all = messages::sync(&store, owner, room, 0, &PageRequest::default()).await.unwrap();
    assert_eq!((all.items.len(), all.head_seq), (sent.len(), count));
}

#[tokio::test]
async fn senders_of_one_process_take_turns_and_lose_no_race() {
    let (store, dynamodb) = chat_and_database().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let process = of_another_process(&dynamodb.client_for(Arc::new(move |attempt| {
        // The room's number is what each try to send updates.
        counted.fetch_add(usize::from(attempt.action == "dynamodb:UpdateItem"), Ordering::SeqCst);
        Ok(())
    })));
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..32 {
        let process = process.clone().with_patience(Duration::MAX);
        senders.spawn(async move {
            messages::send(&process, owner, room, None, &text(&number.to_string())).await.unwrap().seq
        });
    }
    assert_eq!(BTreeSet::from_iter(senders.join_all().await), (1..=32).collect());
    assert_eq!(tries.load(Ordering::SeqCst), 32);

    let impatient = process.clone().with_patience(Duration::ZERO);
    let contents = [text("first"), text("second")];
    let (first, second) = tokio::join!(
        messages::send(&process, owner, room, None, &contents[0]),
        messages::send(&impatient, owner, room, None, &contents[1]),
    );
    assert_eq!(first.unwrap().seq, 33);
    assert!(matches!(second, Err(Error::Busy)), "nobody waits longer than their patience");
}

#[tokio::test]
async fn a_repeated_client_id_returns_the_stored_message() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let client_id: ClientId = "mine".parse().unwrap();
    let first = messages::send(&store, owner, room, Some(&client_id), &text("once")).await.unwrap();
    let again = messages::send(&store, owner, room, Some(&client_id), &text("twice?")).await.unwrap();
    assert_eq!(first, again);
    // The name is the sender's own: another's same name is another message.
    let other = user(&store, 2).await;
    members::join(&store, other, room).await.unwrap();
    let theirs = messages::send(&store, other, room, Some(&client_id), &text("mine too")).await.unwrap();
    assert_eq!(theirs.seq, 2);
}

#[tokio::test]
async fn racing_repeats_of_a_client_id_store_one_message() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let mut repeats = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        repeats.spawn(async move {
            let client_id: ClientId = "same".parse().unwrap();
            messages::send(&store, owner, room, Some(&client_id), &text("once")).await.unwrap().seq
        });
    }
    assert!(repeats.join_all().await.into_iter().all(|seq| seq == 1));
    let all = messages::sync(&store, owner, room, 0, &PageRequest::default()).await.unwrap();
    assert_eq!((all.items.len(), all.head_seq), (1, 1));
}

#[tokio::test]
async fn sync_gives_exactly_what_came_after() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    for n in 1..=5 {
        messages::send(&store, owner, room, None, &text(&n.to_string())).await.unwrap();
    }
    let seqs = async |after: u32, limit: i64| {
        let page = PageRequest::new(Some(limit), None).unwrap();
        let sync = messages::sync(&store, owner, room, after, &page).await.unwrap();
        assert_eq!(sync.head_seq, 5);
        sync.items.iter().map(|message| message.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(0, 100).await, [1, 2, 3, 4, 5]);
    assert_eq!(seqs(3, 100).await, [4, 5]);
    assert_eq!(seqs(0, 2).await, [1, 2]);
    assert_eq!(seqs(5, 100).await, [0; 0]);
    assert_eq!(seqs(u32::MAX, 100).await, [0; 0]);
}

#[tokio::test]
async fn pages_follow_each_other_in_both_directions() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    for n in 1..=5 {
        messages::send(&store, owner, room, None, &text(&n.to_string())).await.unwrap();
    }
    for (direction, expected) in
        [(Direction::Ascending, [1, 2, 3, 4, 5]), (Direction::Descending, [5, 4, 3, 2, 1])]
    {
        let (mut seqs, mut token) = (Vec::new(), None);
        loop {
            let page = PageRequest::new(Some(2), token).unwrap();
            let answer = messages::list(&store, owner, room, direction, &page).await.unwrap();
            assert!(answer.items.len() <= 2);
            seqs.extend(answer.items.iter().map(|message| message.seq));
            token = answer.next_token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seqs, expected);
    }
}

#[tokio::test]
async fn an_edit_is_the_next_version_and_the_same_edit_again_is_none() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let sent = messages::send(&store, owner, room, None, &text("helo")).await.unwrap();
    let edited = messages::update(&store, owner, sent.id, &text("hello")).await.unwrap();
    assert_eq!((edited.version, edited.content.text.as_deref()), (2, Some("hello")));
    assert_eq!((edited.seq, edited.created_at), (sent.seq, sent.created_at));
    let again = messages::update(&store, owner, sent.id, &text("hello")).await.unwrap();
    assert_eq!(again, edited);
}

#[tokio::test]
async fn a_deleted_message_leaves_a_tombstone_that_stays() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let sent = messages::send(&store, owner, room, None, &text("oops")).await.unwrap();
    let deleted = messages::delete(&store, owner, sent.id).await.unwrap();
    assert!(deleted.deleted_at.is_some() && deleted.content.text.is_none() && deleted.version == 2);
    assert_eq!(messages::delete(&store, owner, sent.id).await.unwrap(), deleted);
    let refused = messages::update(&store, owner, sent.id, &text("back")).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
    let next = messages::send(&store, owner, room, None, &text("next")).await.unwrap();
    assert_eq!(next.seq, 2);
}

#[tokio::test]
async fn racing_changes_are_made_one_after_another() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let sent = messages::send(&store, owner, room, None, &text("helo")).await.unwrap();
    let edited = text("hello");
    let (edit, first, second) = tokio::join!(
        messages::update(&store, owner, sent.id, &edited),
        messages::delete(&store, owner, sent.id),
        messages::delete(&store, owner, sent.id)
    );
    assert!(matches!(&edit, Ok(_) | Err(Error::Conflict(_))), "before the deletion or not at all: {edit:?}");
    assert_eq!(first.unwrap(), second.unwrap(), "deleted once");
}

#[tokio::test]
async fn a_message_that_is_not_there_is_not_found() {
    let store = chat().await;
    let owner = user(&store, 1).await;
    let room = room(&store, owner, Visibility::Public).await.id;
    let absent = MessageId { room, seq: 1 };
    let edit = messages::update(&store, owner, absent, &text("x")).await;
    assert!(matches!(edit, Err(Error::NotFound(_))));
    let delete = messages::delete(&store, owner, absent).await;
    assert!(matches!(delete, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_file_belongs_to_one_message_of_whoever_reserved_it() {
    let store = chat().await;
    let (owner, other) = (user(&store, 1).await, user(&store, 2).await);
    let room = room(&store, owner, Visibility::Public).await.id;
    members::join(&store, other, room).await.unwrap();
    let file = || NewFile::new("a.png".into(), "image/png".into(), 3).unwrap();
    let reserved = uploads::create(&store, owner, room, file()).await.unwrap().attachment.id;
    let with = |id| Content::new(None, vec![id]).unwrap();
    let invalid = |answer: Result<_, Error>| matches!(answer, Err(Error::InvalidInput(_)));

    assert!(invalid(messages::send(&store, other, room, None, &with(reserved)).await), "not theirs");
    let sent = messages::send(&store, owner, room, None, &with(reserved)).await.unwrap();
    assert_eq!(sent.content.attachments[0].name, "a.png");
    assert!(invalid(messages::send(&store, owner, room, None, &with(reserved)).await), "sent already");

    // An edit keeps, takes and drops files; a dropped one is gone.
    let second = uploads::create(&store, owner, room, file()).await.unwrap().attachment.id;
    let edited = messages::update(&store, owner, sent.id, &with(second)).await.unwrap();
    assert_eq!(edited.content.attachments.iter().map(|file| file.id).collect::<Vec<_>>(), [second]);
    assert!(matches!(uploads::get(&store, owner, room, reserved).await, Err(Error::NotFound(_))));
    assert!(uploads::get(&store, other, room, second).await.is_ok());

    messages::delete(&store, owner, sent.id).await.unwrap();
    assert!(matches!(uploads::get(&store, owner, room, second).await, Err(Error::NotFound(_))));
}
