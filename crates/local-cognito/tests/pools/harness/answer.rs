//! What the pool answered, and the tokens in it.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) id: String,
    pub(crate) refresh: String,
}

impl Tokens {
    pub(crate) fn of(answer: &Value) -> Self {
        let token = |name: &str| answer["AuthenticationResult"][name].as_str().unwrap_or_default().to_owned();
        Tokens { access: token("AccessToken"), id: token("IdToken"), refresh: token("RefreshToken") }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// Asserts the exception, in both places where clients look, and answers its message.
    #[track_caller]
    pub(crate) fn refused(self, exception: &str) -> String {
        assert!(self.status.is_client_error(), "{}: {}", self.status, self.text);
        let body: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(body["__type"], exception, "{body}");
        assert_eq!(self.headers["x-amzn-errortype"], format!("{exception}:"));
        body["message"].as_str().unwrap().to_owned()
    }
}
