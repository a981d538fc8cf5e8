//! Who is in a room, in what role, and who may change that.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use crate::keys::{Key, MEMBER_PREFIX, room_partition};
use crate::profiles::{self, Profile, ProfileRow};
use crate::rooms::{self, InboxRow, Room, Visibility};
use crate::store::{Rows, Sort, item};
use crate::{Error, Page, PageRequest, RoomId, Store, Timestamp, UserId};

/// A member of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The room.
    pub room_id: RoomId,
    /// Who.
    pub user: Profile,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// What a member may do; each role may all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// Read and write.
    Member,
    /// Add and remove members, delete anyone's messages.
    Admin,
    /// Make and unmake admins. One per room.
    Owner,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct MemberRow {
    #[serde(rename = "userId")]
    user_id: String,
    pub(crate) role: Role,
    #[serde(rename = "joinedAtMs")]
    joined_at_ms: u64,
}

impl MemberRow {
    pub(crate) fn new(user: UserId, role: Role, joined_at: Timestamp) -> MemberRow {
        MemberRow { user_id: user.to_string(), role, joined_at_ms: joined_at.as_ms() }
    }

    fn of(&self, room_id: RoomId, user: Profile) -> Member {
        Member { room_id, user, role: self.role, joined_at: Timestamp::from_ms(self.joined_at_ms) }
    }
}

/// The keys that [`require`] needs among the rows it is given.
pub(crate) fn keys(room: RoomId, user: UserId) -> [Key; 2] {
    [Key::room(room), Key::member(room, user)]
}

/// The room and the caller's role in it, or the refusal for whoever is not a member.
pub(crate) fn require(rows: &Rows, room: RoomId, caller: UserId) -> Result<(Room, Role), Error> {
    let found = rooms::read(rows, room)?;
    let member: Option<MemberRow> = rows.read(&Key::member(room, caller))?;
    match member {
        Some(member) => Ok((found, member.role)),
        None if found.visibility == Visibility::Public => {
            Err(Error::Forbidden("You are not a member of this room: join it first (joinRoom)."))
        }
        None => Err(Error::Forbidden("You are not a member of this room: ask one of its admins to add you.")),
    }
}

/// Refuses whoever is not a member of the room; a subscription asks this once. Costs 1 request, 2 RU.
pub async fn check(store: &Store, caller: UserId, room: RoomId) -> Result<Role, Error> {
    let rows = store.get_many(&keys(room, caller)).await?;
    require(&rows, room, caller).map(|(_, role)| role)
}

/// The part of a transaction that refuses whoever is no longer a member.
pub(crate) fn still(store: &Store, room: RoomId, caller: UserId) -> Result<TransactWriteItem, Error> {
    let check = ConditionCheck::builder()
        .table_name(&store.table)
        .set_key(Some(Key::member(room, caller).attributes()))
        .condition_expression("attribute_exists(pk)")
        .build()
        .map_err(Error::internal)?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

/// The members, in no promised order. Members only. Costs 2 requests in parallel and 1 after them,
/// about 1 RU a member.
pub async fn list(
    store: &Store,
    caller: UserId,
    room: RoomId,
    page: &PageRequest,
) -> Result<Page<Member>, Error> {
    let list = format!("members/{room}");
    let members = store.page(&list, page, room_partition(room), Sort::StartsWith(MEMBER_PREFIX), true);
    let (_, (rows, next_token)): (_, (Vec<MemberRow>, _)) =
        tokio::try_join!(check(store, caller, room), members)?;
    let users = rows.iter().map(|row| row.user_id.parse()).collect::<Result<Vec<UserId>, _>>()?;
    let mut profiles = profiles::load(store, users.iter().copied()).await?;
    let items = rows
        .iter()
        .zip(users)
        .map(|(row, user)| row.of(room, profiles.remove(&user).unwrap_or_else(|| Profile::unknown(user))))
        .collect();
    Ok(Page { items, next_token })
}

/// Makes the caller a member of a public room; a member stays what they are. Costs 2 requests, 3 RU, 4 WU.
pub async fn join(store: &Store, caller: UserId, room: RoomId) -> Result<Member, Error> {
    let profile_key = Key::profile(caller);
    let [room_key, member_key] = keys(room, caller);
    let rows = store.get_many(&[room_key, member_key.clone(), profile_key]).await?;
    let found = rooms::read(&rows, room)?;
    let profile = profile(&rows, caller)?.unwrap_or_else(|| Profile::unknown(caller));
    if let Some(member) = rows.read::<MemberRow>(&member_key)? {
        return Ok(member.of(room, profile));
    }
    if found.visibility == Visibility::Private {
        return Err(Error::Forbidden("This room is private: ask one of its admins to add you."));
    }
    let member = MemberRow::new(caller, Role::Member, Timestamp::now());
    put(store, room, caller, None, &member).await?;
    Ok(member.of(room, profile))
}

/// Adds a user to the room, or gives a member another role. The owner may give any role but the owner's;
/// admins may add members. Costs 2 requests, 4 RU, 4 WU.
pub async fn add(
    store: &Store,
    caller: UserId,
    room: RoomId,
    user: UserId,
    role: Role,
) -> Result<Member, Error> {
    let [room_key, caller_key] = keys(room, caller);
    let member_key = Key::member(room, user);
    let rows = store.get_many(&[room_key, caller_key, member_key.clone(), Key::profile(user)]).await?;
    let (_, caller_role) = require(&rows, room, caller)?;
    let before: Option<MemberRow> = rows.read(&member_key)?;
    let highest = before.as_ref().map_or(role, |member| member.role.max(role));
    if caller_role < Role::Admin || highest >= caller_role {
        return Err(Error::Forbidden(match caller_role {
            Role::Owner => "A room has one owner, and that is you.",
            Role::Admin => "Only the room's owner makes, changes and unmakes admins.",
            Role::Member => "Only the room's owner and admins add members.",
        }));
    }
    let profile = profile(&rows, user)?
        .ok_or(Error::NotFound("There is no such user: userId is the `id` of the user's profile (me)."))?;
    let joined_at =
        before.as_ref().map_or_else(Timestamp::now, |member| Timestamp::from_ms(member.joined_at_ms));
    let member = MemberRow::new(user, role, joined_at);
    put(store, room, user, before.as_ref(), &member).await?;
    Ok(member.of(room, profile))
}

/// Removes a member: oneself, or someone of a lower role. The owner stays. Costs 2 requests, 4 RU, 4 WU.
pub async fn remove(store: &Store, caller: UserId, room: RoomId, user: UserId) -> Result<Member, Error> {
    let [room_key, caller_key] = keys(room, caller);
    let member_key = Key::member(room, user);
    let rows = store.get_many(&[room_key, caller_key, member_key.clone(), Key::profile(user)]).await?;
    let (_, caller_role) = require(&rows, room, caller)?;
    let member: Option<MemberRow> = rows.read(&member_key)?;
    let member = member.ok_or(Error::NotFound("This user is not a member of the room."))?;
    if member.role == Role::Owner {
        return Err(Error::Forbidden("The owner cannot leave the room or be removed."));
    }
    if caller != user && (caller_role < Role::Admin || member.role >= caller_role) {
        return Err(Error::Forbidden("You can remove yourself, and members of a lower role than yours."));
    }
    let unchanged = Unchanged::since(Some(&member))?;
    let from_room = Delete::builder()
        .table_name(&store.table)
        .set_key(Some(member_key.attributes()))
        .condition_expression(unchanged.condition)
        .set_expression_attribute_names(unchanged.names)
        .set_expression_attribute_values(unchanged.values)
        .build()
        .map_err(Error::internal)?;
    let from_inbox = Delete::builder()
        .table_name(&store.table)
        .set_key(Some(Key::inbox(user, room).attributes()))
        .build()
        .map_err(Error::internal)?;
    let both = [from_room, from_inbox].map(|delete| TransactWriteItem::builder().delete(delete).build());
    store.dynamodb.transact_write_items().set_transact_items(Some(both.into())).send().await?;
    let profile = profile(&rows, user)?.unwrap_or_else(|| Profile::unknown(user));
    Ok(member.of(room, profile))
}

/// Writes both halves of a membership: in the room, and in the user's own list. If somebody else has changed
/// it since it was read, the call is [`Error::Busy`], and decides anew when it is repeated.
async fn put(
    store: &Store,
    room: RoomId,
    user: UserId,
    before: Option<&MemberRow>,
    member: &MemberRow,
) -> Result<(), Error> {
    let unchanged = Unchanged::since(before)?;
    let in_room = Put::builder()
        .table_name(&store.table)
        .set_item(Some(item(&Key::member(room, user), member)?))
        .condition_expression(unchanged.condition)
        .set_expression_attribute_names(unchanged.names)
        .set_expression_attribute_values(unchanged.values)
        .build()
        .map_err(Error::internal)?;
    let inbox = InboxRow::new(room, Timestamp::from_ms(member.joined_at_ms));
    let in_inbox = Put::builder()
        .table_name(&store.table)
        .set_item(Some(item(&Key::inbox(user, room), &inbox)?))
        .build()
        .map_err(Error::internal)?;
    let both = [in_room, in_inbox].map(|put| TransactWriteItem::builder().put(put).build());
    store.dynamodb.transact_write_items().set_transact_items(Some(both.into())).send().await?;
    Ok(())
}

/// The condition that a member's row is still as it was read: two admins, or an admin and the member, may act
/// at the same moment.
struct Unchanged {
    condition: &'static str,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

impl Unchanged {
    fn since(before: Option<&MemberRow>) -> Result<Unchanged, Error> {
        Ok(match before {
            None => Unchanged { condition: "attribute_not_exists(pk)", names: None, values: None },
            Some(member) => Unchanged {
                condition: "#role = :role",
                names: Some(HashMap::from([("#role".to_owned(), "role".to_owned())])),
                values: Some(HashMap::from([(
                    ":role".to_owned(),
                    serde_dynamo::to_attribute_value(member.role)?,
                )])),
            },
        })
    }
}

fn profile(rows: &Rows, user: UserId) -> Result<Option<Profile>, Error> {
    Ok(rows.read::<ProfileRow>(&Key::profile(user))?.map(|row| row.of(user)))
}
