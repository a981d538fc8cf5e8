//! Multipart uploads: parts come in any order, and the object appears when they are put together.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Result, s3_error};

use super::headers::headers_of;
use super::read::Conditions;
use super::receive::{Promise, receive};
use super::write::settle;
use super::{Backend, checksum, copy, internal, no_such_bucket};
use crate::store::blob::{Blob, Blobs, hex};
use crate::store::index::{self, Index, now_ms, timestamp};

const MAX_PART_NUMBER: i32 = 10_000;

/// Begins an upload.
pub(super) async fn create(
    backend: &Backend,
    mut input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    backend.has_bucket(&input.bucket)?;
    let mut headers = headers_of!(input)?;
    headers.checksum = input.checksum_algorithm.as_ref().map(|algorithm| index::Checksum {
        algorithm: algorithm.as_str().to_owned(),
        value: String::new(),
        is_of_parts: algorithm.as_str() != ChecksumAlgorithm::CRC64NVME
            && input.checksum_type.as_ref().is_none_or(|kind| kind.as_str() == ChecksumType::COMPOSITE),
    });
    let checksum_type = headers.checksum.as_ref().map(|checksum| checksum::kind(checksum.is_of_parts));
    let id = uuid::Uuid::new_v4().simple().to_string();
    let (upload, bucket, key) = (id.clone(), input.bucket.clone(), input.key.clone());
    let buckets = Arc::clone(&backend.buckets);
    let begin = move |index: &mut Index, _: &Blobs| {
        if !buckets.has(&bucket) {
            return Err(no_such_bucket());
        }
        index.begin_upload(&upload, &bucket, &key, &headers).map_err(internal)
    };
    backend.store.with_index(begin).await?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type,
        ..Default::default()
    })
}

/// Stores a part; a part with the same number is replaced.
pub(super) async fn upload_part(
    backend: &Backend,
    r: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let mut input = r.input;
    is_part_number(input.part_number)?;
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let promise = Promise {
        length: input.content_length,
        md5: input.content_md5.as_deref(),
        headers: &r.headers,
        trailers: r.trailing_headers.as_ref(),
    };
    let (blob, checksum) = receive(backend, input.body.take(), promise, backend.upload_limit_bytes).await?;
    let part = keep(backend, upload, input.part_number, blob).await?;
    let told = checksum::told(checksum.as_ref());
    Ok(UploadPartOutput {
        e_tag: Some(ETag::Strong(part.etag)),
        checksum_crc32: told.checksum_crc32,
        checksum_crc32c: told.checksum_crc32c,
        checksum_crc64nvme: told.checksum_crc64nvme,
        checksum_sha1: told.checksum_sha1,
        checksum_sha256: told.checksum_sha256,
        ..Default::default()
    })
}

/// Stores bytes of another object as a part.
pub(super) async fn upload_part_copy(
    backend: &Backend,
    input: UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    is_part_number(input.part_number)?;
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let conditions = Conditions {
        if_match: input.copy_source_if_match,
        if_none_match: input.copy_source_if_none_match,
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    };
    let (source, file) = copy::source(backend, &input.copy_source, conditions).await?;
    let bytes = match &input.copy_source_range {
        None => 0..source.size_bytes,
        Some(range) => Range::parse(range)
            .map_err(|_| {
                s3_error!(
                    InvalidArgument,
                    "The x-amz-copy-source-range value must be of the form bytes=first-last"
                )
            })?
            .check(source.size_bytes)?,
    };
    let blob = copy::bytes_of(backend, file, bytes, |_| ()).await?;
    let part = keep(backend, upload, input.part_number, blob).await?;
    let result = CopyPartResult {
        e_tag: Some(ETag::Strong(part.etag)),
        last_modified: Some(timestamp(part.modified_at_ms)),
        ..Default::default()
    };
    Ok(UploadPartCopyOutput { copy_part_result: Some(result), ..Default::default() })
}

fn is_part_number(number: i32) -> S3Result<()> {
    match (1..=MAX_PART_NUMBER).contains(&number) {
        true => Ok(()),
        false => {
            Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
        }
    }
}

/// Makes a file a part of the upload, in place of the one that had this number.
async fn keep(backend: &Backend, upload: Upload, number: i32, blob: Blob) -> S3Result<index::Part> {
    let part = index::Part {
        number,
        blob: blob.name.clone(),
        size_bytes: blob.size_bytes,
        etag: hex(&blob.md5),
        modified_at_ms: now_ms(),
    };
    let put = move |index: &mut Index, blobs: &Blobs| {
        // It may have been completed or aborted while the part was on its way.
        upload.still_there(index)?;
        let replaced = index.put_part(&upload.id, &part).map_err(internal)?;
        settle(index::Written::Yes { replaced }, blob, blobs)?;
        Ok::<_, S3Error>(part)
    };
    backend.store.with_index(put).await
}

/// The parts that have come, by number.
pub(super) async fn list_parts(backend: &Backend, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let after = input.part_number_marker.unwrap_or(0);
    let limit = usize::try_from(input.max_parts.unwrap_or(1_000).clamp(0, 1_000)).unwrap_or(0);
    let parts = backend.store.with_index(move |index, _| index.parts(&upload.id)).await.map_err(internal)?;
    let mut parts: Vec<_> = parts.into_iter().filter(|part| part.number > after).collect();
    let is_truncated = parts.len() > limit;
    parts.truncate(limit);
    let part = |part: &index::Part| Part {
        e_tag: Some(ETag::Strong(part.etag.clone())),
        last_modified: Some(timestamp(part.modified_at_ms)),
        part_number: Some(part.number),
        size: i64::try_from(part.size_bytes).ok(),
        ..Default::default()
    };
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        is_truncated: Some(is_truncated),
        max_parts: i32::try_from(limit).ok(),
        next_part_number_marker: parts.last().filter(|_| is_truncated).map(|part| part.number),
        parts: Some(parts.iter().map(part).collect()),
        ..Default::default()
    })
}

/// Gives an upload up, with its parts.
pub(super) async fn abort(
    backend: &Backend,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let forget = move |index: &mut Index, blobs: &Blobs| {
        let parts = index.parts(&upload.id)?;
        index.abort_upload(&upload.id)?;
        parts.iter().for_each(|part| blobs.remove(&part.blob));
        Ok::<_, rusqlite::Error>(())
    };
    backend.store.with_index(forget).await.map_err(internal)?;
    Ok(AbortMultipartUploadOutput::default())
}

/// An upload in progress.
pub(super) struct Upload {
    pub(super) id: String,
    bucket: String,
    key: String,
    pub(super) headers: index::Headers,
}

impl Upload {
    pub(super) fn still_there(&self, index: &Index) -> S3Result<()> {
        match index.upload(&self.id, &self.bucket, &self.key).map_err(internal)? {
            Some(_) => Ok(()),
            None => Err(no_such_upload()),
        }
    }
}

pub(super) async fn find(backend: &Backend, id: &str, bucket: &str, key: &str) -> S3Result<Upload> {
    backend.has_bucket(bucket)?;
    let (id, bucket, key) = (id.to_owned(), bucket.to_owned(), key.to_owned());
    let look = move |index: &mut Index, _: &_| {
        let headers = index.upload(&id, &bucket, &key).map_err(internal)?.ok_or_else(no_such_upload)?;
        Ok(Upload { id, bucket, key, headers })
    };
    backend.store.with_index(look).await
}

pub(super) fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
         completed."
    )
}
