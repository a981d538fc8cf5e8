//! Signatures as AWS's own SDK for Rust makes them.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use axum::body::Body;
use axum::http::Request;

/// Where the requests say that they go.
pub(crate) const HOST: &str = "localhost:4000";

/// Someone who signs requests.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) key: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) token: Option<&'static str>,
    pub(crate) region: &'static str,
    pub(crate) at: SystemTime,
    pub(crate) expires_in: Duration,
}

impl Caller {
    /// The account's own key, now, for a minute.
    pub(crate) fn account() -> Caller {
        let expires_in = Duration::from_secs(60);
        Caller {
            key: "AKIALOCAL",
            secret: "the secret",
            token: None,
            region: "us-east-1",
            at: SystemTime::now(),
            expires_in,
        }
    }

    /// A key of an identity pool.
    pub(crate) fn temporary() -> Caller {
        let (key, secret, token) = ("ASIATEMPORARY", "a temporary secret", Some("the session token"));
        Caller { key, secret, token, ..Caller::account() }
    }

    /// Signs the request, with its headers and body, in its headers.
    pub(crate) fn sign(&self, request: Request<Body>, body: &[u8]) -> Request<Body> {
        let signed = self.signed(request, SignableBody::Bytes(body), SignatureLocation::Headers);
        with_body(signed, body)
    }

    /// Signs the request, with its headers but without a body, in its URL.
    pub(crate) fn presign(&self, request: Request<Body>) -> Request<Body> {
        self.signed(request, SignableBody::UnsignedPayload, SignatureLocation::QueryParams)
    }

    fn signed(
        &self,
        mut request: Request<Body>,
        body: SignableBody<'_>,
        location: SignatureLocation,
    ) -> Request<Body> {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.expires_in = (location == SignatureLocation::QueryParams).then_some(self.expires_in);
        settings.payload_checksum_kind = match location {
            SignatureLocation::Headers => PayloadChecksumKind::XAmzSha256,
            _ => PayloadChecksumKind::NoHeader,
        };
        settings.signature_location = location;
        let credentials =
            Credentials::new(self.key, self.secret, self.token.map(str::to_owned), None, "test");
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("s3")
            .time(self.at)
            .settings(settings)
            .build()
            .unwrap();
        let uri = format!("http://{HOST}{}", request.uri());
        let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let signable = SignableRequest::new(request.method().as_str(), &uri, headers, body).unwrap();
        let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}

/// The request with a body, whose length is said as an HTTP client would.
pub(crate) fn with_body(request: Request<Body>, body: &[u8]) -> Request<Body> {
    let mut request = request.map(|_| Body::from(body.to_vec()));
    request.headers_mut().insert("content-length", body.len().into());
    request
}
