//! Labels of buckets and objects.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::{Backend, internal, is_only_version, no_such_key};
use crate::store::blob::Blobs;
use crate::store::index::{Index, Tags};

/// How many labels an object may have, and a bucket.
const MOST_OF_OBJECT: usize = 10;
const MOST_OF_BUCKET: usize = 50;

/// The longest key and value of a label, in characters.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(super) async fn get_bucket_tagging(
    backend: &Backend,
    input: GetBucketTaggingInput,
) -> S3Result<GetBucketTaggingOutput> {
    backend.has_bucket(&input.bucket)?;
    let read = move |index: &mut Index, _: &Blobs| index.bucket_tags(&input.bucket);
    let tags = backend.store.with_index(read).await.map_err(internal)?;
    match tags.is_empty() {
        true => Err(s3_error!(NoSuchTagSet, "The TagSet does not exist")),
        false => Ok(GetBucketTaggingOutput { tag_set: told(tags) }),
    }
}

pub(super) async fn set_bucket_tagging(backend: &Backend, bucket: String, tag_set: TagSet) -> S3Result<()> {
    backend.has_bucket(&bucket)?;
    let system = "System tags cannot be added/updated by requester";
    let most = "Bucket tag count cannot be greater than 50";
    let tags = checked(tag_set, system, MOST_OF_BUCKET, most)?;
    let buckets = Arc::clone(&backend.buckets);
    let write = move |index: &mut Index, _: &Blobs| {
        if !buckets.has(&bucket) {
            return Err(super::no_such_bucket());
        }
        index.set_bucket_tags(&bucket, &tags).map_err(internal)
    };
    backend.store.with_index(write).await
}

pub(super) async fn get_object_tagging(
    backend: &Backend,
    input: GetObjectTaggingInput,
) -> S3Result<GetObjectTaggingOutput> {
    backend.has_bucket(&input.bucket)?;
    is_only_version(input.version_id.as_deref())?;
    let read = move |index: &mut Index, _: &Blobs| index.get(&input.bucket, &input.key);
    let object = backend.store.with_index(read).await.map_err(internal)?.ok_or_else(no_such_key)?;
    Ok(GetObjectTaggingOutput { tag_set: told(object.headers.tags), ..Default::default() })
}

pub(super) async fn set_object_tagging(
    backend: &Backend,
    (bucket, key): (String, String),
    version_id: Option<&str>,
    tag_set: TagSet,
) -> S3Result<()> {
    backend.has_bucket(&bucket)?;
    is_only_version(version_id)?;
    let tags = of_object(tag_set)?;
    let write = move |index: &mut Index, _: &Blobs| index.set_tags(&bucket, &key, tags);
    match backend.store.with_index(write).await.map_err(internal)? {
        true => Ok(()),
        false => Err(no_such_key()),
    }
}

/// The labels in the header of an upload: `a=1&b=2`, each text encoded as in a query.
pub(super) fn of_header(header: Option<&str>) -> S3Result<Tags> {
    let tag = |(key, value)| Tag { key: Some(key), value: Some(value) };
    let tags = header.filter(|header| !header.is_empty()).map(crate::access::parameters).unwrap_or_default();
    of_object(tags.into_iter().map(tag).collect())
}

fn of_object(tag_set: TagSet) -> S3Result<Tags> {
    let system = "Your TagKey cannot be prefixed with aws:";
    checked(tag_set, system, MOST_OF_OBJECT, "Object tags cannot be greater than 10")
}

fn checked(tag_set: TagSet, system: &'static str, most: usize, too_many: &'static str) -> S3Result<Tags> {
    let invalid = |message: &'static str| S3Error::with_message(S3ErrorCode::InvalidTag, message);
    if tag_set.len() > most {
        let code = S3ErrorCode::from_bytes(b"BadRequest").unwrap_or(S3ErrorCode::InvalidTag);
        let mut error = S3Error::with_message(code, too_many);
        error.set_status_code(http::StatusCode::BAD_REQUEST);
        return Err(error);
    }
    let mut tags = Tags::new();
    for Tag { key, value } in tag_set {
        let (key, value) = (key.unwrap_or_default(), value.unwrap_or_default());
        if key.is_empty() || key.chars().count() > LONGEST_KEY {
            return Err(invalid("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(invalid("The TagValue you have provided is invalid"));
        }
        if key.starts_with("aws:") {
            return Err(invalid(system));
        }
        if tags.insert(key, value).is_some() {
            return Err(invalid("Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(tags)
}

fn told(tags: Tags) -> TagSet {
    tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect()
}
