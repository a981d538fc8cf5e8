//! GetId: the identity of a user, always the same, or a new one for each guest.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{login, pool};
use crate::error::Error;
use crate::operation::{Reply, required};
use crate::store::identities;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetId {
    identity_pool_id: Option<String>,
    logins: Option<HashMap<String, String>>,
}

pub(super) fn get_id(turn: &Turn<'_>, request: GetId) -> Result<Reply, Error> {
    let pool = pool(turn)?;
    let pool_id = required(request.identity_pool_id, "identityPoolId")?;
    if pool_id != pool.identity_pool_id {
        let shown: String = pool_id.chars().take(64).collect();
        return Err(Error::ResourceNotFound(format!("IdentityPool '{shown}' not found.")));
    }
    let login = login(turn, pool, request.logins)?;
    let known = match &login {
        Some(login) => identities::of_login(turn.db, login)?,
        None => None,
    };
    let identity_id = match known {
        Some(identity_id) => identity_id,
        None => {
            let identity_id = format!("{}:{}", turn.pool().region, Uuid::new_v4());
            identities::insert(turn.db, &identity_id, login.as_ref())?;
            identity_id
        }
    };
    Ok(json!({ "IdentityId": identity_id }).into())
}
