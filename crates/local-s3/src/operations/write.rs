//! Putting objects.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::checksum::with_checksum;
use super::headers::headers_of;
use super::receive::{Promise, receive};
use super::{Backend, internal, no_such_bucket, no_such_key, precondition_failed};
use crate::store::blob::{Blob, Blobs, hex};
use crate::store::index::{Condition, Headers, Index, Object, Written, now_ms};

/// Stores an object; it is acknowledged when it is on the disk, and until then the old one is whole.
pub(super) async fn put_object(backend: &Backend, r: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
    let mut input = r.input;
    backend.has_bucket(&input.bucket)?;
    let mut headers = headers_of!(input)?;
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let promise = Promise {
        length: input.content_length,
        md5: input.content_md5.as_deref(),
        headers: &r.headers,
        trailers: r.trailing_headers.as_ref(),
    };
    let (blob, checksum) = receive(backend, input.body.take(), promise, backend.upload_limit_bytes).await?;
    headers.checksum = checksum.clone();
    let object = object_of(input.key, &blob, hex(&blob.md5), headers);
    let etag = object.etag.clone();
    commit(backend, input.bucket, object, blob, condition).await?;
    let output = PutObjectOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() };
    Ok(with_checksum!(output, checksum.as_ref()))
}

/// Finds an object and opens its file in one step, so that nobody can remove the file in between.
pub(super) fn open(
    index: &Index,
    blobs: &Blobs,
    bucket: &str,
    key: &str,
) -> S3Result<Option<(Object, std::fs::File)>> {
    match index.get(bucket, key).map_err(internal)? {
        None => Ok(None),
        Some(object) => {
            let file = blobs.read(&object.blob).map_err(internal)?;
            Ok(Some((object, file)))
        }
    }
}

pub(super) fn object_of(key: String, blob: &Blob, etag: String, headers: Headers) -> Object {
    Object {
        key,
        blob: blob.name.clone(),
        size_bytes: blob.size_bytes,
        etag,
        modified_at_ms: now_ms(),
        headers,
    }
}

/// The condition of a write: S3 knows `If-None-Match: *` and `If-Match: "<etag>"`.
pub(super) fn condition(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<Condition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Condition::None),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Condition::Etag(etag.value().to_owned())),
        _ => Err(s3_error!(
            NotImplemented,
            "A write may have the condition If-None-Match: * or If-Match with an ETag."
        )),
    }
}

/// Makes the object visible and its file permanent, and removes the file that it replaces.
pub(super) async fn commit(
    backend: &Backend,
    bucket: String,
    object: Object,
    blob: Blob,
    condition: Condition,
) -> S3Result<()> {
    let buckets = Arc::clone(&backend.buckets);
    let put = move |index: &mut Index, blobs: &Blobs| {
        // It may have been deleted while the object was on its way.
        if !buckets.has(&bucket) {
            return Err(no_such_bucket());
        }
        let written = index.put(&bucket, &object, &condition).map_err(internal)?;
        settle(written, blob, blobs)
    };
    backend.store.with_index(put).await
}

/// Deals with both files after a write, whichever way it went.
pub(super) fn settle(written: Written, blob: Blob, blobs: &Blobs) -> S3Result<()> {
    let replaced = happened(written)?;
    blob.keep();
    replaced.iter().for_each(|replaced| blobs.remove(replaced));
    Ok(())
}

/// The file that a write left without an object, if the write happened.
pub(super) fn happened(written: Written) -> S3Result<Option<String>> {
    match written {
        Written::Yes { replaced } => Ok(replaced),
        Written::ConditionFailed => Err(precondition_failed()),
        Written::NoObject => Err(no_such_key()),
    }
}
