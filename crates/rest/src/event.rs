//! The part of API Gateway's proxy event that is read.

use std::collections::BTreeMap;

use chat::{Error, UserId};
use serde::Deserialize;

/// One request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) http_method: String,
    /// The path as the template has it, such as `/posts`.
    pub(crate) resource: String,
    headers: Option<BTreeMap<String, String>>,
    stage_variables: Option<BTreeMap<String, String>>,
    query_string_parameters: Option<BTreeMap<String, String>>,
    request_context: RequestContext,
}

#[derive(Debug, Deserialize)]
struct RequestContext {
    authorizer: Option<Authorizer>,
}

#[derive(Debug, Deserialize)]
struct Authorizer {
    claims: Option<Claims>,
}

/// Of the token, which API Gateway has verified.
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
}

impl Event {
    /// For the log: the user's id.
    pub(crate) fn user(&self) -> Option<&str> {
        Some(&self.request_context.authorizer.as_ref()?.claims.as_ref()?.sub)
    }

    /// Who calls: the token says so, and nothing else. Nobody if no authorizer stood before the function.
    pub(crate) fn caller(&self) -> Result<Option<UserId>, Error> {
        self.user().map(str::parse).transpose()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name).map(String::as_str)
    }

    /// The origin of the page that asks, if it is one of the stage variable `allowedOrigins` (CORS). It is there,
    /// not in the environment, as the mapping templates read it as well.
    pub(crate) fn allowed_origin(&self) -> Option<&str> {
        let allowed = self.stage_variables.as_ref()?.get("allowedOrigins")?;
        self.header("origin").filter(|origin| allowed.split(',').any(|one| one == *origin))
    }

    /// A header; their names come in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().flatten();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
