//! What a function reads from its environment, once, before its first event.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::Store;
use crate::uploads::Bucket;

/// The variables of the functions that use the chat. Lambda itself sets those that begin with `AWS_`.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `CHAT_TABLE`: the table's name.
    pub chat_table: String,
    /// `UPLOADS_BUCKET`: the bucket's name; without it, files are refused.
    pub uploads_bucket: String,
    /// `AWS_REGION`.
    pub aws_region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub aws_access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub aws_secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub aws_session_token: Option<String>,
    /// `AWS_ENDPOINT_URL`: where the services are, if not at AWS (an emulator).
    pub aws_endpoint_url: Option<String>,
}

/// This variable is missing.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set: the template sets it on every function that needs it")]
pub struct EnvironmentError(pub &'static str);

impl Environment {
    /// Reads the process's environment.
    pub fn read() -> Result<Environment, EnvironmentError> {
        let required = |name| std::env::var(name).map_err(|_| EnvironmentError(name));
        Ok(Environment {
            chat_table: required("CHAT_TABLE")?,
            uploads_bucket: std::env::var("UPLOADS_BUCKET").unwrap_or_default(),
            aws_region: required("AWS_REGION")?,
            aws_access_key_id: required("AWS_ACCESS_KEY_ID")?,
            aws_secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
            aws_session_token: std::env::var("AWS_SESSION_TOKEN").ok(),
            aws_endpoint_url: std::env::var("AWS_ENDPOINT_URL").ok(),
        })
    }

    /// Connects, without a request: the first call finds its client ready.
    ///
    /// `aws-config` is left out on purpose: Lambda hands region and credentials over in the environment,
    /// and ring instead of AWS-LC saves a third of a second of cold start in a small function.
    pub fn connect(self) -> Store {
        let credentials = Credentials::new(
            &self.aws_access_key_id,
            &self.aws_secret_access_key,
            self.aws_session_token.clone(),
            None,
            "environment",
        );
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(self.aws_region.clone()))
            .credentials_provider(credentials.clone())
            .http_client(http);
        config.set_endpoint_url(self.aws_endpoint_url.clone());
        let uploads = Bucket::new(
            &self.uploads_bucket,
            &self.aws_region,
            self.aws_endpoint_url.as_deref(),
            credentials,
        );
        Store::new(aws_sdk_dynamodb::Client::from_conf(config.build()), self.chat_table, uploads)
    }
}
