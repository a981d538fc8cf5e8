//! What web pages of strangers cannot do here: a browser on this machine reaches localhost on their behalf.

use axum::extract::Request;
use axum::http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, HOST, HeaderValue, ORIGIN, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The refusal, if this is a request that only a stranger's page would send.
///
/// A name that is not this machine's means that somebody's DNS points here (rebinding). DynamoDB and an operator's
/// operations of Cognito are for programs.
pub(crate) fn refuse(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).unwrap_or_default();
    let host = headers.get(HOST).map(text).or_else(|| request.uri().authority().map(|host| host.to_string()));
    let host = host.unwrap_or_default();
    if !is_this_machine(&host) {
        return Some(refusal(&format!("This server is localhost, not {host:?}.")));
    }
    let starts =
        |name: &str, start: &[u8]| headers.get(name).is_some_and(|value| value.as_bytes().starts_with(start));
    let for_operators = starts("x-amz-target", b"AWSCognitoIdentityProviderService.")
        && starts(AUTHORIZATION.as_str(), b"AWS4-HMAC-SHA256");
    let origin = headers.get(ORIGIN).map(text);
    let is_ours = |origin: &String| {
        ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host.as_str()))
    };
    let is_foreign = !origin.as_ref().is_none_or(is_ours);
    if request.uri().path().starts_with("/_local/") && is_foreign {
        return Some(refusal("This is for the console alone, not for pages of other origins."));
    }
    if starts("x-amz-target", b"DynamoDB") && is_foreign {
        return Some(refusal("DynamoDB is not for pages of other origins: use the GraphQL API."));
    }
    if for_operators && is_foreign {
        return Some(refusal("An operator's calls are not for pages of other origins: use the AWS CLI."));
    }
    None
}

/// Makes sure that an uploaded page cannot act as one of ours, though it comes from the same origin.
pub(crate) fn defuse(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// `localhost`, `<anything>.localhost` (buckets) and the loopback addresses, with any port.
fn is_this_machine(host: &str) -> bool {
    let Ok(uri) = format!("http://{host}/").parse::<Uri>() else { return false };
    let name = uri.host().unwrap_or_default().to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn refusal(message: &str) -> Response {
    (StatusCode::FORBIDDEN, axum::Json(json!({ "message": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in [
            "localhost",
            "localhost:4000",
            "LOCALHOST:1",
            "127.0.0.1:4000",
            "[::1]:4000",
            "files.localhost:4",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in
            ["", "evil.example", "evil.example:4000", "localhost.evil.example", "10.0.0.1", "a b", "[::2]"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
