//! Who may do what: every actor at every operation.

use crate::support::{chat, room, text, user};
use chat::members::{self, Role};
use chat::messages::{self, Direction};
use chat::rooms::{self, Visibility};
use chat::uploads::{self, NewFile};
use chat::{Error, MessageId, PageRequest, RoomId, Store, UserId};

const OWNER: u8 = 1;
const ADMIN: u8 = 2;
const MEMBER: u8 = 3;
const STRANGER: u8 = 4;
const REMOVED: u8 = 5;
const AUTHOR: u8 = 6;
const NEWCOMER: u8 = 7;

const ACTORS: [u8; 6] = [OWNER, ADMIN, MEMBER, AUTHOR, STRANGER, REMOVED];

/// One operation, tried by one actor in a room of its own.
#[derive(Debug, Clone, Copy)]
enum Operation {
    GetRoom,
    ListMembers,
    ListMessages,
    Sync,
    Subscribe,
    Send,
    Edit,
    Delete,
    Upload,
    Join,
    AddMember,
    AddAdmin,
    RemoveMember,
    RemoveAdmin,
    RemoveOwner,
    Leave,
}

use Operation::*;

/// Who may, in a private and in a public room: o(wner), a(dmin), m(ember), the w(riter) of the message,
/// s(tranger), r(emoved member).
const RULES: [(Operation, &str, &str); 16] = [
    (GetRoom, "oamw..", "oamwsr"),
    (ListMembers, "oamw..", "oamw.."),
    (ListMessages, "oamw..", "oamw.."),
    (Sync, "oamw..", "oamw.."),
    (Subscribe, "oamw..", "oamw.."),
    (Send, "oamw..", "oamw.."),
    (Edit, "...w..", "...w.."),
    (Delete, "oa.w..", "oa.w.."),
    (Upload, "oamw..", "oamw.."),
    (Join, "oamw..", "oamwsr"),
    (AddMember, "oa....", "oa...."),
    (AddAdmin, "o.....", "o....."),
    (RemoveMember, "oam...", "oam..."),
    (RemoveAdmin, "oa....", "oa...."),
    (RemoveOwner, "......", "......"),
    (Leave, ".amw..", ".amw.."),
];

#[tokio::test]
async fn every_actor_may_do_what_the_rules_say_and_nothing_else() {
    let store = chat().await;
    let mut users = Vec::new();
    for number in OWNER..=NEWCOMER {
        users.push(user(&store, number).await);
    }
    for (operation, private, public) in RULES {
        for (visibility, allowed) in [(Visibility::Private, private), (Visibility::Public, public)] {
            for (actor, letter) in ACTORS.into_iter().zip(allowed.chars()) {
                let (room, message) = furnished(&store, visibility).await;
                let answer = attempt(&store, operation, id(actor), room, message).await;
                let is_allowed = letter != '.';
                match answer {
                    Ok(()) => {
                        assert!(is_allowed, "actor {actor} could {operation:?} in a {visibility:?} room")
                    }
                    Err(Error::Forbidden(_)) => {
                        assert!(
                            !is_allowed,
                            "actor {actor} could not {operation:?} in a {visibility:?} room"
                        );
                    }
                    Err(other) => panic!("actor {actor}, {operation:?}, {visibility:?}: {other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn whoever_is_removed_sends_nothing_more() {
    let store = chat().await;
    let (owner, guest) = (user(&store, OWNER).await, user(&store, MEMBER).await);
    let room = room(&store, owner, Visibility::Private).await.id;
    members::add(&store, owner, room, guest, Role::Member).await.unwrap();
    messages::send(&store, guest, room, None, &text("hello")).await.unwrap();
    members::remove(&store, owner, room, guest).await.unwrap();
    let refused = messages::send(&store, guest, room, None, &text("still here")).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    let mine = rooms::list(&store, guest, rooms::Scope::All, &PageRequest::default()).await.unwrap();
    assert!(mine.items.is_empty());
}

#[tokio::test]
async fn whoever_was_removed_meanwhile_edits_nothing() {
    let store = chat().await;
    let (owner, guest) = (user(&store, OWNER).await, user(&store, MEMBER).await);
    let room = room(&store, owner, Visibility::Private).await.id;
    members::add(&store, owner, room, guest, Role::Member).await.unwrap();
    let sent = messages::send(&store, guest, room, None, &text("hello")).await.unwrap();
    let changed = text("changed");
    let (edit, removal) = tokio::join!(
        messages::update(&store, guest, sent.id, &changed),
        members::remove(&store, owner, room, guest)
    );
    removal.unwrap();
    assert!(matches!(&edit, Ok(_) | Err(Error::Forbidden(_))), "{edit:?}");
    let refused = messages::update(&store, guest, sent.id, &text("again")).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn a_role_given_meanwhile_is_not_taken_back_by_joining() {
    let store = chat().await;
    let (owner, guest) = (user(&store, OWNER).await, user(&store, MEMBER).await);
    for _ in 0..10 {
        let room = room(&store, owner, Visibility::Public).await.id;
        let (joined, promoted) = tokio::join!(
            members::join(&store, guest, room),
            members::add(&store, owner, room, guest, Role::Admin)
        );
        assert!(matches!(&joined, Ok(_) | Err(Error::Busy)), "{joined:?}");
        let promoted = match promoted {
            Err(Error::Busy) => members::add(&store, owner, room, guest, Role::Admin).await.unwrap(),
            other => other.unwrap(),
        };
        assert_eq!(promoted.role, Role::Admin);
        assert_eq!(members::check(&store, guest, room).await.unwrap(), Role::Admin);
    }
}

#[tokio::test]
async fn a_room_that_is_not_there_is_not_found() {
    let store = chat().await;
    let (owner, nowhere) =
        (user(&store, OWNER).await, "00000000-0000-4000-8000-ffffffffffff".parse::<RoomId>().unwrap());
    for operation in RULES.map(|(operation, ..)| operation) {
        let message = MessageId { room: nowhere, seq: 1 };
        let answer = attempt(&store, operation, owner, nowhere, message).await;
        assert!(matches!(answer, Err(Error::NotFound(_))), "{operation:?}: {answer:?}");
    }
}

#[tokio::test]
async fn an_unknown_user_cannot_be_added() {
    let store = chat().await;
    let owner = user(&store, OWNER).await;
    let room = room(&store, owner, Visibility::Private).await.id;
    let answer = members::add(&store, owner, room, id(99), Role::Member).await;
    assert!(matches!(answer, Err(Error::NotFound(_))));
}

fn id(number: u8) -> UserId {
    format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap()
}

/// A room with everybody in place, and a message of the author's.
async fn furnished(store: &Store, visibility: Visibility) -> (RoomId, MessageId) {
    let room = room(store, id(OWNER), visibility).await.id;
    for (who, role) in
        [(ADMIN, Role::Admin), (MEMBER, Role::Member), (AUTHOR, Role::Member), (REMOVED, Role::Member)]
    {
        members::add(store, id(OWNER), room, id(who), role).await.unwrap();
    }
    members::remove(store, id(OWNER), room, id(REMOVED)).await.unwrap();
    let message = messages::send(store, id(AUTHOR), room, None, &text("first")).await.unwrap();
    (room, message.id)
}

async fn attempt(
    store: &Store,
    operation: Operation,
    actor: UserId,
    room: RoomId,
    message: MessageId,
) -> Result<(), Error> {
    let page = PageRequest::default();
    match operation {
        GetRoom => rooms::get(store, actor, room).await.map(drop),
        ListMembers => members::list(store, actor, room, &page).await.map(drop),
        ListMessages => messages::list(store, actor, room, Direction::Ascending, &page).await.map(drop),
        Sync => messages::sync(store, actor, room, 0, &page).await.map(drop),
        Subscribe => members::check(store, actor, room).await.map(drop),
        Send => messages::send(store, actor, room, None, &text("hi")).await.map(drop),
        Edit => messages::update(store, actor, message, &text("changed")).await.map(drop),
        Delete => messages::delete(store, actor, message).await.map(drop),
        Upload => {
            let file = NewFile::new("a.png".into(), "image/png".into(), 1).unwrap();
            uploads::create(store, actor, room, file).await.map(drop)
        }
        Join => members::join(store, actor, room).await.map(drop),
        AddMember => members::add(store, actor, room, id(NEWCOMER), Role::Member).await.map(drop),
        AddAdmin => members::add(store, actor, room, id(NEWCOMER), Role::Admin).await.map(drop),
        RemoveMember => members::remove(store, actor, room, id(MEMBER)).await.map(drop),
        RemoveAdmin => members::remove(store, actor, room, id(ADMIN)).await.map(drop),
        RemoveOwner => members::remove(store, actor, room, id(OWNER)).await.map(drop),
        Leave => members::remove(store, actor, room, actor).await.map(drop),
    }
}
