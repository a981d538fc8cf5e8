//! CreateGroup, GetGroup, UpdateGroup, ListGroups and DeleteGroup.
//!
//! A group that the template configures is as the template says again at the next start.

use std::ops::RangeInclusive;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::roles::is_arn;
use crate::store::groups::{self, Group};
use crate::turn::Turn;

/// Both the default and the most.
pub(super) const PAGE: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateGroup {
    user_pool_id: Option<String>,
    group_name: Option<String>,
    description: Option<String>,
    precedence: Option<i64>,
    role_arn: Option<String>,
}

impl CreateGroup {
    /// The constraints of
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html>.
    fn check(&self, name: &str) -> Result<(), Error> {
        if name.chars().count() > 128 {
            return Err(Error::constraint(
                name,
                "groupName",
                "Member must have length less than or equal to 128",
            ));
        }
        if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let pattern = "Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+";
            return Err(Error::constraint(name, "groupName", pattern));
        }
        if let Some(text) = self.description.as_ref().filter(|text| text.chars().count() > 2048) {
            return Err(Error::constraint(
                text,
                "description",
                "Member must have length less than or equal to 2048",
            ));
        }
        if let Some(precedence) = self.precedence.filter(|precedence| *precedence < 0) {
            return Err(Error::constraint(
                precedence,
                "precedence",
                "Member must have value greater than or equal to 0",
            ));
        }
        if let Some(arn) = self.role_arn.as_ref().filter(|arn| !is_arn(arn)) {
            let pattern = "Member must satisfy regular expression pattern: \
                           arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?\
                           (:[\\w+=/,.@-]+)?";
            return Err(Error::constraint(arn, "roleArn", pattern));
        }
        Ok(())
    }
}

pub(super) fn create_group(turn: &Turn<'_>, request: CreateGroup) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id.clone())?;
    let name = required(request.group_name.clone(), "groupName")?;
    request.check(&name)?;
    let group = Group {
        name,
        description: request.description,
        precedence: request.precedence,
        role_arn: request.role_arn,
        created_at_s: turn.now_s(),
        modified_at_s: turn.now_s(),
    };
    match groups::insert(turn.db, &group)? {
        true => Ok(json!({ "Group": group.to_json(&turn.pool().pool_id) }).into()),
        false => Err(Error::GroupExists),
    }
}

/// What is not given stays.
pub(super) fn update_group(turn: &Turn<'_>, request: CreateGroup) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id.clone())?;
    let mut group = groups::find(turn.db, &required(request.group_name.clone(), "groupName")?)?;
    request.check(&group.name)?;
    group.description = request.description.or(group.description);
    group.precedence = request.precedence.or(group.precedence);
    group.role_arn = request.role_arn.or(group.role_arn);
    group.modified_at_s = turn.now_s();
    groups::update(turn.db, &group)?;
    Ok(json!({ "Group": group.to_json(&turn.pool().pool_id) }).into())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NamedGroup {
    user_pool_id: Option<String>,
    group_name: Option<String>,
}

impl NamedGroup {
    fn find(self, turn: &Turn<'_>) -> Result<Group, Error> {
        turn.check_user_pool(self.user_pool_id)?;
        groups::find(turn.db, &required(self.group_name, "groupName")?)
    }
}

pub(super) fn get_group(turn: &Turn<'_>, request: NamedGroup) -> Result<Reply, Error> {
    let group = request.find(turn)?;
    Ok(json!({ "Group": group.to_json(&turn.pool().pool_id) }).into())
}

pub(super) fn delete_group(turn: &Turn<'_>, request: NamedGroup) -> Result<Reply, Error> {
    let group = request.find(turn)?;
    groups::delete(turn.db, &group.name)?;
    Ok(Reply::EMPTY)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListGroups {
    user_pool_id: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn list_groups(turn: &Turn<'_>, request: ListGroups) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    page(turn, None, request.limit, request.next_token)
}

/// A page of all groups, or of a user's.
pub(super) fn page(
    turn: &Turn<'_>,
    sub: Option<&str>,
    limit: Option<i64>,
    next_token: Option<String>,
) -> Result<Reply, Error> {
    let limit = page_length(limit)?;
    let after = place(next_token)?;
    let mut found = groups::list(turn.db, sub, &after, limit + 1)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let pool_id = &turn.pool().pool_id;
    let shown: Vec<_> = found.iter().map(|group| group.to_json(pool_id)).collect();
    let mut answer = json!({ "Groups": shown });
    if let Some(last) = found.last().filter(|_| has_more) {
        answer["NextToken"] = token(&last.name).into();
    }
    Ok(answer.into())
}

/// Zero is as good as nothing.
pub(in crate::user_pool) fn page_length(limit: Option<i64>) -> Result<usize, Error> {
    match limit {
        None | Some(0) => Ok(PAGE),
        Some(limit) => within(limit, "limit", 0..=PAGE),
    }
}

/// A number of things that the API bounds.
pub(super) fn within(given: i64, member: &str, bounds: RangeInclusive<usize>) -> Result<usize, Error> {
    let broken = |what: &str| Error::constraint(given, member, &format!("Member must have value {what}"));
    match usize::try_from(given) {
        Ok(number) if number > *bounds.end() => {
            Err(broken(&format!("less than or equal to {}", bounds.end())))
        }
        Ok(number) if bounds.contains(&number) => Ok(number),
        _ => Err(broken(&format!("greater than or equal to {}", bounds.start()))),
    }
}

/// Tokens are opaque to clients; they name the last item of the page.
pub(in crate::user_pool) fn token(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}

/// The last item that was seen; nothing is before the empty text.
pub(in crate::user_pool) fn place(token: Option<String>) -> Result<String, Error> {
    let decoded = URL_SAFE_NO_PAD
        .decode(token.unwrap_or_default())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or_else(invalid_token)
}

pub(super) fn invalid_token() -> Error {
    Error::InvalidParameter("Invalid pagination token".to_owned())
}
