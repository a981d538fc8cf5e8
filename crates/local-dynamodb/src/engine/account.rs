//! The account and region in ARNs, and the ids of shards: the engine has others than everybody who asks it.

use axum::body::Bytes;
use axum::http::{HeaderMap, Response, header};

use crate::{ACCOUNT, REGION};

/// How ARNs of the engine (`dynoxide` 3.2.0) begin.
const ENGINES: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// What it says of each record. Within an item the value would be an object, and within a text the quotes escaped.
const ENGINES_REGION: &str = "\"awsRegion\":\"dynoxide\"";

/// How its shards' ids do, and how they have to, to be of the 28 characters at least that SDKs insist on.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html>
const SHARD: &str = "\"shardId-00000001-";
const LONG_SHARD: &str = "\"shardId-00000000000000000001-";

/// Operations that name resources by ARN. None of them has an item in its request or answer, in which an ARN would be a
/// text like any other.
const NAMING: [&str; 11] = [
    "CreateTable",
    "DeleteTable",
    "DescribeStream",
    "DescribeTable",
    "GetShardIterator",
    "ListStreams",
    "ListTables",
    "ListTagsOfResource",
    "TagResource",
    "UntagResource",
    "UpdateTable",
];

/// The operation that a request names in its header; nothing if it is nonsense.
pub(super) fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.split_once('.').map_or("", |(_, operation)| operation)
}

/// The request as the engine knows what it names.
pub(super) fn for_engine(operation: &str, body: Bytes) -> Bytes {
    match str::from_utf8(&body) {
        Ok(text) if NAMING.contains(&operation) => {
            text.replace(&ours(), ENGINES).replace(LONG_SHARD, SHARD).into()
        }
        _ => body,
    }
}

/// The answer as the account's own.
pub(super) fn from_engine(operation: &str, answer: Response<Bytes>) -> Response<Bytes> {
    let told = match str::from_utf8(answer.body()) {
        Ok(text) if NAMING.contains(&operation) => {
            text.replace(ENGINES, &ours()).replace(SHARD, LONG_SHARD).into()
        }
        Ok(text) if operation == "GetRecords" => {
            text.replace(ENGINES_REGION, &format!("\"awsRegion\":\"{REGION}\"")).into()
        }
        _ => return answer,
    };
    with_body(answer, told)
}

/// An answer with another body than the engine's.
pub(super) fn with_body(answer: Response<Bytes>, body: Bytes) -> Response<Bytes> {
    let mut answer = answer.map(|_| body);
    // The host says the new length; SDKs that compare the checksum do so only if there is one.
    answer.headers_mut().remove(header::CONTENT_LENGTH);
    answer.headers_mut().remove("x-amz-crc32");
    answer
}

fn ours() -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:")
}
