//! GraphQL over HTTP: `POST /graphql`, with AppSync's statuses, bodies and headers.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use apollo_compiler::executable::OperationType;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request};
use http_body_util::LengthLimitError;
use serde::Serialize;
use serde_json::{Map, Value, json};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::caller::{self, Caller};
use crate::credentials::Evidence;
use crate::document::{Document, GraphQlRequest, Unacceptable};
use crate::error::GraphQlError;
use crate::execution::{Call, Execution};
use crate::resolver::Raised;
use crate::{Api, realtime, response};

mod failure;

use failure::Failure;

pub(crate) fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/graphql", post(graphql).get(realtime::upgrade))
        .route("/graphql/realtime", get(realtime::upgrade))
        .layer(cors())
        .with_state(api)
}

async fn graphql(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let body = read(&api, body).await?;
        let source_ip = source_ip(&parts);
        let headers = headers(&parts.headers);
        let caller = authenticate(&api, &parts, &headers, &body, source_ip).await?;
        let request = parse(&body)?;
        let call = Call {
            caller,
            headers: visible_headers(&headers, source_ip),
            variables: request.variables.clone().unwrap_or_default(),
        };
        // On its own, so that a client that goes away does not stop a mutation halfway, unpublished.
        let answered = tokio::spawn(async move {
            let asked_at = Instant::now();
            let answered = execute(&api, &call, &request).await;
            let errors = answered.as_ref().map_or(1, |response| response.errors.len());
            let operation = request.operation_name.as_deref().unwrap_or_default();
            tracing::debug!(api_id = api.id, operation, errors, took = ?asked_at.elapsed(), "answered");
            answered
        })
        .await;
        answered.unwrap_or_else(|_| Err(Failure::internal()))
    };
    with_request_id(match answered.await {
        Ok(answer) => with_headers(json_response(StatusCode::OK, &answer), &answer.headers),
        Err(failure) => failure.into_response(),
    })
}

/// Refuses a request that should have become a WebSocket.
pub(crate) fn bad_request(error_type: &'static str, message: String) -> Response {
    with_request_id(Failure::bad_request(error_type, message).into_response())
}

fn with_request_id(mut response: Response) -> Response {
    let request_id = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string());
    response.headers_mut().insert("x-amzn-requestid", request_id.expect("a UUID is ASCII"));
    response
}

async fn execute(
    api: &Arc<Api>,
    call: &Call,
    request: &GraphQlRequest,
) -> Result<response::Response, Failure> {
    let document = match Document::parse(&api.schema, &api.limits, request) {
        Ok(document) => document,
        Err(Unacceptable::Malformed(message)) => return Err(Failure::malformed(message)),
        Err(Unacceptable::BadRequest(message)) => {
            return Err(Failure::bad_request("BadRequestException", message));
        }
        Err(Unacceptable::Invalid(errors)) => return Ok(response::Response::of_errors(errors)),
    };
    let execution = match Execution::prepare(&api.schema, &api.limits, &document, call) {
        Ok(execution) => execution,
        Err(errors) => return Ok(response::Response::of_errors(errors)),
    };
    let executed = async {
        match document.operation.operation_type {
            OperationType::Query => Ok(execution.query().await),
            OperationType::Mutation => {
                Ok(execution.mutation(|field, value, ended| api.publish(field, value, &ended)).await)
            }
            OperationType::Subscription => Err(Failure::bad_request(
                "UnsupportedOperation",
                "Subscriptions are not served over HTTP. Connect to the realtime endpoint by WebSocket."
                    .to_owned(),
            )),
        }
    };
    tokio::time::timeout(api.limits.execution, executed).await.unwrap_or_else(|_| Ok(timed_out()))
}

fn timed_out() -> response::Response {
    let raised = Raised::new("ExecutionTimeout", "Execution timed out.");
    response::Response::of_errors(vec![GraphQlError::of_resolver(Vec::new(), None, raised)])
}

async fn read(api: &Api, body: Body) -> Result<Bytes, Failure> {
    let most_bytes = api.limits.request_bytes;
    to_bytes(body, most_bytes).await.map_err(|error| match error.into_inner().is::<LengthLimitError>() {
        true => Failure::too_large(most_bytes),
        false => Failure::broken_off(),
    })
}

async fn authenticate(
    api: &Api,
    parts: &request::Parts,
    headers: &[(String, String)],
    body: &Bytes,
    source_ip: IpAddr,
) -> Result<Caller, Failure> {
    let evidence =
        Evidence { path: parts.uri.path(), query: parts.uri.query().unwrap_or_default(), headers, body };
    caller::identify(api, evidence, source_ip).await.map_err(Failure::from)
}

fn parse(body: &[u8]) -> Result<GraphQlRequest, Failure> {
    if body.is_empty() {
        return Err(Failure::malformed("Request body is empty.".to_owned()));
    }
    GraphQlRequest::from_json(body)
        .map_err(|_| Failure::malformed("Unable to parse GraphQL query.".to_owned()))
}

/// Adds what resolvers asked for, where it is a header at all.
fn with_headers(mut response: Response, headers: &BTreeMap<String, String>) -> Response {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn json_response(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            (status, [(header::CONTENT_TYPE, "application/json;charset=UTF-8")], body).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be serialized");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// As AppSync answers browsers.
fn cors() -> CorsLayer {
    let exposed = [
        "x-amzn-requestid",
        "x-amzn-errortype",
        "x-amz-user-agent",
        "x-amzn-errormessage",
        "date",
        "x-amz-schema-version",
    ];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(Duration::from_secs(172_800))
}

/// The client's address, or the loopback's if the server was started without connection information.
pub(crate) fn source_ip(parts: &request::Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip())
}

/// Names in lower case. Bytes that are not text are replaced.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// The headers that resolvers see.
pub(crate) fn visible_headers(headers: &[(String, String)], source_ip: IpAddr) -> Map<String, Value> {
    let mut visible = Map::new();
    for (name, value) in headers.iter().filter(|(name, _)| name != "cookie") {
        match visible.get_mut(name) {
            None => _ = visible.insert(name.clone(), value.as_str().into()),
            Some(Value::Array(values)) => values.push(value.as_str().into()),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    visible.entry("x-forwarded-for").or_insert_with(|| json!(source_ip));
    visible
}
