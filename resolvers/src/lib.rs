//! The AppSync direct Lambda resolvers: one file per field of `schema.graphql`.
//!
//! AppSync sends the Context object of a field and takes the answer as the field's value.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference.html>

mod event;
mod failure;
mod fields;

use std::time::Instant;

use chat::Store;
use serde_json::{Value, json};

pub use event::Event;
pub use failure::Failure;
pub use fields::FIELDS;

/// Answers one field. The event is AppSync's Context object; a [`Failure`] becomes an entry of `errors`.
///
/// With `wrapped` in the event, the answer is `{ data }` or `{ errorType, errorMessage }`, as in a batch.
pub async fn handle(store: &Store, event: Value) -> Result<Value, Failure> {
    let started = Instant::now();
    let event = Event::parse(event)?;
    let field = event.field();
    let user = event.user();
    let is_wrapped = event.is_wrapped();
    let answer = fields::resolve(store, event).await;
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match &answer {
        Ok(_) => tracing::info!(field, user, ms, "answered"),
        Err(failure) => failure.log(&field, &user, ms),
    }
    if !is_wrapped {
        return answer;
    }
    Ok(match answer {
        Ok(data) => json!({ "data": data }),
        Err(failure) => json!({ "errorType": failure.error_type, "errorMessage": failure.message }),
    })
}
