//! The way back to a client: API Gateway's `@connections`.
//!
//! The SDK's own client, not one of ours: next to DynamoDB's it is one more small crate, and it knows how to sign,
//! escape, retry and give up.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, HttpClient, Region};
use aws_sdk_apigatewaymanagement::error::DisplayErrorContext;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use chat::Environment;
use chat::connections::ConnectionId;

/// Sends frames to connections of one stage of one API.
#[derive(Debug, Clone)]
pub struct Callbacks(Client);

/// Why a frame did not arrive.
pub(crate) enum Undelivered {
    /// There is no such connection any more: 410.
    Gone,
    /// It may be there. The cause is for the log.
    Failed(String),
}

impl Callbacks {
    /// `url`: of the stage, with `https`; `/@connections` comes after it. Makes no request.
    pub fn connect(environment: &Environment, url: &str) -> Callbacks {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        Callbacks::connect_with(http, environment, url)
    }

    /// The same by an HTTP client of the host's.
    pub fn connect_with(http: impl HttpClient + 'static, environment: &Environment, url: &str) -> Callbacks {
        let credentials = Credentials::new(
            &environment.aws_access_key_id,
            &environment.aws_secret_access_key,
            environment.aws_session_token.clone(),
            None,
            "environment",
        );
        // One slow connection must not hold up the function that all others wait for.
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let config = aws_sdk_apigatewaymanagement::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(environment.aws_region.clone()))
            .credentials_provider(credentials)
            .http_client(http)
            .timeout_config(timeouts)
            .endpoint_url(url);
        Callbacks(Client::from_conf(config.build()))
    }

    /// One frame, at most 128 KB.
    pub(crate) async fn send(&self, to: &ConnectionId, frame: &[u8]) -> Result<(), Undelivered> {
        let sent = self.0.post_to_connection().connection_id(to.as_str()).data(Blob::new(frame)).send().await;
        sent.map(|_| ()).map_err(|error| {
            // By its status: the SDK knows the exception by a header alone.
            let is_gone = error.raw_response().is_some_and(|answer| answer.status().as_u16() == 410);
            if is_gone {
                Undelivered::Gone
            } else {
                Undelivered::Failed(DisplayErrorContext(error).to_string())
            }
        })
    }
}
