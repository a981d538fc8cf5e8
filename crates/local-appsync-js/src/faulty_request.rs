//! Requests that a data source cannot read, worded for whoever wrote the handler.

use serde_json::Value;

use crate::resolver::DataSourceError;

/// What a request may lack at its top, by its documents' shapes.
const AT_THE_TOP: [&str; 7] = ["operation", "key", "update", "query", "tables", "transactItems", "payload"];

/// `source` as in `DynamoDB`. A property that is absent is told as AppSync tells it:
/// <https://docs.aws.amazon.com/appsync/latest/devguide/troubleshooting-and-common-mistakes.html>
pub(crate) fn faulty(source: &str, request: &Value, error: &serde_json::Error) -> DataSourceError {
    let reason = error.to_string();
    let lacks =
        |name: &&&str| request.get(**name).is_none() && reason.contains(&format!("missing field `{name}`"));
    let message = if !request.is_object() {
        let got: String = request.to_string().chars().take(60).collect();
        format!("The request handler must return an object, a request to {source}, not {got}.")
    } else if let Some(name) = AT_THE_TOP.iter().find(lacks) {
        format!("Value for field '$[{name}]' not found.")
    } else if let Some(known) = other_operations(request, &reason) {
        format!("The operation of a request to {source} must be {known}.")
    } else {
        format!("not a request to {source}: {reason}")
    };
    DataSourceError::Request(message)
}

/// `Invoke or BatchInvoke`, if it is the operation that is unknown.
fn other_operations(request: &Value, reason: &str) -> Option<String> {
    let unknown = format!("unknown variant `{}`, expected ", request["operation"].as_str()?);
    Some(reason.strip_prefix(&unknown)?.replace('`', ""))
}
