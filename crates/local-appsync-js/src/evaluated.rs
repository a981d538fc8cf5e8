//! What a handler leaves behind: its value and its effects, or the error that it raised.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The outcome of a handler, or of a whole resolver, that raised no error.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// What the handler returned; `undefined` is null.
    pub value: Value,
    /// The context's stash as the handler left it: an object, to be handed to the resolver's next handler.
    pub stash: Value,
    /// Set when `runtime.earlyReturn` ended the handler.
    pub returned_early: Option<SkipTo>,
    /// Errors of `util.appendError`: for the answer's `errors`, beside the value.
    pub appended_errors: Vec<Raised>,
    /// The `{ filterGroup: [{ filters: [{ fieldName, operator, value }] }] }` of
    /// `extensions.setSubscriptionFilter`, within AppSync's limits.
    pub subscription_filter: Option<Value>,
    /// Of `extensions.setSubscriptionInvalidationFilter`, in the same shape.
    pub subscription_invalidation_filter: Option<Value>,
    /// Of `extensions.invalidateSubscriptions`: `{ subscriptionField, payload }` each, at most 5 a handler.
    pub invalidations: Vec<Value>,
    /// Of `util.http.addResponseHeader`, by names in lower case: printable ASCII, at most 4 KB a handler.
    pub response_headers: BTreeMap<String, String>,
}

/// What `runtime.earlyReturn` passes over, besides the data source and the response handler of its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SkipTo {
    /// Nothing more: the pipeline goes on with its next function.
    Next,
    /// The rest of the pipeline, up to its response handler.
    End,
}

/// An error for the answer's `errors`: raised by the script, or by the runtime about the script.
///
/// The runtime's own errors have the `errorType` `Code` and name the script and its line.
#[derive(Debug, Clone, PartialEq, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct Raised {
    /// `message` of the GraphQL error.
    pub message: String,
    /// `errorType` of the GraphQL error.
    pub error_type: Option<String>,
    /// `data` of the GraphQL error: whole, for whoever knows the field's selection set to cut it down to that.
    pub data: Value,
    /// `errorInfo` of the GraphQL error, sent as it is.
    #[serde(rename = "errorInfo")]
    pub info: Value,
    /// Errors of `util.appendError` before this one ended the resolver: they are told as well.
    #[serde(skip)]
    pub appended: Vec<Raised>,
}

impl Raised {
    pub(crate) fn new(message: impl Into<String>, error_type: &str) -> Raised {
        let error_type = Some(error_type.to_owned());
        Raised {
            message: message.into(),
            error_type,
            data: Value::Null,
            info: Value::Null,
            appended: Vec::new(),
        }
    }

    /// With the errors that an earlier handler of the same resolver appended.
    pub(crate) fn after(mut self, earlier: &Evaluated) -> Raised {
        self.appended.splice(0..0, earlier.appended_errors.iter().cloned());
        self
    }
}

impl Evaluated {
    /// Of a function without a script.
    pub(crate) fn of(value: Value, stash: Value) -> Evaluated {
        Evaluated {
            value,
            stash,
            returned_early: None,
            appended_errors: Vec::new(),
            subscription_filter: None,
            subscription_invalidation_filter: None,
            invalidations: Vec::new(),
            response_headers: BTreeMap::new(),
        }
    }

    /// Puts the effects of an earlier handler of the same resolver before this one's.
    pub(crate) fn after(mut self, mut earlier: Evaluated) -> Evaluated {
        earlier.appended_errors.append(&mut self.appended_errors);
        earlier.invalidations.append(&mut self.invalidations);
        self.appended_errors = earlier.appended_errors;
        self.invalidations = earlier.invalidations;
        // The latest one of a name counts.
        earlier.response_headers.append(&mut self.response_headers);
        self.response_headers = earlier.response_headers;
        self.subscription_filter = self.subscription_filter.or(earlier.subscription_filter);
        self.subscription_invalidation_filter =
            self.subscription_invalidation_filter.or(earlier.subscription_invalidation_filter);
        self
    }
}
