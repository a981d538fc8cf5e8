//! An access key, and what it signs.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::Parlor;

/// Credentials, and the time that a signature says.
#[derive(Debug, Clone)]
pub struct Key {
    /// Of whomever.
    pub credentials: Credentials,
    /// Now, unless a story is about another time.
    pub at: SystemTime,
}

impl Key {
    /// A key that is used now.
    pub fn new(credentials: Credentials) -> Key {
        Key { credentials, at: SystemTime::now() }
    }

    /// The one in the data folder, which may do everything.
    pub fn of_owner(parlor: &Parlor) -> Key {
        let file = std::fs::read_to_string(parlor.data().join("credentials")).expect("the owner's key");
        let line = |name: &str| {
            let found = file.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            found.expect("both lines are there").trim().to_owned()
        };
        let (id, secret) = (line("aws_access_key_id"), line("aws_secret_access_key"));
        Key::new(Credentials::new(id, secret, None, None, "test"))
    }

    /// The headers of a signed request, `host` among them.
    pub fn headers(&self, service: &str, method: &str, url: &str, body: &str) -> Vec<(String, String)> {
        self.headers_with(&[], service, method, url, body)
    }

    /// The same with more that are signed.
    fn headers_with(
        &self,
        more: &[(&str, &str)],
        service: &str,
        method: &str,
        url: &str,
        body: &str,
    ) -> Vec<(String, String)> {
        let identity = self.credentials.clone().into();
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(service)
            .time(self.at)
            .settings(settings)
            .build()
            .expect("all is given");
        let host = url.split('/').nth(2).expect("a host");
        let mut headers = vec![("host".to_owned(), host.to_owned())];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        if service == "s3" {
            headers.push(("x-amz-content-sha256".to_owned(), "UNSIGNED-PAYLOAD".to_owned()));
        }
        let signed = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = match service {
            "s3" => SignableBody::UnsignedPayload,
            _ => SignableBody::Bytes(body.as_bytes()),
        };
        let request = SignableRequest::new(method, url, signed, body).expect("a request");
        let (instructions, _) = sign(request, &params.into()).expect("it can be signed").into_parts();
        let added = instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        headers.extend(added);
        headers
    }

    /// A signed request, without a body: one that was signed comes on top.
    pub fn request(&self, service: &str, method: Method, url: &str, body: &str) -> RequestBuilder {
        let headers = self.headers(service, method.as_str(), url, body);
        with(headers, method, url)
    }

    /// A request in AWS's JSON protocol, as `DynamoDB_20120810.Scan`.
    pub fn call(&self, service: &str, parlor: &str, target: &str, body: &Value) -> RequestBuilder {
        let (url, body) = (format!("{parlor}/"), body.to_string());
        let headers = self.headers_with(&[("x-amz-target", target)], service, "POST", &url, &body);
        with(headers, Method::POST, &url).header("content-type", "application/x-amz-json-1.0").body(body)
    }
}

fn with(headers: Vec<(String, String)>, method: Method, url: &str) -> RequestBuilder {
    let request = Client::new().request(method, url);
    headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}
