//! The template's REST and WebSocket APIs, open: with the functions, the pool and the table that they name.

mod backend;
mod rest;
mod signature;
mod websocket;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use futures::future::join_all;
use local_apigateway::rest::RestApi;
use local_apigateway::websocket::WebSocketApi;
use local_apigateway::{Backend, BuildError, Throttle};
use local_cognito::Cognito;
use local_dynamodb::DynamoDb;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::StartError;
use crate::functions::Function;
use crate::iam::{Iam, Session};
use crate::stack::{Resource, Stack, StackError};
use backend::Behind;
#[cfg(test)]
pub(crate) use signature::verify;

/// What API Gateway calls its sessions of an integration's role.
const SESSION: &str = "BackplaneAssumeRoleSession";

/// All of them; a template may have none.
pub(crate) struct Gateway {
    rest: Vec<Arc<RestApi>>,
    websocket: Vec<Arc<WebSocketApi>>,
}

/// Opens every API of the template. `host` is this machine's, with the port.
pub(crate) fn open(
    stack: &Stack,
    functions: &BTreeMap<String, Function>,
    dynamodb: &DynamoDb,
    cognito: Arc<Cognito>,
    iam: Arc<Iam>,
    host: &str,
) -> Result<Gateway, StartError> {
    let pools = stack.of_kind("AWS::Cognito::UserPool").map(|(_, pool)| pool.physical_id.clone());
    let behind: Arc<dyn Backend> = Arc::new(Behind {
        functions: functions.clone(),
        dynamodb: dynamodb.clone(),
        pools: pools.collect(),
        cognito,
        iam,
        sessions: sessions(stack)?,
    });
    let failed = |error: BuildError| StartError::Service("API Gateway", error.to_string());
    let mut gateway = Gateway { rest: Vec::new(), websocket: Vec::new() };
    for (_, api) in stack.of_kind("AWS::ApiGateway::RestApi") {
        let definition = rest::definition(stack, api, host)?;
        gateway.rest.push(RestApi::new(definition, Arc::clone(&behind)).map_err(failed)?);
    }
    for (_, api) in stack.of_kind("AWS::ApiGatewayV2::Api") {
        let definition = websocket::definition(stack, api, host)?;
        gateway.websocket.push(WebSocketApi::new(definition, Arc::clone(&behind)).map_err(failed)?);
    }
    Ok(gateway)
}

/// Of the roles that integrations assume for DynamoDB.
fn sessions(stack: &Stack) -> Result<BTreeMap<String, Arc<Session>>, StackError> {
    let of_rest = ("AWS::ApiGateway::Method", "/Integration/Uri", "/Integration/Credentials");
    let of_websocket = ("AWS::ApiGatewayV2::Integration", "/IntegrationUri", "/CredentialsArn");
    let roles = [of_rest, of_websocket].into_iter().flat_map(|(kind, uri, role)| {
        let calls =
            |(_, it): &(&String, &Resource)| it.text(uri).is_some_and(|uri| uri.contains(":dynamodb:"));
        stack
            .of_kind(kind)
            .filter(calls)
            .filter_map(|(id, it)| Some((id, it.text(role)?)))
            .collect::<Vec<_>>()
    });
    let sessions = roles.map(|(id, role)| {
        let session = Session::assume(stack, &role, SESSION);
        Ok((role, session.map_err(|error| StackError(format!("{id}: {}", error.0)))?))
    });
    sessions.collect()
}

impl Gateway {
    pub(crate) fn router(&self) -> Router {
        let rest = self.rest.iter().map(|api| api.router());
        rest.chain(self.websocket.iter().map(|api| api.router())).fold(Router::new(), Router::merge)
    }

    /// Ends every WebSocket.
    pub(crate) async fn close(&self) {
        join_all(self.websocket.iter().map(|api| api.close())).await;
    }
}

/// The resources of a kind that belong to an API.
fn parts<'s>(
    stack: &'s Stack,
    kind: &'static str,
    of: &'static str,
    api: &'s Resource,
) -> impl Iterator<Item = (&'s String, &'s Resource)> {
    stack.of_kind(kind).filter(move |(_, part)| part.text(of).as_ref() == Some(&api.physical_id))
}

/// The crate's structures bear the names of CloudFormation's properties.
fn read<T: DeserializeOwned>(id: &str, properties: &Value) -> Result<T, StackError> {
    serde_json::from_value(properties.clone())
        .map_err(|error| StackError(format!("{id} is not served: {error}")))
}

/// Both limits, or none.
fn throttle(settings: Option<&Value>) -> Option<Throttle> {
    serde_json::from_value(settings?.clone()).ok()
}
