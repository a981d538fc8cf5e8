//! Rooms: made by one user, found by those who may.

use serde::{Deserialize, Serialize};

use crate::keys::{GSI1, INBOX_PREFIX, Key, PUBLIC_ROOMS, public_room_sort_key, user_partition};
use crate::members::{MemberRow, Role};
use crate::page::{StartKey, token};
use crate::store::{Query, Rows, Sort};
use crate::{ClientId, Error, Page, PageRequest, RoomId, Store, Timestamp, UserId};

/// A room, as those who may see it see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// 1 to 100 characters.
    pub name: String,
    /// Who may find and join it.
    pub visibility: Visibility,
    /// Who made it.
    pub owner_id: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// The sequence number of the newest message; 0 in an empty room.
    pub head_seq: u32,
}

/// Who may find and join a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Visibility {
    /// Everyone who is signed in.
    Public,
    /// Those whom the owner or an admin adds.
    Private,
}

/// A room's name: 1 to 100 characters that are not only white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomName(String);

impl RoomName {
    /// Checks the limits; white space around the name is dropped.
    pub fn new(name: &str) -> Result<RoomName, Error> {
        let name = name.trim();
        if name.chars().any(char::is_control) {
            return Err(Error::InvalidInput("name has a control character or a line break in it".into()));
        }
        match name.chars().count() {
            1..=100 => Ok(RoomName(name.to_owned())),
            0 => Err(Error::InvalidInput("name is empty: a room's name has 1 to 100 characters".into())),
            length => {
                Err(Error::InvalidInput(format!("name has {length} characters: a room's name has 1 to 100")))
            }
        }
    }
}

/// Which rooms a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The caller's own, then the joinable ones.
    All,
    /// Those that the caller is a member of.
    Mine,
    /// Public ones that the caller is not a member of.
    Joinable,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct RoomRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    #[serde(rename = "ownerId")]
    pub(crate) owner_id: String,
    #[serde(rename = "createdAtMs")]
    pub(crate) created_at_ms: u64,
    #[serde(rename = "headSeq")]
    pub(crate) head_seq: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1sk: Option<String>,
}

impl TryFrom<RoomRow> for Room {
    type Error = Error;

    fn try_from(row: RoomRow) -> Result<Room, Error> {
        Ok(Room {
            id: row.id.parse()?,
            name: row.name,
            visibility: row.visibility,
            owner_id: row.owner_id.parse()?,
            created_at: Timestamp::from_ms(row.created_at_ms),
            head_seq: row.head_seq,
        })
    }
}

/// Makes a room whose owner and first member is the caller; repeated with the same client id, it answers
/// the room made before. Costs 1 request, 6 WU (8 if public).
pub async fn create(
    store: &Store,
    caller: UserId,
    name: RoomName,
    visibility: Visibility,
    client_id: Option<&ClientId>,
) -> Result<Room, Error> {
    let id = client_id.map_or_else(RoomId::fresh, |client_id| RoomId::named(caller, client_id));
    let now = Timestamp::now();
    let is_public = visibility == Visibility::Public;
    let room = RoomRow {
        id: id.to_string(),
        name: name.0,
        visibility,
        owner_id: caller.to_string(),
        created_at_ms: now.as_ms(),
        head_seq: 0,
        gsi1pk: is_public.then(|| PUBLIC_ROOMS.to_owned()),
        gsi1sk: is_public.then(|| public_room_sort_key(now.as_ms(), id)),
    };
    let owner = MemberRow::new(caller, Role::Owner, now);
    let transaction = store
        .dynamodb
        .transact_write_items()
        .transact_items(store.insert(&Key::room(id), &room)?)
        .transact_items(store.insert(&Key::member(id, caller), &owner)?)
        .transact_items(store.insert(&Key::inbox(caller, id), &InboxRow::new(id, now))?);
    match transaction.send().await {
        Ok(_) => room.try_into(),
        // Only a repeated client id can meet a room that exists.
        Err(error) if client_id.is_some() && is_cancelled(&error) => match get(store, caller, id).await {
            Err(Error::NotFound(_)) => Err(Error::Busy),
            answer => answer,
        },
        Err(error) => Err(error.into()),
    }
}

/// A public room, or one that the caller is a member of. Costs 1 request, 2 RU.
pub async fn get(store: &Store, caller: UserId, id: RoomId) -> Result<Room, Error> {
    let keys = [Key::room(id), Key::member(id, caller)];
    let rows = store.get_many(&keys).await?;
    let room = read(&rows, id)?;
    let is_member = rows.read::<MemberRow>(&keys[1])?.is_some();
    if room.visibility == Visibility::Private && !is_member {
        return Err(Error::Forbidden("This room is private: ask a member of it to add you."));
    }
    Ok(room)
}

/// The rooms of the scope: the caller's own in no promised order, joinable ones newest first.
/// Pages may be shorter than asked for.
/// Costs 2 requests, 4 where a page has rooms of both kinds; 1 RU a room of one's own, 2 a joinable one.
pub async fn list(
    store: &Store,
    caller: UserId,
    scope: Scope,
    page: &PageRequest,
) -> Result<Page<Room>, Error> {
    let list = |part: &str| format!("rooms/{part}/{caller}");
    let is_past_mine = matches!(page.start(&list("joinable")), Ok(Some(_)));
    if scope == Scope::Joinable || (scope == Scope::All && is_past_mine) {
        return joinable(store, caller, page, &list("joinable")).await;
    }
    let mut mine = mine(store, caller, page, &list("mine")).await?;
    if scope == Scope::All && mine.next_token.is_none() {
        match page.after(mine.items.len()) {
            None => mine.next_token = Some(token(&list("joinable"), StartKey::new())),
            Some(rest) => {
                let rest = joinable(store, caller, &rest, &list("joinable")).await?;
                mine.items.extend(rest.items);
                mine.next_token = rest.next_token;
            }
        }
    }
    Ok(mine)
}

async fn mine(store: &Store, caller: UserId, page: &PageRequest, list: &str) -> Result<Page<Room>, Error> {
    let (inbox, next_token): (Vec<InboxRow>, _) =
        store.page(list, page, user_partition(caller), Sort::StartsWith(INBOX_PREFIX), true).await?;
    let ids = inbox.iter().map(|row| row.room_id.parse()).collect::<Result<Vec<RoomId>, _>>()?;
    let rows = store.get_many(&ids.iter().copied().map(Key::room).collect::<Vec<_>>()).await?;
    let items = ids.iter().map(|id| read(&rows, *id)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token })
}

async fn joinable(
    store: &Store,
    caller: UserId,
    page: &PageRequest,
    list: &str,
) -> Result<Page<Room>, Error> {
    let (entries, end) = store
        .query(Query {
            index: Some(GSI1),
            partition: PUBLIC_ROOMS.to_owned(),
            sort: Sort::All,
            ascending: false,
            limit: page.limit(),
            start: page.start(list)?.filter(|start| !start.is_empty()),
        })
        .await?;
    let keys = entries.into_iter().map(serde_dynamo::from_item).collect::<Result<Vec<Key>, _>>()?;
    let ids = keys
        .iter()
        .map(|key| key.pk.trim_start_matches("ROOM#").parse())
        .collect::<Result<Vec<RoomId>, _>>()?;
    let wanted: Vec<Key> = ids.iter().flat_map(|id| [Key::room(*id), Key::inbox(caller, *id)]).collect();
    let rows = store.get_many(&wanted).await?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        if rows.read::<InboxRow>(&Key::inbox(caller, id))?.is_none() {
            items.push(read(&rows, id)?);
        }
    }
    Ok(Page { items, next_token: end.map(|key| token(list, key)) })
}

/// The room among rows that were read, or the refusal that says it is not there.
pub(crate) fn read(rows: &Rows, id: RoomId) -> Result<Room, Error> {
    rows.read::<RoomRow>(&Key::room(id))?
        .ok_or(Error::NotFound("There is no such room. listRooms names the ones you can see."))?
        .try_into()
}

/// The room in a user's own list.
#[derive(Serialize, Deserialize)]
pub(crate) struct InboxRow {
    #[serde(rename = "roomId")]
    room_id: String,
    #[serde(rename = "joinedAtMs")]
    joined_at_ms: u64,
}

impl InboxRow {
    pub(crate) fn new(room: RoomId, joined_at: Timestamp) -> InboxRow {
        InboxRow { room_id: room.to_string(), joined_at_ms: joined_at.as_ms() }
    }
}

fn is_cancelled<E: aws_sdk_dynamodb::error::ProvideErrorMetadata>(error: &E) -> bool {
    error.code() == Some("TransactionCanceledException")
}
