//! What a WebSocket API consists of. The parts bear the names of CloudFormation's `AWS::ApiGatewayV2::*`.

use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::{Integration, Throttle};

/// A WebSocket API.
#[derive(Debug, Clone, Default)]
pub struct Definition {
    /// As `a1b2c3d4e5`; a part of its addresses.
    pub api_id: String,
    /// In ARNs.
    pub account_id: String,
    /// In ARNs.
    pub region: String,
    /// `requestContext.domainName`: where functions find `@connections`.
    pub domain_name: String,
    /// As `$request.body.action`.
    pub route_selection_expression: String,
    /// What messages can be.
    pub routes: Vec<Route>,
    /// By id, as routes name them.
    pub integrations: BTreeMap<String, Integration>,
    /// By id, as routes name them.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// Where the API is deployed.
    pub stages: Vec<Stage>,
    /// API Gateway's quotas.
    pub limits: Limits,
}

/// A kind of message, or `$connect`, `$disconnect`, `$default`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Route {
    /// What the route selection expression gives.
    pub route_key: String,
    /// Who may connect; for `$connect` only.
    pub authorization_type: AuthorizationType,
    /// Which authorizer says so.
    pub authorizer_id: Option<String>,
    /// The integration's id, without `integrations/`; `$connect` and `$disconnect` may have none.
    pub target: Option<String>,
    /// As `$default`, if clients get answers: with a route response.
    pub route_response_selection_expression: Option<String>,
    /// In events.
    pub operation_name: Option<String>,
}

/// How clients are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorizationType {
    /// Not at all.
    #[default]
    None,
    /// By their signatures.
    AwsIam,
    /// By what a function says.
    Custom,
}

/// An authorizer of the kind `REQUEST`, which is the only one there is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Authorizer {
    /// As `route.request.querystring.token`; without all of them there is no call, but 401.
    pub identity_source: Vec<String>,
    /// The function's URI.
    pub authorizer_uri: String,
}

/// A deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stage {
    /// A part of its addresses.
    pub name: String,
    /// `stageVariables`
    pub variables: IndexMap<String, String>,
    /// For connects and messages together.
    pub throttle: Option<Throttle>,
}

/// API Gateway's quotas; tests may narrow them.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Of a message in either direction, 128 KB.
    pub message_bytes: usize,
    /// Of a frame from a client, 32 KB.
    pub frame_bytes: usize,
    /// A connection without a frame in either direction ends after this, 10 minutes.
    pub idle: Duration,
    /// Every connection ends after this, two hours.
    pub life: Duration,
    /// Messages of a client that are being answered at once; it is not read meanwhile.
    pub messages_under_way: usize,
    /// Messages that wait for a client to read them; more end the connection.
    pub waiting_messages: usize,
    /// The same in bytes.
    pub waiting_bytes: usize,
    /// Connections to the API.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            message_bytes: 128 * 1024,
            frame_bytes: 32 * 1024,
            idle: Duration::from_secs(10 * 60),
            life: Duration::from_secs(2 * 60 * 60),
            messages_under_way: 16,
            waiting_messages: 256,
            waiting_bytes: 1024 * 1024,
            connections: 10_000,
        }
    }
}
