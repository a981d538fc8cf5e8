//! Functions behind triggers, which do as a test says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use local_cognito::TriggerFunction;
use serde_json::Value;
use tokio::sync::Notify;

/// What a function says in `response`, or why it fails.
type Say = Box<dyn Fn(&Value) -> Result<Value, String> + Send + Sync>;

/// A function that keeps the events it gets, and fails or hangs while told to.
pub(crate) struct Function {
    pub(crate) events: Mutex<Vec<Value>>,
    pub(crate) failure: Mutex<Option<String>>,
    pub(crate) hangs: AtomicBool,
    released: Notify,
    say: Say,
}

impl Function {
    /// Answers its event as it came.
    pub(crate) fn silent() -> Arc<Self> {
        Self::saying(|event| Ok(event["response"].clone()))
    }

    pub(crate) fn saying(say: impl Fn(&Value) -> Result<Value, String> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Function {
            events: Mutex::default(),
            failure: Mutex::default(),
            hangs: AtomicBool::default(),
            released: Notify::new(),
            say: Box::new(say),
        })
    }

    /// Ends a call that hangs.
    pub(crate) fn go_on(&self) {
        self.hangs.store(false, Ordering::SeqCst);
        self.released.notify_waiters();
    }

    /// The events so far, which it forgets.
    pub(crate) fn taken(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().unwrap())
    }
}

#[async_trait]
impl TriggerFunction for Function {
    async fn invoke(&self, mut event: Value) -> Result<Value, String> {
        self.events.lock().unwrap().push(event.clone());
        if self.hangs.load(Ordering::SeqCst) {
            self.released.notified().await;
        }
        if let Some(failure) = self.failure.lock().unwrap().clone() {
            return Err(failure);
        }
        event["response"] = (self.say)(&event)?;
        Ok(event)
    }
}
