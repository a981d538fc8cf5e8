//! What an app asks for when it sends somebody here (RFC 6749, section 4.1.1), and why it may be refused.

use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::html;
use crate::Cognito;
use crate::config::{ClientConfig, OAuthConfig};

/// The query of `/oauth2/authorize`, which every page after it carries along.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AuthorizationRequest {
    client_id: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    identity_provider: Option<String>,
    pub(super) prompt: Option<String>,
}

/// A request that the client's settings allow.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// With blanks between.
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<String>,
    state: Option<String>,
}

/// Why not.
pub(super) enum Refusal {
    /// Nobody may be sent to where the request says: a page tells it here.
    Page(&'static str),
    /// The app is told, at its callback.
    Callback(String),
}

impl AuthorizationRequest {
    pub(super) fn check(&self, cognito: &Cognito) -> Result<Granted, Refusal> {
        let (client, oauth) = client(cognito, self.client_id.as_deref())
            .ok_or(Refusal::Page("The client_id is of no app client that may use this page."))?;
        // Word for word: anything looser would let codes go astray.
        let redirect_uri = self.redirect_uri.clone().filter(|uri| oauth.callback_urls.contains(uri));
        let redirect_uri = redirect_uri.ok_or(Refusal::Page(
            "The redirect_uri is not one of the app client's callback URLs (the template's parameter CallbackUrls).",
        ))?;
        let refuse = |error: &str, description: &str| {
            let mut query = vec![("error", error), ("error_description", description)];
            query.extend(self.state.as_deref().map(|state| ("state", state)));
            Refusal::Callback(with_query(&redirect_uri, &query))
        };
        match self.response_type.as_deref() {
            Some("code") if oauth.allows_code => {}
            Some("code" | "token") => {
                return Err(refuse("unauthorized_client", "The client may not use this flow."));
            }
            _ => return Err(refuse("invalid_request", "response_type must be code.")),
        }
        if !matches!(self.identity_provider.as_deref(), None | Some("" | "COGNITO")) {
            return Err(refuse("invalid_request", "There is no such identity provider."));
        }
        let code_challenge = self.code_challenge.clone().filter(|challenge| !challenge.is_empty());
        let is_s256 = self.code_challenge_method.as_deref() == Some("S256");
        if code_challenge.is_some() != self.code_challenge_method.is_some()
            || code_challenge.is_some() && !is_s256
        {
            return Err(refuse(
                "invalid_request",
                "code_challenge and code_challenge_method=S256 go together.",
            ));
        }
        let scope = self.scope.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
        if !scope.iter().all(|scope| oauth.scopes.iter().any(|allowed| allowed == scope)) {
            return Err(refuse("invalid_scope", "The client may not have this scope."));
        }
        let scope = if scope.is_empty() { oauth.scopes.join(" ") } else { scope.join(" ") };
        Ok(Granted {
            client_id: client.client_id.clone(),
            redirect_uri,
            scope,
            nonce: self.nonce.clone(),
            code_challenge,
            state: self.state.clone(),
        })
    }
}

impl Granted {
    /// The callback with a code, or with an error.
    pub(super) fn callback(&self, name: &str, value: &str) -> String {
        let mut query = vec![(name, value)];
        query.extend(self.state.as_deref().map(|state| ("state", state)));
        with_query(&self.redirect_uri, &query)
    }
}

impl Refusal {
    pub(super) fn response(self) -> Response {
        match self {
            Refusal::Page(why) => html::error(why),
            Refusal::Callback(location) => html::redirect(&location),
        }
    }
}

/// The client, if it may use the page.
pub(super) fn client<'a>(
    cognito: &'a Cognito,
    id: Option<&str>,
) -> Option<(&'a ClientConfig, &'a OAuthConfig)> {
    let client = cognito.user_pool.clients.iter().find(|client| Some(client.client_id.as_str()) == id)?;
    Some((client, client.oauth.as_ref()?))
}

fn with_query(uri: &str, query: &[(&str, &str)]) -> String {
    let mut location = uri.to_owned();
    for (name, value) in query {
        location.push(if location.contains('?') { '&' } else { '?' });
        location.push_str(&format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    }
    location
}
