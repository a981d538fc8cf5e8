//! DynamoDB's errors under the names that AppSync gives them.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use serde_json::Value;

use crate::resolver::DataSourceError;

/// `ctx.error` for an error of the service, with `result` as `ctx.result`.
pub(super) fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, result: Value) -> DataSourceError {
    let exception = match error.code() {
        // Errors without a class of their own in the SDK that AppSync uses carry the name of the base class.
        Some("ValidationException" | "AccessDeniedException") | None => "DynamoDbException",
        Some(code) => code,
    };
    let message = match error.message() {
        Some(message) => message.to_owned(),
        None => "DynamoDB gave no answer".to_owned(),
    };
    DataSourceError::Failed { message, error_type: format!("DynamoDB:{exception}"), result }
}
