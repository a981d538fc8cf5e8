//! The refusal of operations that are not served, which the engine words without a word.

use axum::body::Bytes;
use axum::http::Response;
use serde_json::{Value, json};

use super::account::with_body;

const KIND: &str = "com.amazon.coral.service#UnknownOperationException";

/// What the engine (`dynoxide` 3.2.0) answers to.
const SERVED: &str = "BatchExecuteStatement, BatchGetItem, BatchWriteItem, CreateTable, DeleteItem, DeleteTable, \
    DescribeStream, DescribeTable, DescribeTimeToLive, ExecuteStatement, ExecuteTransaction, GetItem, GetRecords, \
    GetShardIterator, ListStreams, ListTables, ListTagsOfResource, PutItem, Query, Scan, TagResource, \
    TransactGetItems, TransactWriteItems, UntagResource, UpdateItem, UpdateTable, UpdateTimeToLive";

/// An answer that says which operation is not served, and which are, if it is this refusal.
pub(super) fn named(operation: &str, answer: Response<Bytes>) -> Response<Bytes> {
    // It is short; nothing else is read for it.
    let is_refusal = answer.status().is_client_error()
        && serde_json::from_slice::<Value>(answer.body()).is_ok_and(|body| body == json!({ "__type": KIND }));
    match is_refusal {
        true => {
            let shown: String = operation.chars().take(64).collect();
            let message = format!("Unknown operation {shown}; the local DynamoDB serves {SERVED}");
            with_body(answer, json!({ "__type": KIND, "message": message }).to_string().into())
        }
        false => answer,
    }
}
