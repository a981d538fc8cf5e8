//! Reading an object, whole or in part, if it is still the one that the reader means.

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Response, S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::checksum::with_checksum;
use super::headers::output_of;
use super::write::open;
use super::{Backend, internal, is_only_version, no_such_key, precondition_failed, with_status};
use crate::store::index::{Object, timestamp};

/// How much of a file is in memory at a time, per reader.
const CHUNK_BYTES: usize = 64 * 1024;

/// Sends an object's bytes.
pub(super) async fn get_object(backend: &Backend, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    backend.has_bucket(&input.bucket)?;
    is_only_version(input.version_id.as_deref())?;
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
    let part = part_of(&object, input.range, input.part_number)?;
    let sent = part.clone().unwrap_or(0..size);
    // It would be taken for that of the part.
    let is_told = wants_checksum(input.checksum_mode.as_ref()) && sent == (0..size);
    let checksum = object.headers.checksum.clone().filter(|_| is_told);
    let mut file = tokio::fs::File::from_std(file);
    file.seek(std::io::SeekFrom::Start(sent.start)).await.map_err(internal)?;
    let length = sent.end - sent.start;
    let body = ReaderStream::with_capacity(file.take(length), CHUNK_BYTES);
    let output = GetObjectOutput {
        body: Some(StreamingBlob::wrap(body)),
        content_length: i64::try_from(length).ok(),
        content_range: part.map(|part| content_range(&part, size)),
        tag_count: i32::try_from(object.headers.tags.len()).ok().filter(|count| *count > 0),
        ..output_of!(GetObjectOutput, object)
    };
    Ok(with_checksum!(output, checksum.as_ref()))
}

/// Tells of an object what GetObject would, without the bytes.
pub(super) async fn head_object(
    backend: &Backend,
    input: HeadObjectInput,
) -> S3Result<S3Response<HeadObjectOutput>> {
    backend.has_bucket(&input.bucket)?;
    is_only_version(input.version_id.as_deref())?;
    let HeadObjectInput {
        bucket, key, if_match, if_none_match, if_modified_since, if_unmodified_since, ..
    } = input;
    let object =
        backend.store.with_index(move |index, _| index.get(&bucket, &key)).await.map_err(internal)?;
    let object = object.ok_or_else(no_such_key)?;
    let conditions = Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since };
    conditions.hold(&object)?;
    let size = object.size_bytes;
    let part = part_of(&object, input.range, input.part_number)?;
    let sent = part.clone().unwrap_or(0..size);
    let is_told = wants_checksum(input.checksum_mode.as_ref()) && sent == (0..size);
    let checksum = object.headers.checksum.clone().filter(|_| is_told);
    let output = HeadObjectOutput {
        content_length: i64::try_from(sent.end - sent.start).ok(),
        content_range: part.as_ref().map(|part| content_range(part, size)),
        ..output_of!(HeadObjectOutput, object)
    };
    let output = with_checksum!(output, checksum.as_ref());
    Ok(match part {
        Some(_) => with_status(http::StatusCode::PARTIAL_CONTENT, output),
        None => S3Response::new(output),
    })
}

fn wants_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

/// Which bytes are asked for, if not all: a range of them, or a part of the upload.
fn part_of(
    object: &Object,
    range: Option<Range>,
    number: Option<PartNumber>,
) -> S3Result<Option<std::ops::Range<u64>>> {
    let size = object.size_bytes;
    match (range, number) {
        (Some(_), Some(_)) => {
            Err(s3_error!(InvalidRequest, "Cannot specify both Range header and partNumber query parameter"))
        }
        // `s3s` takes the end of nothing for satisfiable.
        (Some(Range::Suffix { .. }), None) if size == 0 => Err(unsatisfiable()),
        (Some(range), None) => range.check(size).map(Some).map_err(|_| unsatisfiable()),
        (None, Some(number)) => {
            let part = object.headers.part(number, size).ok_or_else(no_such_part)?;
            Ok(Some(part).filter(|part| !part.is_empty()))
        }
        (None, None) => Ok(None),
    }
}

fn content_range(part: &std::ops::Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", part.start, part.end - 1)
}

fn unsatisfiable() -> S3Error {
    s3_error!(InvalidRange, "The requested range is not satisfiable")
}

fn no_such_part() -> S3Error {
    let code = S3ErrorCode::from_bytes(b"InvalidPartNumber").unwrap_or(S3ErrorCode::InvalidRange);
    let mut error = S3Error::with_message(code, "The requested partnumber is not satisfiable");
    error.set_status_code(http::StatusCode::RANGE_NOT_SATISFIABLE);
    error
}

/// The conditions of RFC 9110; an ETag takes precedence over a date.
pub(super) struct Conditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl Conditions {
    pub(super) fn hold(&self, object: &Object) -> S3Result<()> {
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
