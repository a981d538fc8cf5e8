//! REST APIs (version 1): from a request to its answer.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html>

mod authorizers;
mod call;
mod definition;
mod gateway_response;
mod integration;
mod methods;
mod proxy;
mod routes;
mod stage;
mod validation;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use axum::routing::any;

pub use definition::{
    ApiKey, ApiKeySource, AuthorizationType, Authorizer, AuthorizerType, Definition, GatewayResponse, Limits,
    Method, MethodResponse, RequestValidator, Resource, Stage,
};
pub use gateway_response::ResponseType;

use crate::authorization::Cache;
use crate::binary::BinaryMediaTypes;
use crate::{Backend, BuildError};
use authorizers::PreparedAuthorizer;
use call::Call;
use gateway_response::{Failure, GatewayResponses};
use methods::PreparedMethod;
use routes::Routes;
use stage::PreparedStage;
use validation::Models;

/// A REST API that is ready to serve.
pub struct RestApi {
    definition: Definition,
    routes: Routes,
    methods: Vec<Vec<PreparedMethod>>,
    authorizers: std::collections::BTreeMap<String, PreparedAuthorizer>,
    grants: Cache,
    models: Models,
    stages: Vec<PreparedStage>,
    gateway_responses: GatewayResponses,
    binary_media_types: BinaryMediaTypes,
    backend: Arc<dyn Backend>,
}

impl RestApi {
    /// Checks the definition as API Gateway would when it is deployed.
    pub fn new(mut definition: Definition, backend: Arc<dyn Backend>) -> Result<Arc<RestApi>, BuildError> {
        for resource in &mut definition.resources {
            // The first that fits answers, and ANY fits all.
            resource.methods.sort_by_key(|method| method.http_method == "ANY");
        }
        let models = Models::compile(&definition)?;
        let methods = definition.resources.iter().map(|resource| {
            resource.methods.iter().map(|method| PreparedMethod::new(&definition, resource, method)).collect()
        });
        let authorizers = definition
            .authorizers
            .iter()
            .map(|(id, authorizer)| Ok((id.clone(), PreparedAuthorizer::new(id, authorizer)?)));
        Ok(Arc::new(RestApi {
            routes: Routes::new(&definition.resources)?,
            methods: methods.collect::<Result<_, _>>()?,
            authorizers: authorizers.collect::<Result<_, BuildError>>()?,
            grants: Cache::default(),
            models,
            stages: definition.stages.iter().map(PreparedStage::new).collect(),
            gateway_responses: GatewayResponses::new(&definition.gateway_responses),
            binary_media_types: BinaryMediaTypes(definition.binary_media_types.clone()),
            backend,
            definition,
        }))
    }

    /// `/restapis/{apiId}/{stage}/…`, where API Gateway has `https://{apiId}.execute-api.{region}.amazonaws.com/{stage}/…`.
    ///
    /// With the router's connection information (`ConnectInfo<SocketAddr>`) functions see the caller's address,
    /// without it 127.0.0.1.
    pub fn router(self: &Arc<Self>) -> Router {
        let prefix = format!("/restapis/{}", self.definition.api_id);
        let handler = any(serve).with_state(Arc::clone(self));
        Router::new()
            .route(&format!("{prefix}/{{stage}}"), handler.clone())
            .route(&format!("{prefix}/{{stage}}/"), handler.clone())
            .route(&format!("{prefix}/{{stage}}/{{*path}}"), handler)
    }

    /// Answers a request to a stage. `path` is what follows the stage, with the slash in front, as it was sent.
    pub async fn handle(self: &Arc<Self>, stage: &str, path: &str, request: Request) -> Response {
        let Some(stage) = self.stages.iter().find(|known| known.name() == stage) else {
            return gateway_response::no_such_stage();
        };
        let (parts, body) = request.into_parts();
        let source_ip = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
        let body = to_bytes(body, self.definition.limits.body_bytes).await;
        let mut call = Call::new(&self.definition, stage, path, &parts, source_ip);
        let answered = match body {
            Ok(body) => {
                call.body = body;
                self.answer(stage, &mut call).await
            }
            Err(error) => Err(Failure::unread(error)),
        };
        let response = answered.unwrap_or_else(|failure| self.gateway_responses.response(&failure, &call));
        call.finish(response)
    }

    async fn answer(&self, stage: &PreparedStage, call: &mut Call) -> Result<Response<Body>, Failure> {
        let found = self.routes.find(call.path()).ok_or_else(Failure::no_such_method)?;
        let resource = &self.definition.resources[found.resource];
        call.route(resource, found.parameters);
        let methods = &self.methods[found.resource];
        let method =
            methods.iter().find(|method| method.is_for(call.method())).ok_or_else(Failure::no_such_method)?;
        if !stage.bucket.takes_one() {
            return Err(Failure::throttled());
        }
        self.authorize(method, call).await?;
        self.models.validate(method, call, &self.binary_media_types)?;
        self.integrate(method, call).await
    }
}

async fn serve(State(api): State<Arc<RestApi>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    // `/restapis/{apiId}/{stage}{path}`
    let rest = path.strip_prefix("/restapis/").and_then(|rest| rest.split_once('/'));
    let (stage, path) =
        rest.map_or(("", ""), |(_, rest)| rest.split_at(rest.find('/').unwrap_or(rest.len())));
    let path = if path.is_empty() { "/" } else { path };
    api.handle(stage, path, request).await
}
