//! AdminAddUserToGroup, AdminRemoveUserFromGroup, AdminListGroupsForUser and ListUsersInGroup.

use serde::Deserialize;
use serde_json::json;

use super::groups::{page, page_length, place, token};
use super::user_type;
use crate::error::Error;
use crate::operation::{Reply, required};
use crate::store::{groups, users};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Membership {
    user_pool_id: Option<String>,
    username: Option<String>,
    group_name: Option<String>,
}

/// Tokens issued from then on name the group.
pub(super) fn admin_add_user_to_group(turn: &Turn<'_>, request: Membership) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    groups::add(turn.db, &user.sub, &required(request.group_name, "groupName")?)?;
    Ok(Reply::EMPTY)
}

pub(super) fn admin_remove_user_from_group(turn: &Turn<'_>, request: Membership) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    groups::remove(turn.db, &user.sub, &required(request.group_name, "groupName")?)?;
    Ok(Reply::EMPTY)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminListGroupsForUser {
    user_pool_id: Option<String>,
    username: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn admin_list_groups_for_user(
    turn: &Turn<'_>,
    request: AdminListGroupsForUser,
) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let user = turn.named_user(request.username)?;
    page(turn, Some(&user.sub), request.limit, request.next_token)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUsersInGroup {
    user_pool_id: Option<String>,
    group_name: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn list_users_in_group(turn: &Turn<'_>, request: ListUsersInGroup) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let group = groups::find(turn.db, &required(request.group_name, "groupName")?)?;
    let limit = page_length(request.limit)?;
    let mut subs = groups::members(turn.db, &group.name, &place(request.next_token)?, limit + 1)?;
    let has_more = subs.len() > limit;
    subs.truncate(limit);
    let mut members = Vec::with_capacity(subs.len());
    for sub in &subs {
        members.extend(users::find(turn.db, sub)?.as_ref().map(user_type));
    }
    let mut answer = json!({ "Users": members });
    if let Some(last) = subs.last().filter(|_| has_more) {
        answer["NextToken"] = token(last).into();
    }
    Ok(answer.into())
}
