//! Putting, copying and deleting objects.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::headers::headers_of;
use super::receive::{Promise, receive};
use super::{Backend, internal, no_such_key, precondition_failed};
use crate::store::blob::{Blob, Blobs, hex};
use crate::store::index::{Condition, Headers, Index, Object, Written, now_ms, timestamp};

/// Stores an object; it is acknowledged when it is on the disk, and until then the old one is whole.
pub(super) async fn put_object(backend: &Backend, r: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
    let mut input = r.input;
    backend.has_bucket(&input.bucket)?;
    let headers = headers_of!(input)?;
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let promise = Promise {
        length: input.content_length,
        md5: input.content_md5.as_deref(),
        headers: &r.headers,
        trailers: r.trailing_headers.as_ref(),
    };
    let blob = receive(backend, input.body.take(), promise).await?;
    let object = object_of(input.key, &blob, hex(&blob.md5), headers);
    let etag = object.etag.clone();
    commit(backend, input.bucket, object, blob, condition).await?;
    Ok(PutObjectOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() })
}

/// Copies an object, with its headers or with new ones.
pub(super) async fn copy_object(backend: &Backend, mut input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    backend.has_bucket(&input.bucket)?;
    let CopySource::Bucket { bucket, key, .. } = &input.copy_source else {
        return Err(s3_error!(NotImplemented, "Copying from an access point is not served on localhost."));
    };
    backend.has_bucket(bucket)?;
    let (bucket, key) = (bucket.to_string(), key.to_string());
    let found = backend.store.with_index(move |index, blobs| open(index, blobs, &bucket, &key)).await?;
    let (source, file) = found.ok_or_else(no_such_key)?;
    let headers = match input.metadata_directive.as_ref().map(MetadataDirective::as_str) {
        Some(MetadataDirective::REPLACE) => headers_of!(input)?,
        _ => source.headers,
    };
    let mut new = backend.store.blobs().begin().map_err(internal)?;
    let mut file = tokio_util::io::ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024);
    while let Some(bytes) = futures::StreamExt::next(&mut file).await {
        new.write(&bytes.map_err(internal)?).await.map_err(internal)?;
    }
    let blob = new.finish(backend.store.blobs()).await.map_err(internal)?;
    let object = object_of(input.key, &blob, hex(&blob.md5), headers);
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.modified_at_ms)),
        ..Default::default()
    };
    commit(backend, input.bucket, object, blob, Condition::None).await?;
    Ok(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() })
}

/// Deletes an object; one that is not there counts as deleted.
pub(super) async fn delete_object(
    backend: &Backend,
    input: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    backend.has_bucket(&input.bucket)?;
    delete(backend, input.bucket, vec![input.key]).await?;
    Ok(DeleteObjectOutput::default())
}

/// Deletes up to 1,000 objects; those that the caller may not delete stay, and are named.
pub(super) async fn delete_objects(
    backend: &Backend,
    r: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let (input, credentials) = (r.input, r.credentials);
    backend.has_bucket(&input.bucket)?;
    let keys: Vec<String> = input.delete.objects.into_iter().map(|object| object.key).collect();
    if keys.len() > 1_000 {
        return Err(s3_error!(MalformedXML, "A request may delete at most 1,000 objects."));
    }
    let (mut permitted, mut errors) = (Vec::new(), Vec::new());
    for key in keys {
        match backend.gate.permits_key(credentials.as_ref(), "s3:DeleteObject", &input.bucket, &key) {
            Ok(()) => permitted.push(key),
            Err(refused) => errors.push(Error {
                key: Some(key),
                code: Some(refused.code().as_str().to_owned()),
                message: refused.message().map(str::to_owned),
                ..Default::default()
            }),
        }
    }
    delete(backend, input.bucket, permitted.clone()).await?;
    let deleted = |key| DeletedObject { key: Some(key), ..Default::default() };
    let told = if input.delete.quiet == Some(true) { Vec::new() } else { permitted };
    Ok(DeleteObjectsOutput {
        deleted: Some(told.into_iter().map(deleted).collect()),
        errors: (!errors.is_empty()).then_some(errors),
        ..Default::default()
    })
}

async fn delete(backend: &Backend, bucket: String, keys: Vec<String>) -> S3Result<()> {
    let delete_all = move |index: &mut Index, blobs: &Blobs| {
        for key in keys {
            if let Some(blob) = index.delete(&bucket, &key)? {
                blobs.remove(&blob);
            }
        }
        Ok::<_, rusqlite::Error>(())
    };
    backend.store.with_index(delete_all).await.map_err(internal)
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
async fn commit(
    backend: &Backend,
    bucket: String,
    object: Object,
    blob: Blob,
    condition: Condition,
) -> S3Result<()> {
    let put = move |index: &mut Index, blobs: &Blobs| {
        let written = index.put(&bucket, &object, &condition).map_err(internal)?;
        settle(written, blob, blobs)
    };
    backend.store.with_index(put).await
}

/// Deals with both files after a write, whichever way it went.
pub(super) fn settle(written: Written, blob: Blob, blobs: &Blobs) -> S3Result<()> {
    match written {
        Written::Yes { replaced } => {
            blob.keep();
            if let Some(replaced) = replaced {
                blobs.remove(&replaced);
            }
            Ok(())
        }
        Written::ConditionFailed => Err(precondition_failed()),
        Written::NoObject => Err(no_such_key()),
    }
}
