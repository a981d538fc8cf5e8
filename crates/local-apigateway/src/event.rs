//! What events of REST and WebSocket APIs have in common: headers, queries, ids and times.
//!
//! Shapes as recorded from AWS, see the crate's documentation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Names and values in the order they came, a repeated name repeated.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

impl Pairs {
    /// Those that reach a function, with the names as API Gateway writes the common ones.
    pub(crate) fn of_headers(headers: &HeaderMap, source_ip: &str, is_tls: bool) -> Pairs {
        let mut pairs: Vec<(String, String)> = headers
            .iter()
            .filter(|(name, _)| !["content-length", "connection"].contains(&name.as_str()))
            .map(|(name, value)| {
                (canonical(name.as_str()), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        for (name, value) in [
            ("X-Amzn-Trace-Id", format!("Root=1-{:08x}-{}", Timestamp::now().as_second(), hex(24))),
            ("X-Forwarded-For", source_ip.to_owned()),
            ("X-Forwarded-Port", if is_tls { "443" } else { "80" }.to_owned()),
            ("X-Forwarded-Proto", if is_tls { "https" } else { "http" }.to_owned()),
        ] {
            match pairs.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
                Some((_, before)) if name == "X-Forwarded-For" => *before = format!("{before}, {value}"),
                Some(_) => {}
                None => pairs.push((name.to_owned(), value)),
            }
        }
        Pairs(pairs)
    }

    /// Decoded: a plus is a space.
    pub(crate) fn of_query(query: &str) -> Pairs {
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
        };
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        };
        Pairs(query.split('&').filter(|part| !part.is_empty()).map(pair).collect())
    }

    /// The last value of a name; of several headers of a name the last one counts.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn get_ignoring_case(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn all_ignoring_case<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// `headers`, `queryStringParameters`.
    pub(crate) fn single(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
    }

    /// `multiValueHeaders`, `multiValueQueryStringParameters`.
    pub(crate) fn multiple(&self) -> Map<String, Value> {
        let mut values = Map::new();
        for (name, value) in &self.0 {
            match values.get_mut(name) {
                Some(Value::Array(others)) => others.push(value.as_str().into()),
                _ => _ = values.insert(name.clone(), json!([value])),
            }
        }
        values
    }
}

/// An empty map is null in an event.
pub(crate) fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}

/// Headers that HTTP/1 clients write with capitals and API Gateway passes on so. HTTP gives them in lower case.
fn canonical(name: &str) -> String {
    const WITH_CAPITALS: [&str; 22] = [
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "cache-control",
        "content-encoding",
        "content-type",
        "cookie",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "origin",
        "referer",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-protocol",
        "sec-websocket-version",
        "upgrade",
        "user-agent",
        "x-forwarded-for",
        "x-forwarded-proto",
    ];
    if !WITH_CAPITALS.contains(&name) {
        return name.to_owned();
    }
    let capitalized = |word: &str| match word {
        "websocket" => "WebSocket".to_owned(),
        _ => word[..1].to_ascii_uppercase() + &word[1..],
    };
    name.split('-').map(capitalized).collect::<Vec<_>>().join("-")
}

/// Ids as API Gateway makes them for connections, messages and (`extendedRequestId`) requests: 11 bytes in base64.
pub(crate) fn short_id() -> String {
    STANDARD.encode(&uuid::Uuid::new_v4().as_bytes()[..11])
}

fn hex(digits: usize) -> String {
    let mut text = uuid::Uuid::new_v4().simple().to_string();
    text.truncate(digits);
    text
}

/// `requestTime` and `requestTimeEpoch` (milliseconds).
pub(crate) fn request_time(now: Timestamp) -> (String, i64) {
    (now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(), now.as_millisecond())
}
