//! A backend whose functions are closures, and which remembers every event.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use local_apigateway::{
    Attempt, Backend, FunctionError, NotReached, OutwardAnswer, OutwardCall, Signatory, SignatureError,
    SignedRequest, TokenError,
};
use serde_json::{Map, Value, json};
use tokio::sync::{Notify, mpsc};

type Function = Box<dyn Fn(Value) -> Result<Value, FunctionError> + Send + Sync>;

/// Functions by name. Calling one that is not there fails, calling `never` never ends, and `held` once it is let go.
pub(crate) struct Functions {
    functions: HashMap<&'static str, Function>,
    pub(crate) events: Mutex<Vec<(String, Value)>>,
    pub(crate) calls: Mutex<Vec<OutwardCall>>,
    /// What signed requests were for.
    pub(crate) attempts: Mutex<Vec<Attempt>>,
    pub(crate) let_go: Notify,
    told: mpsc::UnboundedSender<(String, Value)>,
    /// Every event as it comes, with the function's name.
    pub(crate) heard: tokio::sync::Mutex<mpsc::UnboundedReceiver<(String, Value)>>,
}

pub(crate) fn functions() -> Functions {
    let (told, heard) = mpsc::unbounded_channel();
    Functions {
        functions: HashMap::new(),
        events: Mutex::default(),
        calls: Mutex::default(),
        attempts: Mutex::default(),
        let_go: Notify::new(),
        told,
        heard: heard.into(),
    }
}

impl Functions {
    pub(crate) fn with(
        mut self,
        name: &'static str,
        function: impl Fn(Value) -> Result<Value, FunctionError> + Send + Sync + 'static,
    ) -> Functions {
        self.functions.insert(name, Box::new(function));
        self
    }

    /// A function that answers with the event that it got, as a proxy integration's body.
    pub(crate) fn with_echo(self) -> Functions {
        self.with("echo", |event| Ok(json!({"statusCode": 200, "body": event.to_string()})))
    }

    pub(crate) fn events_of(&self, name: &str) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|(function, _)| function == name).map(|(_, event)| event.clone()).collect()
    }

    /// The next event of a function; those of others before it are passed over.
    pub(crate) async fn next_event(&self, name: &str) -> Value {
        let mut heard = self.heard.lock().await;
        loop {
            let (function, event) = heard.recv().await.unwrap();
            if function == name {
                return event;
            }
        }
    }
}

pub(crate) fn failing(message: &str) -> FunctionError {
    FunctionError { error_type: "Error".to_owned(), error_message: message.to_owned() }
}

/// The address of a function of that name.
pub(crate) fn uri(function: &str) -> String {
    format!(
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
         arn:aws:lambda:us-east-1:123456789012:function:{function}/invocations"
    )
}

#[async_trait]
impl Backend for Functions {
    async fn invoke(&self, function: &str, event: Value) -> Result<Value, FunctionError> {
        let name = function.strip_prefix("arn:aws:lambda:us-east-1:123456789012:function:").unwrap();
        self.events.lock().unwrap().push((name.to_owned(), event.clone()));
        _ = self.told.send((name.to_owned(), event.clone()));
        match name {
            "never" => std::future::pending().await,
            "held" => self.let_go.notified().await,
            _ => {}
        }
        match self.functions.get(name) {
            Some(function) => function(event),
            None => Err(failing("there is no such function")),
        }
    }

    /// Tokens are `id:NAME` and `access:NAME:SCOPE`.
    async fn verify_token(&self, token: &str, pools: &[String]) -> Result<Map<String, Value>, TokenError> {
        assert_eq!(pools, ["arn:pool"]);
        let parts: Vec<&str> = token.split('|').collect();
        let claims = match parts.as_slice() {
            ["id", name] => json!({"token_use": "id", "sub": name, "aud": "client", "groups": ["a", "b"]}),
            ["access", name, scope] => json!({"token_use": "access", "sub": name, "scope": scope}),
            ["expired"] => return Err(TokenError::Expired),
            _ => return Err(TokenError::Invalid),
        };
        Ok(claims.as_object().unwrap().clone())
    }

    async fn verify_signature(
        &self,
        request: &SignedRequest,
        attempt: &Attempt,
    ) -> Result<Signatory, SignatureError> {
        self.attempts.lock().unwrap().push(attempt.clone());
        let authorization = request.headers.iter().find(|(name, _)| name == "authorization");
        match authorization.map(|(_, value)| value.as_str()) {
            None => Err(SignatureError::Missing),
            Some("AWS4 good") => {
                let identity = json!({"userArn": "arn:aws:iam::123456789012:user/ivy", "user": "ivy"});
                Ok(Signatory { identity: identity.as_object().unwrap().clone() })
            }
            Some("AWS4 expired") => Err(SignatureError::Expired),
            Some("AWS4 weak") => Err(SignatureError::Denied("User: ivy is not authorized".to_owned())),
            Some(_) => Err(SignatureError::Invalid("The request signature does not match.".to_owned())),
        }
    }

    async fn call(&self, call: OutwardCall) -> Result<OutwardAnswer, NotReached> {
        self.calls.lock().unwrap().push(call.clone());
        let (status, body) = match String::from_utf8_lossy(&call.body).contains("unreachable") {
            true => return Err(NotReached("no route to host".to_owned())),
            false if call.body.is_empty() => (404, json!({"gone": true})),
            false => (200, json!({"Item": {"id": {"S": "7"}}})),
        };
        let headers = vec![("x-from-service".to_owned(), "yes".to_owned())];
        Ok(OutwardAnswer { status, headers, body: body.to_string().into() })
    }
}

pub(crate) fn shared(functions: Functions) -> Arc<Functions> {
    Arc::new(functions)
}
