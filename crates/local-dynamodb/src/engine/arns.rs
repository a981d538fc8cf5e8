//! Tables that a request names by their ARN: the engine knows names alone.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html> (`TableName`)

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::Response;
use serde_json::{Map, Value};

use super::account::with_body;

const BEGINNING: &str = "\"arn:aws:dynamodb:";

/// The ARNs by which a request named its tables, so that the answer can name them likewise.
#[derive(Default)]
pub(super) struct Arns(BTreeMap<String, String>);

/// The request with names, and the ARNs that it had.
pub(super) fn to_names(body: Bytes) -> (Bytes, Arns) {
    let mut arns = Arns::default();
    // Most requests have none and are not read for it.
    if !str::from_utf8(&body).is_ok_and(|text| text.contains(BEGINNING)) {
        return (body, arns);
    }
    // What cannot be read here is for the engine to refuse.
    let Ok(mut request) = serde_json::from_slice::<Value>(&body) else { return (body, arns) };
    name_table(&mut request);
    for item in request.get_mut("TransactItems").and_then(Value::as_array_mut).into_iter().flatten() {
        item.as_object_mut().into_iter().flatten().for_each(|(_, action)| name_table(action));
    }
    if let Some(batch) = request.get_mut("RequestItems").and_then(Value::as_object_mut) {
        arns.take_from(batch);
    }
    (request.to_string().into(), arns)
}

impl Arns {
    /// The answer to a batch tells of each table under what it was called there.
    pub(super) fn back(&self, answer: Response<Bytes>) -> Response<Bytes> {
        if self.0.is_empty() {
            return answer;
        }
        let Ok(Value::Object(mut told)) = serde_json::from_slice(answer.body()) else { return answer };
        for member in ["Responses", "UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics"] {
            let Some(Value::Object(tables)) = told.get_mut(member) else { continue };
            for (name, arn) in &self.0 {
                if let Some(of_table) = tables.remove(name) {
                    tables.insert(arn.clone(), of_table);
                }
            }
        }
        with_body(answer, Value::Object(told).to_string().into())
    }

    fn take_from(&mut self, batch: &mut Map<String, Value>) {
        for arn in batch.keys().cloned().collect::<Vec<_>>() {
            // A table that is in the batch under its name, too, must not lose what is asked of it there.
            let name = match name_of(&arn) {
                Some(name) if !batch.contains_key(name) => name.to_owned(),
                _ => continue,
            };
            if let Some(requests) = batch.remove(&arn) {
                batch.insert(name.clone(), requests);
                self.0.insert(name, arn);
            }
        }
    }
}

fn name_table(request: &mut Value) {
    if let Some(table) = request.get_mut("TableName")
        && let Some(name) = table.as_str().and_then(name_of)
    {
        *table = name.into();
    }
}

/// `chat` of `arn:aws:dynamodb:us-east-1:123456789012:table/chat`.
fn name_of(arn: &str) -> Option<&str> {
    let resource = arn.strip_prefix("arn:aws:dynamodb:")?.splitn(3, ':').nth(2)?;
    resource.strip_prefix("table/")
}
