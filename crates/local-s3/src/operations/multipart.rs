//! Multipart uploads: parts come in any order, and the object appears when they are put together.

use s3s::crypto::{Checksum, Md5};
use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Result, s3_error};
use tokio_util::io::ReaderStream;

use super::headers::headers_of;
use super::receive::{Promise, receive};
use super::write::{condition, object_of, settle};
use super::{Backend, internal};
use crate::store::blob::{Blob, Blobs, hex};
use crate::store::index::{self, Index, now_ms, timestamp};

/// Every part but the last must have this many bytes (S3, "Amazon S3 multipart upload limits").
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;

const MAX_PART_NUMBER: i32 = 10_000;

/// Begins an upload.
pub(super) async fn create(
    backend: &Backend,
    mut input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    backend.has_bucket(&input.bucket)?;
    let headers = headers_of!(input)?;
    let id = uuid::Uuid::new_v4().simple().to_string();
    let (upload, bucket, key) = (id.clone(), input.bucket.clone(), input.key.clone());
    let begin = move |index: &mut Index, _: &_| index.begin_upload(&upload, &bucket, &key, &headers);
    backend.store.with_index(begin).await.map_err(internal)?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        ..Default::default()
    })
}

/// Stores a part; a part with the same number is replaced.
pub(super) async fn upload_part(
    backend: &Backend,
    r: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let mut input = r.input;
    if !(1..=MAX_PART_NUMBER).contains(&input.part_number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let promise = Promise {
        length: input.content_length,
        md5: input.content_md5.as_deref(),
        headers: &r.headers,
        trailers: r.trailing_headers.as_ref(),
    };
    let blob = receive(backend, input.body.take(), promise).await?;
    let etag = hex(&blob.md5);
    let part = index::Part {
        number: input.part_number,
        blob: blob.name.clone(),
        size_bytes: blob.size_bytes,
        etag: etag.clone(),
        modified_at_ms: now_ms(),
    };
    let put = move |index: &mut Index, blobs: &Blobs| {
        // It may have been completed or aborted while the part was on its way.
        upload.still_there(index)?;
        let replaced = index.put_part(&upload.id, &part).map_err(internal)?;
        settle(index::Written::Yes { replaced }, blob, blobs)
    };
    backend.store.with_index(put).await?;
    Ok(UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() })
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

/// Puts the named parts together, in order, into one object.
pub(super) async fn complete(
    backend: &Backend,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let upload = find(backend, &input.upload_id, &input.bucket, &input.key).await?;
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let id = upload.id.clone();
    let stored = backend.store.with_index(move |index, _| index.parts(&id)).await.map_err(internal)?;
    let parts = chosen(&stored, input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default())?;
    let (blob, etag) = put_together(backend, &parts).await?;
    let object = object_of(input.key.clone(), &blob, etag.clone(), upload.headers.clone());
    let bucket = input.bucket.clone();
    let finish = move |index: &mut Index, blobs: &Blobs| {
        upload.still_there(index)?;
        let written = index.complete_upload(&upload.id, &bucket, &object, &condition).map_err(internal)?;
        settle(written, blob, blobs)?;
        stored.iter().for_each(|part| blobs.remove(&part.blob));
        Ok::<_, S3Error>(())
    };
    backend.store.with_index(finish).await?;
    Ok(CompleteMultipartUploadOutput {
        location: Some(crate::path_of(&input.bucket, &input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(etag)),
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
struct Upload {
    id: String,
    bucket: String,
    key: String,
    headers: index::Headers,
}

impl Upload {
    fn still_there(&self, index: &Index) -> S3Result<()> {
        match index.upload(&self.id, &self.bucket, &self.key).map_err(internal)? {
            Some(_) => Ok(()),
            None => Err(no_such_upload()),
        }
    }
}

async fn find(backend: &Backend, id: &str, bucket: &str, key: &str) -> S3Result<Upload> {
    backend.has_bucket(bucket)?;
    let (id, bucket, key) = (id.to_owned(), bucket.to_owned(), key.to_owned());
    let look = move |index: &mut Index, _: &_| {
        let headers = index.upload(&id, &bucket, &key).map_err(internal)?.ok_or_else(no_such_upload)?;
        Ok(Upload { id, bucket, key, headers })
    };
    backend.store.with_index(look).await
}

/// The parts that the caller names, if they are here, in ascending order and large enough.
fn chosen(stored: &[index::Part], named: Vec<CompletedPart>) -> S3Result<Vec<&index::Part>> {
    if named.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    if !named.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let find = |named: &CompletedPart| {
        let is_named = |part: &&index::Part| {
            Some(part.number) == named.part_number
                && named.e_tag.as_ref().is_some_and(|etag| etag.value() == part.etag)
        };
        stored.iter().find(is_named).ok_or_else(|| {
            s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the \
                 specified entity tag may not match the part's entity tag."
            )
        })
    };
    let parts = named.iter().map(find).collect::<S3Result<Vec<_>>>()?;
    if parts[..parts.len() - 1].iter().any(|part| part.size_bytes < MIN_PART_BYTES) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(parts)
}

/// Copies the parts into one file. The ETag is the MD5 of the parts' MD5s and their number, as in S3.
async fn put_together(backend: &Backend, parts: &[&index::Part]) -> S3Result<(Blob, String)> {
    let blobs = backend.store.blobs();
    let mut whole = blobs.begin().map_err(internal)?;
    let mut digest = Md5::new();
    for part in parts {
        // A part may go while it is read, if someone aborts the upload.
        let file = blobs.read(&part.blob).map_err(|_| no_such_upload())?;
        let mut file = ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024);
        let mut md5 = Md5::new();
        while let Some(bytes) = futures::StreamExt::next(&mut file).await {
            let bytes = bytes.map_err(internal)?;
            md5.update(&bytes);
            whole.write(&bytes).await.map_err(internal)?;
        }
        digest.update(&md5.finalize());
    }
    let etag = format!("{}-{}", hex(&digest.finalize()), parts.len());
    Ok((whole.finish(blobs).await.map_err(internal)?, etag))
}

fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
         completed."
    )
}
