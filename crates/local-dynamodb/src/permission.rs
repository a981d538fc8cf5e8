//! Who may do what: a request as IAM names it, for the host to decide before the engine hears of it.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>

mod attempts;
mod partiql;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, Response, StatusCode, header};
use serde_json::{Value, json};

/// One action of a request. A transaction and a batch over several tables are several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// As `dynamodb:PutItem`.
    pub action: String,
    /// What follows the account in the ARN, as `table/chat` or `table/chat/index/byOwner`; `*` if it is about no
    /// table in particular.
    pub resource: String,
    /// `dynamodb:LeadingKeys`: the partition keys of the items that the request names; `None` where AWS has none
    /// (`Scan`, tables themselves). A key that cannot be read is the empty text, which is nobody's.
    pub leading_keys: Option<Vec<String>>,
    /// `dynamodb:EnclosingOperation`: as `TransactWriteItems`, within one.
    pub enclosing_operation: Option<String>,
}

/// Whether a caller may; the error is AWS's message.
pub type Permits = Arc<dyn Fn(&Attempt) -> Result<(), String> + Send + Sync>;

/// The partition keys of the tables (`chat`) and indexes (`chat/index/byOwner`) of the template.
#[derive(Debug, Default)]
pub(crate) struct PartitionKeys(BTreeMap<String, String>);

impl PartitionKeys {
    /// Learns those of a table from its CloudFormation properties.
    pub(crate) fn learn(&mut self, table: &str, properties: &Value) {
        let hash = |schema: &Value| {
            let schema = schema.as_array()?;
            let hash = schema.iter().find(|key| key["KeyType"] == "HASH")?;
            Some(hash["AttributeName"].as_str()?.to_owned())
        };
        if let Some(key) = hash(&properties["KeySchema"]) {
            self.0.insert(table.to_owned(), key);
        }
        for kind in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            for index in properties[kind].as_array().into_iter().flatten() {
                if let (Some(name), Some(key)) = (index["IndexName"].as_str(), hash(&index["KeySchema"])) {
                    self.0.insert(format!("{table}/index/{name}"), key);
                }
            }
        }
    }

    fn of(&self, table_or_index: &str) -> Option<&str> {
        self.0.get(table_or_index).map(String::as_str)
    }
}

const UNREADABLE: &str = "What this PartiQL statement is about cannot be read, so it is permitted to nobody: begin \
    with SELECT, INSERT INTO, UPDATE, DELETE FROM or FROM, and name the table as \"chat\" or the index as \
    \"chat\".\"byOwner\".";

/// The refusal of a request, if there is one: in the words of AWS, with status 400.
pub(crate) fn refusal(
    permits: &Permits,
    keys: &PartitionKeys,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Response<Bytes>> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.split_once('.').map_or("", |(_, operation)| operation);
    let Ok(body) = serde_json::from_slice(body) else {
        // The engine reads what is nested too deep for this; nobody who is not the owner needs that.
        return Some(answer(json!({ "__type": "com.amazon.coral.service#SerializationException" })));
    };
    let denied = match attempts::of(operation, &body, keys) {
        Some(attempts) => attempts.iter().find_map(|attempt| permits(attempt).err())?,
        None => UNREADABLE.to_owned(),
    };
    Some(answer(json!({ "__type": "com.amazon.coral.service#AccessDeniedException", "Message": denied })))
}

fn answer(body: Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(body.to_string()));
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    let json = header::HeaderValue::from_static("application/x-amz-json-1.0");
    answer.headers_mut().insert(header::CONTENT_TYPE, json);
    answer
}
