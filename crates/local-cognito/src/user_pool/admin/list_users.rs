//! ListUsers: the pool's users, oldest first, sixty a page at most.

use std::ops::ControlFlow;

use serde::Deserialize;
use serde_json::json;

use super::groups::{invalid_token, page_length, place, token};
use super::user_filter::UserFilter;
use super::user_type;
use crate::error::Error;
use crate::operation::Reply;
use crate::store::users;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUsers {
    user_pool_id: Option<String>,
    attributes_to_get: Option<Vec<String>>,
    filter: Option<String>,
    limit: Option<i64>,
    pagination_token: Option<String>,
}

pub(super) fn list_users(turn: &Turn<'_>, request: ListUsers) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let limit = page_length(request.limit)?;
    let filter = match request.filter.filter(|text| !text.is_empty()) {
        Some(text) => Some(UserFilter::parse(&text)?),
        None => None,
    };
    let after = match place(request.pagination_token)?.as_str() {
        "" => 0,
        place => place.parse().map_err(|_| invalid_token())?,
    };

    let mut shown = Vec::new();
    let mut last = None;
    let mut has_more = false;
    users::after(turn.db, after, |place, user| {
        if filter.as_ref().is_some_and(|filter| !filter.takes(&user)) {
            return ControlFlow::Continue(());
        }
        if shown.len() == limit {
            has_more = true;
            return ControlFlow::Break(());
        }
        let mut user = user_type(&user);
        if let (Some(wanted), Some(attributes)) =
            (&request.attributes_to_get, user["Attributes"].as_array_mut())
        {
            attributes.retain(|attribute| wanted.iter().any(|name| attribute["Name"] == name.as_str()));
        }
        shown.push(user);
        last = Some(place);
        ControlFlow::Continue(())
    })?;
    let mut answer = json!({ "Users": shown });
    if let Some(last) = last.filter(|_| has_more) {
        answer["PaginationToken"] = token(&last.to_string()).into();
    }
    Ok(answer.into())
}
