//! The headers that a client connects with: in the query, in a subprotocol, or as plain HTTP headers.

use axum::extract::Query;
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use http::{header, request};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct ConnectQuery {
    header: Option<String>,
}

/// Names in lower case. What is given in the query or a subprotocol goes before plain headers of the same name.
pub(super) fn connect_headers(parts: &request::Parts, plain: &[(String, String)]) -> Vec<(String, String)> {
    let mut headers = encoded(parts).map(|headers| lower_case(&headers)).unwrap_or_default();
    // What the client put together counts, such as the host that it signed, not what the browser added.
    let others = plain.iter().filter(|(name, _)| !headers.iter().any(|(given, _)| given == name));
    let others: Vec<_> = others.cloned().collect();
    headers.extend(others);
    headers
}

/// A header object's entries that are texts.
pub(super) fn lower_case(headers: &Map<String, Value>) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_lowercase(), value.as_str()?.to_owned())))
        .collect()
}

fn encoded(parts: &request::Parts) -> Option<Map<String, Value>> {
    let from_query = || Query::<ConnectQuery>::try_from_uri(&parts.uri).ok()?.0.header;
    let from_subprotocol = || {
        let offered = parts
            .headers
            .get_all(header::SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .filter_map(|value| value.to_str().ok());
        offered
            .flat_map(|value| value.split(','))
            .find_map(|value| Some(value.trim().strip_prefix("header-")?.to_owned()))
    };
    decode(&from_query().or_else(from_subprotocol)?)
}

/// Base64 of either alphabet, padded or not; a plus sign that a query decoder took for a space is one again.
fn decode(text: &str) -> Option<Map<String, Value>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::URL_SAFE, config);
    let text = text.replace('/', "_").replace(['+', ' '], "-");
    serde_json::from_slice(&engine.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

    fn parts(uri: &str, subprotocols: &str) -> request::Parts {
        let request = http::Request::get(uri).header(header::SEC_WEBSOCKET_PROTOCOL, subprotocols);
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn either_base64_alphabet_is_read_padded_or_not() {
        // Bytes that give + and / in the standard alphabet.
        let json = r#"{"x-api-key":"ÿþ~~?"}"#;
        for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
            let text = engine.encode(json);
            let headers = decode(&text).unwrap();
            assert_eq!(headers["x-api-key"], "ÿþ~~?", "{text}");
        }
    }

    #[test]
    fn headers_are_found_in_the_query_and_in_a_subprotocol() {
        let json = r#"{"Host":"localhost:4000","X-Api-Key":"da2-key"}"#;
        let expected =
            [("host", "localhost:4000"), ("x-api-key", "da2-key")].map(|(n, v)| (n.to_owned(), v.to_owned()));

        let raw = format!("/graphql/realtime?header={}&payload=e30=", STANDARD.encode(json));
        assert_eq!(connect_headers(&parts(&raw, "graphql-ws"), &[]), expected);

        let encoded = format!("/graphql?header={}", STANDARD.encode(json).replace('=', "%3D"));
        assert_eq!(connect_headers(&parts(&encoded, "graphql-ws"), &[]), expected);

        let subprotocols = format!("graphql-ws, header-{}", URL_SAFE_NO_PAD.encode(json));
        assert_eq!(connect_headers(&parts("/graphql", &subprotocols), &[]), expected);
    }

    #[test]
    fn garbage_is_no_header() {
        for uri in
            ["/graphql?header=", "/graphql?header=%%%", "/graphql?header=e30", "/graphql?header=bm90IGpzb24"]
        {
            assert_eq!(connect_headers(&parts(uri, "graphql-ws"), &[]), [], "{uri}");
        }
    }
}
