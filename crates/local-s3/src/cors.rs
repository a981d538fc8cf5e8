//! Which pages of other origins may use a bucket: the bucket's CORS rules, as S3 applies them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use serde::Deserialize;

/// A bucket of the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The physical bucket name.
    pub name: String,
    /// Its CORS rules; the first that fits a request counts. None means that no other origin is let in.
    pub cors: Vec<CorsRule>,
}

/// One rule of `AWS::S3::Bucket`'s CorsConfiguration. Origins and headers may hold one `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    /// Such as `https://chat.example`, `http://localhost:*` or `*`.
    pub allowed_origins: Vec<String>,
    /// GET, PUT, HEAD, POST, DELETE.
    pub allowed_methods: Vec<String>,
    /// Request headers that a preflight may ask for, in any case.
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// Response headers that a page may read, such as `ETag`.
    #[serde(default)]
    pub exposed_headers: Vec<String>,
    /// For how long a browser may remember a preflight, in seconds.
    #[serde(default)]
    pub max_age: Option<u32>,
}

/// The CORS configuration of a bucket cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("bucket {bucket}: CorsConfiguration: {why}")]
pub struct InvalidBucket {
    /// The physical bucket name.
    pub bucket: String,
    /// What is wrong with which property.
    pub why: String,
}

impl Bucket {
    /// The bucket `name` as an `AWS::S3::Bucket` with these resolved CloudFormation `properties`.
    pub fn of_template(name: &str, properties: &serde_json::Value) -> Result<Bucket, InvalidBucket> {
        let rules = &properties["CorsConfiguration"]["CorsRules"];
        let cors = match rules {
            serde_json::Value::Null => Vec::new(),
            rules => Vec::deserialize(rules)
                .map_err(|e| InvalidBucket { bucket: name.to_owned(), why: e.to_string() })?,
        };
        Ok(Bucket { name: name.to_owned(), cors })
    }
}

impl CorsRule {
    fn fits(&self, origin: &str, method: &str) -> bool {
        self.allowed_methods.iter().any(|allowed| allowed == method)
            && self.allowed_origins.iter().any(|pattern| matches(pattern, origin))
    }

    fn allows_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.allowed_headers.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &name))
    }
}

/// Answers `OPTIONS`: the browser asks before it sends a request that a plain form could not.
pub(crate) fn preflight(
    rules: Option<&[CorsRule]>,
    origin: &HeaderValue,
    headers: &HeaderMap,
) -> Response<Body> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let method = text(header::ACCESS_CONTROL_REQUEST_METHOD);
    let asked = text(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let names = || asked.split(',').map(str::trim).filter(|name| !name.is_empty());
    let fits = |rule: &&CorsRule| {
        rule.fits(origin.to_str().unwrap_or_default(), method) && names().all(|name| rule.allows_header(name))
    };
    let Some(rule) = rules.unwrap_or_default().iter().find(fits) else {
        return refusal(rules.is_some_and(|rules| !rules.is_empty()));
    };
    let mut response = Response::new(Body::empty());
    let answer = response.headers_mut();
    grant(rule, origin, answer);
    set(answer, header::ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    set(answer, header::ACCESS_CONTROL_ALLOW_HEADERS, &asked.to_ascii_lowercase());
    if let Some(max_age_s) = rule.max_age {
        answer.insert(header::ACCESS_CONTROL_MAX_AGE, max_age_s.into());
    }
    response
}

/// Adds to an answer what lets a page of `origin` read it, if a rule fits; errors are readable too.
pub(crate) fn allow(
    rules: Option<&[CorsRule]>,
    origin: &HeaderValue,
    method: &Method,
    answer: &mut HeaderMap,
) {
    let fits = |rule: &&CorsRule| rule.fits(origin.to_str().unwrap_or_default(), method.as_str());
    if let Some(rule) = rules.unwrap_or_default().iter().find(fits) {
        grant(rule, origin, answer);
    }
}

fn grant(rule: &CorsRule, origin: &HeaderValue, answer: &mut HeaderMap) {
    if rule.allowed_origins.iter().any(|pattern| pattern == "*") {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    set(answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed_headers.join(", "));
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    answer.insert(header::VARY, HeaderValue::from_static(vary));
}

fn set(answer: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        answer.insert(name, value);
    }
}

fn refusal(is_configured: bool) -> Response<Body> {
    let message = match is_configured {
        true => {
            "CORSResponse: no rule of the bucket's CorsConfiguration allows this origin, method and headers."
        }
        false => "CORSResponse: CORS is not enabled for this bucket.",
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Error><Code>AccessForbidden</Code><Message>{message}</Message></Error>"
    );
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// Whether `text` fits a pattern with at most one `*`, which stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text_and_everything_else_for_itself() {
        for (pattern, text, fits) in [
            ("*", "https://chat.example", true),
            ("https://chat.example", "https://chat.example", true),
            ("https://chat.example", "https://chat.example.evil", false),
            ("https://*.chat.example", "https://web.chat.example", true),
            ("https://*.chat.example", "https://chat.example", false),
            ("http://localhost:*", "http://localhost:5173", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
