//! Reading an object, whole or in part, if it is still the one that the reader means.

use s3s::dto::*;
use s3s::{S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::headers::output_of;
use super::write::open;
use super::{Backend, internal, no_such_key, precondition_failed};
use crate::store::index::{Object, timestamp};

/// How much of a file is in memory at a time, per reader.
const CHUNK_BYTES: usize = 64 * 1024;

/// Sends an object's bytes.
pub(super) async fn get_object(backend: &Backend, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    backend.has_bucket(&input.bucket)?;
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let found = backend.store.with_index(move |index, blobs| open(index, blobs, &bucket, &key)).await?;
    let (object, file) = found.ok_or_else(no_such_key)?;
    let conditions = Conditions {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.hold(&object)?;
    let size = object.size_bytes;
    let part = input.range.map(|range| range.check(size)).transpose()?;
    let sent = part.clone().unwrap_or(0..size);
    let mut file = tokio::fs::File::from_std(file);
    file.seek(std::io::SeekFrom::Start(sent.start)).await.map_err(internal)?;
    let length = sent.end - sent.start;
    let body = ReaderStream::with_capacity(file.take(length), CHUNK_BYTES);
    Ok(GetObjectOutput {
        body: Some(StreamingBlob::wrap(body)),
        content_length: i64::try_from(length).ok(),
        content_range: part.map(|part| format!("bytes {}-{}/{size}", part.start, part.end - 1)),
        ..output_of!(GetObjectOutput, object)
    })
}

/// Tells of an object what GetObject would, without the bytes.
pub(super) async fn head_object(backend: &Backend, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    backend.has_bucket(&input.bucket)?;
    let HeadObjectInput {
        bucket, key, if_match, if_none_match, if_modified_since, if_unmodified_since, ..
    } = input;
    let object =
        backend.store.with_index(move |index, _| index.get(&bucket, &key)).await.map_err(internal)?;
    let object = object.ok_or_else(no_such_key)?;
    let conditions = Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since };
    conditions.hold(&object)?;
    Ok(output_of!(HeadObjectOutput, object))
}

/// The conditions of RFC 9110; an ETag takes precedence over a date.
struct Conditions {
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
    if_modified_since: Option<Timestamp>,
    if_unmodified_since: Option<Timestamp>,
}

impl Conditions {
    fn hold(&self, object: &Object) -> S3Result<()> {
        let is_this = |condition: &ETagCondition| match condition {
            ETagCondition::Any => true,
            ETagCondition::ETag(etag) => etag.value() == object.etag,
        };
        let modified_at = timestamp(object.modified_at_ms);
        let is_wanted = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => is_this(condition),
            (None, Some(since)) => modified_at <= *since,
            (None, None) => true,
        };
        let is_news = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => !is_this(condition),
            (None, Some(since)) => modified_at > *since,
            (None, None) => true,
        };
        match (is_wanted, is_news) {
            (true, true) => Ok(()),
            (false, _) => Err(precondition_failed()),
            (true, false) => Err(s3_error!(NotModified)),
        }
    }
}
