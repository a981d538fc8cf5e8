//! Deleting objects, one or many.

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Result, s3_error};

use super::write::happened;
use super::{Backend, internal, is_only_version};
use crate::explain::is_of_xml;
use crate::store::blob::Blobs;
use crate::store::index::{Condition, Index};

/// Deletes an object; one that is not there counts as deleted.
pub(super) async fn delete_object(
    backend: &Backend,
    input: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    backend.has_bucket(&input.bucket)?;
    is_only_version(input.version_id.as_deref())?;
    let condition = match input.if_match {
        None => Condition::None,
        Some(ETagCondition::Any) => Condition::Present,
        Some(ETagCondition::ETag(etag)) => Condition::Etag(etag.into_value()),
    };
    let deleted = delete(backend, input.bucket, vec![(input.key, condition)]).await;
    deleted.into_iter().collect::<S3Result<()>>()?;
    Ok(DeleteObjectOutput::default())
}

/// Deletes up to 1,000 objects; those that the caller may not delete, or does not mean, stay, and are named.
pub(super) async fn delete_objects(
    backend: &Backend,
    r: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let (input, credentials) = (r.input, r.credentials);
    backend.has_bucket(&input.bucket)?;
    let objects = input.delete.objects;
    if objects.len() > 1_000 {
        return Err(s3_error!(MalformedXML, "A request may delete at most 1,000 objects."));
    }
    // The request was no XML, then, though `s3s` has read it, and the answer would be none.
    if objects.iter().any(|object| !object.key.chars().all(is_of_xml)) {
        return Err(s3_error!(MalformedXML));
    }
    let (mut permitted, mut conditions, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for ObjectIdentifier { key, version_id, e_tag, size, last_modified_time } in objects {
        let action = if version_id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        let permit = backend.gate.permits_key(credentials.as_ref(), action, &input.bucket, &key);
        let is_served = match (size, last_modified_time) {
            (None, None) => Ok(()),
            // At AWS, too, only directory buckets look at them.
            _ => {
                Err(s3_error!(NotImplemented, "Size and LastModifiedTime are no conditions here: use ETag."))
            }
        };
        match permit.and(is_served).and_then(|()| is_only_version(version_id.as_deref())) {
            Ok(()) => {
                conditions.push((
                    key.clone(),
                    e_tag.map_or(Condition::None, |etag| Condition::Etag(etag.into_value())),
                ));
                permitted.push((key, version_id));
            }
            Err(refused) => errors.push(error(key, version_id, &refused)),
        }
    }
    let mut told = Vec::new();
    let outcomes = delete(backend, input.bucket, conditions).await;
    for ((key, version_id), outcome) in permitted.into_iter().zip(outcomes) {
        match outcome {
            Ok(()) => told.push(DeletedObject { key: Some(key), version_id, ..Default::default() }),
            Err(refused) => errors.push(error(key, version_id, &refused)),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(if input.delete.quiet == Some(true) { Vec::new() } else { told }),
        errors: (!errors.is_empty()).then_some(errors),
        ..Default::default()
    })
}

fn error(key: String, version_id: Option<String>, refused: &S3Error) -> Error {
    let (code, message) = (refused.code().as_str().to_owned(), refused.message().map(str::to_owned));
    Error { key: Some(key), version_id, code: Some(code), message }
}

/// What became of each.
async fn delete(backend: &Backend, bucket: String, keys: Vec<(String, Condition)>) -> Vec<S3Result<()>> {
    let delete_all = move |index: &mut Index, blobs: &Blobs| {
        let mut delete = |(key, condition): (String, Condition)| {
            let unneeded = happened(index.delete(&bucket, &key, &condition).map_err(internal)?)?;
            unneeded.iter().for_each(|blob| blobs.remove(blob));
            Ok(())
        };
        keys.into_iter().map(&mut delete).collect()
    };
    backend.store.with_index(delete_all).await
}
