//! `$connect`: who may connect, decided before the upgrade is answered.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html>

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, FromRequestParts, Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header, request};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout};

use super::WebSocketApi;
use super::connection;
use super::definition::{AuthorizationType, Definition, Route, Stage};
use super::event::{Client, EventType, with_request};
use super::outbox::Outbox;
use super::routes::Outcome;
use crate::authorization::{Grant, Refused};
use crate::event::{Pairs, short_id};
use crate::integration::{uri_function, with_stage_variables};
use crate::mapping::Sources;
use crate::{Attempt, FunctionError, SignatureError, SignedRequest};

const LONGEST: Duration = Duration::from_secs(29);

/// A refusal, as HTTP.
struct NotConnected(StatusCode, Value);

impl NotConnected {
    fn new(status: StatusCode, message: impl Into<Value>) -> NotConnected {
        NotConnected(status, json!({"message": message.into()}))
    }
}

pub(super) async fn upgrade(
    State(api): State<Arc<WebSocketApi>>,
    Path(stage): Path<String>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let message = format!("This is a WebSocket API. {rejection}");
            return (StatusCode::BAD_REQUEST, axum::Json(json!({"message": message}))).into_response();
        }
    };
    let request_id = short_id();
    let mut response = match api.clone().connect(&stage, &parts, upgrade).await {
        Ok(response) => response,
        Err(NotConnected(status, mut body)) => {
            if status.is_server_error() {
                body["requestId"] = request_id.as_str().into();
            }
            (status, axum::Json(body)).into_response()
        }
    };
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-amzn-requestid", request_id);
    }
    response
}

impl WebSocketApi {
    async fn connect(
        self: Arc<Self>,
        stage: &str,
        parts: &request::Parts,
        upgrade: WebSocketUpgrade,
    ) -> Result<Response, NotConnected> {
        let stages = &self.definition.stages;
        let Some(stage) = stages.iter().find(|known| known.name == stage) else {
            return Err(NotConnected::new(StatusCode::FORBIDDEN, "Forbidden"));
        };
        // Whoever holds it is waited for when the server closes.
        let parting = self.parting.subscribe();
        if *self.closing.borrow() {
            return Err(NotConnected::new(StatusCode::SERVICE_UNAVAILABLE, "The server is shutting down."));
        }
        if !self.stages[&stage.name].takes_one() {
            return Err(NotConnected::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"));
        }
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let source_ip = address.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
        let headers = Pairs::of_headers(&parts.headers, &source_ip.to_string(), false);
        let query = Pairs::of_query(parts.uri.query().unwrap_or_default());
        let mut client = Client {
            connection_id: short_id(),
            connected_at: Timestamp::now(),
            stage: stage.name.clone(),
            source_ip: source_ip.to_string(),
            user_agent: headers.get_ignoring_case("user-agent").map(str::to_owned),
            authorizer: None,
        };
        let mut protocol = None;
        if let Some(route) = self.definition.routes.iter().find(|route| route.route_key == "$connect") {
            self.authorize(route, stage, &mut client, parts, &headers, &query).await?;
            protocol = self.call_connect(route, stage, &client, &headers, &query).await?;
        }
        let outbox = Outbox::new(&self.definition.limits);
        // Before the client hears of it, so that what its connecting sets off can reach it.
        let joined = self.registry.join(client, outbox, self.definition.limits.connections);
        let connected =
            joined.ok_or_else(|| NotConnected::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests"))?;
        let limits = &self.definition.limits;
        let mut upgrade = upgrade
            // The defaults, 128 KiB each, are zeroed before each read and kept for each client.
            .read_buffer_size(512)
            .write_buffer_size(4 * 1024)
            .max_frame_size(limits.frame_bytes)
            .max_message_size(limits.message_bytes);
        if let Some(protocol) = protocol {
            upgrade = upgrade.protocols([protocol]);
        }
        let (api, id) = (Arc::clone(&self), connected.client.connection_id.clone());
        let upgrade = upgrade.on_failed_upgrade(move |error| {
            tracing::debug!(%error, "a client went away while it connected");
            api.registry.leave(&id);
        });
        Ok(upgrade.on_upgrade(async move |socket| {
            // In a task of its own: this one would keep the room that the upgrade took.
            tokio::spawn(connection::serve(self, connected, socket, parting));
        }))
    }

    async fn authorize(
        &self,
        route: &Route,
        stage: &Stage,
        client: &mut Client,
        parts: &request::Parts,
        headers: &Pairs,
        query: &Pairs,
    ) -> Result<(), NotConnected> {
        let forbidden = |message: &str| NotConnected::new(StatusCode::FORBIDDEN, message);
        match route.authorization_type {
            AuthorizationType::None => Ok(()),
            AuthorizationType::AwsIam => {
                let attempt = Attempt { action: "execute-api:Invoke", resource: self.method_arn(stage) };
                match self.backend.verify_signature(&signed(parts, Bytes::new()), &attempt).await {
                    Ok(_) => Ok(()),
                    Err(SignatureError::Invalid(message) | SignatureError::Denied(message)) => {
                        Err(forbidden(&message))
                    }
                    Err(error) => Err(forbidden(&error.to_string())),
                }
            }
            AuthorizationType::Custom => {
                let grant = self.ask(route, stage, client, headers, query).await;
                let arn = self.method_arn(stage);
                let grant = grant.and_then(|grant| grant.admits(&arn).map(|()| grant));
                client.authorizer = Some(
                    grant
                        .map_err(|refused| match refused {
                            Refused::Unauthorized => {
                                NotConnected::new(StatusCode::UNAUTHORIZED, "Unauthorized")
                            }
                            Refused::NotAllowed => {
                                forbidden("User is not authorized to access this resource")
                            }
                            Refused::Denied => forbidden(
                                "User is not authorized to access this resource with an explicit deny",
                            ),
                            Refused::Failed | Refused::Misconfigured => {
                                NotConnected::new(StatusCode::INTERNAL_SERVER_ERROR, Value::Null)
                            }
                        })?
                        .context,
                );
                Ok(())
            }
        }
    }

    async fn ask(
        &self,
        route: &Route,
        stage: &Stage,
        client: &Client,
        headers: &Pairs,
        query: &Pairs,
    ) -> Result<Grant, Refused> {
        let authorizer = route.authorizer_id.as_ref().and_then(|id| self.definition.authorizers.get(id));
        let authorizer = authorizer.ok_or(Refused::Misconfigured)?;
        let context = client.context(self, "$connect", EventType::Connect);
        let none = IndexMap::new();
        let sources = Sources {
            context: &context,
            stage_variables: &stage.variables,
            path: &none,
            query,
            headers,
            body: "",
            answer: None,
        };
        let is_there = |source: &String| sources.map(source).is_some_and(|value| !value.is_empty());
        if !authorizer.identity_source.iter().all(is_there) {
            return Err(Refused::Unauthorized);
        }
        let uri = with_stage_variables(&authorizer.authorizer_uri, &stage.variables);
        let function = uri_function(&uri).ok_or(Refused::Misconfigured)?;
        let mut event = with_request(context, headers, query, variables(stage));
        event.remove("isBase64Encoded");
        event.insert("type".to_owned(), "REQUEST".into());
        event.insert("methodArn".to_owned(), self.method_arn(stage).into());
        for name in ["queryStringParameters", "multiValueQueryStringParameters", "stageVariables"] {
            event.entry(name).or_insert_with(|| json!({}));
        }
        let asked_at = Instant::now();
        let answer = timeout(LONGEST, self.backend.invoke(function, event.into())).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(FunctionError {
                error_type: "Timeout".to_owned(),
                error_message: "the authorizer did not answer in time".to_owned(),
            })
        });
        Grant::read(answer, asked_at.elapsed())
    }

    /// The subprotocol that the integration has chosen, if it lets the client in.
    async fn call_connect(
        self: &Arc<Self>,
        route: &Route,
        stage: &Stage,
        client: &Client,
        headers: &Pairs,
        query: &Pairs,
    ) -> Result<Option<String>, NotConnected> {
        let context = client.context(self, "$connect", EventType::Connect);
        let event = with_request(context, headers, query, variables(stage));
        match self.call_route(route, client, event, headers, query).await {
            Outcome::None => Ok(None),
            Outcome::Answered { status, headers, body } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                if !status.is_success() {
                    let message =
                        if status.is_server_error() { "Internal server error" } else { "Forbidden" };
                    let body = body.and_then(|body| serde_json::from_slice(&body).ok());
                    return Err(NotConnected(
                        status,
                        body.filter(Value::is_object).unwrap_or_else(
                            || json!({"message": if status == 401 { "Unauthorized" } else { message }}),
                        ),
                    ));
                }
                let chosen = headers
                    .into_iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(header::SEC_WEBSOCKET_PROTOCOL.as_str()));
                Ok(chosen.map(|(_, protocol)| protocol))
            }
            Outcome::TimedOut => {
                Err(NotConnected::new(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"))
            }
            Outcome::Failed => {
                let mut refusal = NotConnected::new(StatusCode::BAD_GATEWAY, "Internal server error");
                refusal.1["connectionId"] = client.connection_id.as_str().into();
                Err(refusal)
            }
        }
    }

    fn method_arn(&self, stage: &Stage) -> String {
        self.arn(&format!("{}/$connect", stage.name))
    }

    /// The ARN of what is behind this path, which begins with a stage.
    pub(super) fn arn(&self, path: &str) -> String {
        let Definition { region, account_id, api_id, .. } = &self.definition;
        format!("arn:aws:execute-api:{region}:{account_id}:{api_id}/{path}")
    }
}

fn variables(stage: &Stage) -> Map<String, Value> {
    stage.variables.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
}

pub(super) fn signed(parts: &request::Parts, body: Bytes) -> SignedRequest {
    let headers = parts.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    SignedRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
    }
}
