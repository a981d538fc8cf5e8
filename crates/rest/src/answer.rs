//! What API Gateway is to answer: status, headers and JSON.

use chat::Error;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{MAPPED, ROUTES};

/// An answer, before it is known who may read it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Map<String, Value>,
    body: Option<Value>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: &impl Serialize) -> Result<Answer, Error> {
        let body = serde_json::to_value(body).map_err(|error| Error::Internal(error.into()))?;
        Ok(Answer { status, headers: Map::new(), body: Some(body) })
    }

    /// A refusal or a failure, in the shape that the gateway's own have.
    pub(crate) fn failure(error: &Error) -> Answer {
        let status = match error {
            Error::InvalidInput(_) => 400,
            Error::Forbidden(_) => 403,
            Error::NotFound(_) => 404,
            Error::Conflict(_) => 409,
            Error::Busy => 503,
            Error::Internal(_) => 500,
        };
        let mut headers = Map::new();
        if matches!(error, Error::Busy) {
            headers.insert("retry-after".into(), json!("1"));
        }
        Answer { status, headers, body: Some(json!({ "error": error.kind(), "message": error.to_string() })) }
    }

    pub(crate) fn unauthorized() -> Answer {
        let message = "Send the ID token of a signed-in user in the header Authorization.";
        let body = json!({ "error": "Unauthorized", "message": message });
        Answer { status: 401, headers: Map::new(), body: Some(body) }
    }

    /// To a browser that asks what a page may send here.
    pub(crate) fn preflight(resource: &str) -> Answer {
        let of_resource = ROUTES.iter().chain(MAPPED).filter(|(_, path)| *path == resource);
        let methods: Vec<&str> = of_resource.map(|(method, _)| *method).collect();
        let headers = [
            ("access-control-allow-methods", methods.join(",")),
            ("access-control-allow-headers", "authorization,content-type".into()),
            // Two hours are the longest that browsers remember it.
            ("access-control-max-age", "7200".into()),
        ];
        let headers =
            headers.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        Answer { status: 204, headers, body: None }
    }

    /// As the proxy integration takes it; `origin` is that of a page which may read the answer.
    pub(crate) fn into_json(self, origin: Option<&str>) -> Value {
        let mut headers = self.headers;
        headers.insert("vary".into(), json!("Origin"));
        // Tickets are secrets, and the feed is of this moment.
        headers.insert("cache-control".into(), json!("no-store"));
        if self.body.is_some() {
            headers.insert("content-type".into(), json!("application/json"));
        }
        if let Some(origin) = origin {
            headers.insert("access-control-allow-origin".into(), json!(origin));
        }
        let body = self.body.map(|body| body.to_string()).unwrap_or_default();
        json!({ "statusCode": self.status, "headers": headers, "body": body, "isBase64Encoded": false })
    }
}
