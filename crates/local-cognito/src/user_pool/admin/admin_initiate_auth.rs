//! AdminInitiateAuth: InitiateAuth for a server that signs its users in.

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::Error;
use crate::operation::{Reply, required};
use crate::triggers::Metadata;
use crate::turn::Turn;
use crate::user_pool::initiate_auth::{self, Beginning, Flow};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminInitiateAuth {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    auth_flow: Option<String>,
    auth_parameters: Option<HashMap<String, String>>,
    session: Option<String>,
    client_metadata: Option<Metadata>,
}

pub(super) fn admin_initiate_auth(turn: &Turn<'_>, request: AdminInitiateAuth) -> Result<Reply, Error> {
    turn.check_user_pool(request.user_pool_id)?;
    let client = turn.client(request.client_id)?;
    let flow = Flow::parse(&required(request.auth_flow, "authFlow")?)?;
    let beginning = Beginning {
        flow,
        parameters: request.auth_parameters.unwrap_or_default(),
        session: request.session,
        metadata: request.client_metadata,
    };
    initiate_auth::begin(turn, client, beginning)
}
