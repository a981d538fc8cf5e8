//! The keys of an OpenID Connect provider: what its issuer publishes, fetched when a token asks for them.
//! <https://openid.net/specs/openid-connect-discovery-1_0.html>
//!
//! This is the one place where `local` speaks to another server, and only to an issuer that the template names.

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use local_appsync::ProviderKeys;
use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;

/// How long the issuer may take for each of the two documents. Tests do not depend on how loaded a machine is.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 60 } else { 5 });

/// The size of a document, in bytes; a provider has a handful of keys of at most a few KB.
const MOST_BYTES: usize = 256 * 1024;

/// The issuer of tokens, by its address.
pub(crate) struct Issuer {
    /// As in the template, and in the tokens' claim `iss`.
    name: String,
    configuration: Uri,
    patience: Duration,
}

impl Issuer {
    /// The error says what an issuer must be.
    pub(crate) fn new(name: &str) -> Result<Issuer, String> {
        let wrong = || format!("the OpenID Connect issuer {name:?} must be an http:// or https:// URL");
        let address: Uri = name.parse().map_err(|_| wrong())?;
        if !matches!(address.scheme_str(), Some("http" | "https")) || address.query().is_some() {
            return Err(wrong());
        }
        let configuration = format!("{}/.well-known/openid-configuration", name.trim_end_matches('/'));
        let configuration = configuration.parse().map_err(|_| wrong())?;
        Ok(Issuer { name: name.to_owned(), configuration, patience: PATIENCE })
    }

    async fn keys(&self) -> Result<Value, String> {
        let configuration = self.document(&self.configuration).await?;
        if configuration["issuer"] != self.name.as_str() {
            return Err(format!(
                "{} names the issuer {}, not {:?}: the template must have the very same text, also in its last slash",
                self.configuration, configuration["issuer"], self.name
            ));
        }
        let address = configuration["jwks_uri"].as_str().and_then(|address| address.parse::<Uri>().ok());
        let Some(address) = address.filter(|address| self.may_name(address)) else {
            return Err(format!(
                "{} has the jwks_uri {}: it must be on the issuer's own host, or https://",
                self.configuration, configuration["jwks_uri"]
            ));
        };
        self.document(&address).await
    }

    /// Keys from elsewhere count only if the way there is as safe as a certificate makes it.
    fn may_name(&self, address: &Uri) -> bool {
        let own = &self.configuration;
        let is_own = address.scheme() == own.scheme() && address.authority() == own.authority();
        is_own || address.scheme_str() == Some("https")
    }

    /// One `GET`, without redirects.
    async fn document(&self, address: &Uri) -> Result<Value, String> {
        let failed = |error: &dyn Display| {
            format!(
                "GET {address}: {error}. Start the provider, or correct OpenIDConnectConfig.Issuer in the template"
            )
        };
        let got = async {
            let request = Request::get(address).header("accept", "application/json").body(Body::empty());
            let request = request.map_err(|error| failed(&error))?;
            let answer = match address.scheme_str() {
                Some("https") => client(secure().map_err(|error| failed(&error))?).request(request).await,
                _ => client(HttpConnector::new()).request(request).await,
            };
            // The cause is what tells: "connection refused", not "client error".
            let answer = answer.map_err(|error| failed(&root(&error)))?;
            if answer.status() != StatusCode::OK {
                return Err(failed(&format!("the answer is {}", answer.status())));
            }
            let body = to_bytes(Body::new(answer.into_body()), MOST_BYTES).await;
            let body = body.map_err(|error| failed(&root(&error)))?;
            serde_json::from_slice(&body).map_err(|error| failed(&format!("the answer is no JSON: {error}")))
        };
        let late = || failed(&format!("no answer within {} ms", self.patience.as_millis()));
        tokio::time::timeout(self.patience, got).await.unwrap_or_else(|_| Err(late()))
    }
}

#[async_trait]
impl ProviderKeys for Issuer {
    async fn jwks(&self) -> Result<Value, String> {
        self.keys().await
    }
}

/// Made for each document, which are few: nothing is kept open to the outside.
fn client<C: Connect + Clone>(connector: C) -> Client<C, Body> {
    Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)
}

/// By the certificates that this machine trusts.
fn secure() -> std::io::Result<HttpsConnector<HttpConnector>> {
    let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(ring::default_provider())?;
    Ok(builder.https_only().enable_http1().build())
}

fn root<'e>(error: &'e (dyn std::error::Error + 'static)) -> &'e (dyn std::error::Error + 'static) {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root
}
