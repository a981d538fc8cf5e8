//! Credentials as clients send them: in HTTP headers, or in the header objects of the realtime protocol.

use bytes::Bytes;

use crate::caller::Refused;
use crate::definition::AuthMode;

/// What a caller shows, not yet verified.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// The header `x-api-key`.
    ApiKey(String),
    /// `Authorization`, without `Bearer `: a JWT, or whatever a Lambda authorizer expects.
    Token(String),
    /// A request signed with AWS Signature Version 4, for the service `appsync`.
    Signed(SignedRequest),
}

/// What was signed. On the realtime protocol it is a request that was never sent as such: `POST <endpoint>/connect`
/// with the body `{}` to connect, `POST <endpoint>` with the GraphQL request to subscribe.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// `POST`
    pub method: String,
    /// `/graphql` or `/graphql/connect`
    pub path: String,
    /// Without the `?`; mostly empty.
    pub query: String,
    /// Names in lower case; `authorization` has the signature.
    pub headers: Vec<(String, String)>,
    /// As signed.
    pub body: Bytes,
}

/// A request's headers, names in lower case, and the rest of what a signature covers.
pub(crate) struct Evidence<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a Bytes,
}

impl Evidence<'_> {
    /// The first credentials of a mode that the API has. Clients send one kind; should there be two, a mode that is
    /// not configured must not hide one that is.
    pub(crate) fn credentials(&self, modes: &[AuthMode]) -> Result<Credentials, Refused> {
        let takes_tokens =
            [AuthMode::UserPool, AuthMode::Oidc, AuthMode::Lambda].iter().any(|mode| modes.contains(mode));
        let authorization = self.header("authorization").filter(|value| !value.trim().is_empty());
        let is_signature = |value: &str| value.starts_with("AWS4-");
        match authorization {
            Some(value) if is_signature(value) && modes.contains(&AuthMode::Iam) => {
                return Ok(Credentials::Signed(self.signed_request()));
            }
            Some(value) if !is_signature(value) && takes_tokens => {
                return Ok(Credentials::Token(without_bearer(value).to_owned()));
            }
            _ => {}
        }
        match self.header("x-api-key") {
            Some(key) if modes.contains(&AuthMode::ApiKey) => Ok(Credentials::ApiKey(key.to_owned())),
            None if authorization.is_none() => Err(Refused::new("Valid authorization header not provided.")),
            _ => Err(Refused::not_authorized()),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn signed_request(&self) -> SignedRequest {
        SignedRequest {
            method: "POST".to_owned(),
            path: self.path.to_owned(),
            query: self.query.to_owned(),
            headers: self.headers.to_vec(),
            body: self.body.clone(),
        }
    }
}

fn without_bearer(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    }
}
