//! Copying objects, whole or as a part of an upload.

use std::fs::File;

use futures::StreamExt;
use http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::checksum::with_checksum;
use super::headers::headers_of;
use super::read::Conditions;
use super::write::{commit, condition, object_of, open};
use super::{Backend, checksum, internal, is_only_version, no_such_key, precondition_failed, tagging};
use crate::store::blob::{Blob, hex};
use crate::store::index::{Headers, Object, timestamp};

/// How much of a file is in memory at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Copies an object, with its headers and labels or with new ones.
pub(super) async fn copy_object(
    backend: &Backend,
    r: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let mut input = r.input;
    backend.has_bucket(&input.bucket)?;
    let condition =
        condition(stated(&r.headers, IF_MATCH)?.as_ref(), stated(&r.headers, IF_NONE_MATCH)?.as_ref())?;
    let conditions = Conditions {
        if_match: input.copy_source_if_match.take(),
        if_none_match: input.copy_source_if_none_match.take(),
        if_modified_since: input.copy_source_if_modified_since.take(),
        if_unmodified_since: input.copy_source_if_unmodified_since.take(),
    };
    let replaces_headers = input
        .metadata_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    changes_something(&input, replaces_headers)?;
    let (source, file) = source(backend, &input.copy_source, conditions).await?;
    let replaces_tags = input
        .tagging_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == TaggingDirective::REPLACE);
    let tags = match replaces_tags {
        true => tagging::of_header(input.tagging.as_deref())?,
        false => source.headers.tags.clone(),
    };
    let website_redirect_location = input.website_redirect_location.clone();
    let wanted = input.checksum_algorithm.as_ref().map(|algorithm| algorithm.as_str().to_owned());
    let algorithm = wanted.or(source.headers.checksum.as_ref().map(|checksum| checksum.algorithm.clone()));
    let mut checksum = checksum::hasher(algorithm.as_deref().unwrap_or_default());
    let blob = bytes_of(backend, file, 0..source.size_bytes, |bytes| checksum.update(bytes)).await?;
    let headers = match replaces_headers {
        true => headers_of!(input)?,
        false => source.headers,
    };
    let headers = Headers {
        tags,
        // It is never copied along.
        website_redirect_location,
        part_sizes: Vec::new(),
        upload: None,
        checksum: checksum::kept(&checksum.finalize()),
        ..headers
    };
    let object = object_of(input.key, &blob, hex(&blob.md5), headers);
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.modified_at_ms)),
        ..Default::default()
    };
    let result = with_checksum!(result, object.headers.checksum.as_ref());
    commit(backend, input.bucket, object, blob, condition).await?;
    Ok(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() })
}

/// A condition on the destination, which is not in the input of `s3s` (0.14.1).
fn stated(headers: &HeaderMap, name: HeaderName) -> S3Result<Option<ETagCondition>> {
    let Some(value) = headers.get(&name) else { return Ok(None) };
    let condition = ETagCondition::parse_http_header(value.as_bytes());
    condition.map(Some).map_err(|e| {
        S3Error::with_message(S3ErrorCode::InvalidArgument, format!("{name} cannot be read as an ETag: {e}"))
    })
}

/// The object to copy, open, if it is the one that is meant.
pub(super) async fn source(
    backend: &Backend,
    source: &CopySource,
    conditions: Conditions,
) -> S3Result<(Object, File)> {
    let CopySource::Bucket { bucket, key, version_id } = source else {
        return Err(s3_error!(NotImplemented, "Copying from an access point is not served on localhost."));
    };
    backend.has_bucket(bucket)?;
    is_only_version(version_id.as_deref())?;
    let (bucket, key) = (bucket.to_string(), key.to_string());
    let found = backend.store.with_index(move |index, blobs| open(index, blobs, &bucket, &key)).await?;
    let (object, file) = found.ok_or_else(no_such_key)?;
    // Of a copy nobody has an older one: what is not news has failed, too.
    conditions.hold(&object).map_err(|_| precondition_failed())?;
    Ok((object, file))
}

/// A file of its own for these bytes of another, which are seen as they pass.
pub(super) async fn bytes_of(
    backend: &Backend,
    file: File,
    bytes: std::ops::Range<u64>,
    mut see: impl FnMut(&[u8]),
) -> S3Result<Blob> {
    let mut file = tokio::fs::File::from_std(file);
    file.seek(std::io::SeekFrom::Start(bytes.start)).await.map_err(internal)?;
    let mut read = ReaderStream::with_capacity(file.take(bytes.end - bytes.start), CHUNK_BYTES);
    let mut new = backend.store.blobs().begin().map_err(internal)?;
    while let Some(bytes) = read.next().await {
        let bytes = bytes.map_err(internal)?;
        see(&bytes);
        new.write(&bytes).await.map_err(internal)?;
    }
    new.finish(backend.store.blobs()).await.map_err(internal)
}

/// A copy of an object onto itself must differ from it.
fn changes_something(input: &CopyObjectInput, replaces_headers: bool) -> S3Result<()> {
    let is_itself = matches!(
        &input.copy_source,
        CopySource::Bucket { bucket, key, .. } if **bucket == *input.bucket && **key == *input.key
    );
    let changes = replaces_headers
        || input.storage_class.is_some()
        || input.website_redirect_location.is_some()
        || input.server_side_encryption.is_some();
    match is_itself && !changes {
        false => Ok(()),
        true => Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the \
             object's metadata, storage class, website redirect location or encryption attributes."
        )),
    }
}
