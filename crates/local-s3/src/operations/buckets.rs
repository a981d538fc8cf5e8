//! Buckets beside those of the template: whoever may makes them, and they stay until they are deleted.

use std::collections::BTreeMap;
use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::{Backend, internal};
use crate::store::blob::Blobs;
use crate::store::index::{Index, now_ms, timestamp};

/// The oldest region, whose buckets have no location constraint.
const OLDEST_REGION: &str = "us-east-1";

/// Makes a bucket; one that is there already stays as it is, as in S3's oldest region. So does one that left the
/// template, as one that a stack retained: its objects and labels are there again.
pub(super) async fn create(backend: &Backend, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    let constraint = input.create_bucket_configuration.and_then(|config| config.location_constraint);
    fits(&backend.region, constraint.as_ref().map(BucketLocationConstraint::as_str))?;
    let (buckets, name) = (Arc::clone(&backend.buckets), input.bucket);
    if buckets.is_reserved(&name) && !buckets.has(&name) {
        return Err(S3Error::with_message(
            S3ErrorCode::BucketAlreadyExists,
            format!("The requested bucket name is not available: here /{name} is a path of something else."),
        ));
    }
    let location = Some(format!("/{name}"));
    let make = move |index: &mut Index, _: &Blobs| {
        if !buckets.has(&name) {
            let made_at_ms = now_ms();
            index.add_bucket(&name, made_at_ms)?;
            buckets.add(&name, made_at_ms);
        }
        Ok::<_, rusqlite::Error>(())
    };
    backend.store.with_index(make).await.map_err(internal)?;
    Ok(CreateBucketOutput { location })
}

/// Deletes a bucket that was made, once it is empty.
pub(super) async fn delete(backend: &Backend, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    backend.has_bucket(&input.bucket)?;
    if backend.buckets.is_of_template(&input.bucket) {
        return Err(s3_error!(
            AccessDenied,
            "This bucket is the template's, and goes when it is taken out there."
        ));
    }
    let (buckets, name) = (Arc::clone(&backend.buckets), input.bucket);
    let delete = move |index: &mut Index, blobs: &Blobs| {
        let unneeded = index.delete_bucket(&name).map_err(internal)?;
        let unneeded = unneeded
            .ok_or_else(|| s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"))?;
        buckets.remove(&name);
        unneeded.iter().for_each(|blob| blobs.remove(blob));
        Ok::<_, S3Error>(())
    };
    backend.store.with_index(delete).await?;
    Ok(DeleteBucketOutput {})
}

/// All buckets, by name; those of the template are as old as the store.
pub(super) fn list(backend: &Backend) -> ListBucketsOutput {
    let store_made_at_ms = backend.store.made_at_ms();
    let of_template = backend.buckets.of_template().iter();
    let mut all: BTreeMap<String, u64> = backend.buckets.made();
    all.extend(of_template.map(|bucket| (bucket.name.clone(), store_made_at_ms)));
    let bucket = |(name, made_at_ms)| Bucket {
        name: Some(name),
        creation_date: Some(timestamp(made_at_ms)),
        bucket_region: Some(backend.region.clone()),
    };
    ListBucketsOutput { buckets: Some(all.into_iter().map(bucket).collect()), ..Default::default() }
}

/// The constraint must name the region, which in the oldest one is done by naming none.
fn fits(region: &str, constraint: Option<&str>) -> S3Result<()> {
    let is_oldest = region == OLDEST_REGION;
    let incompatible = |which: &str| {
        let code = S3ErrorCode::IllegalLocationConstraintException;
        let message = format!(
            "The {which} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        Err(S3Error::with_message(code, message))
    };
    match constraint.filter(|constraint| !constraint.is_empty()) {
        None if is_oldest => Ok(()),
        None => incompatible("unspecified"),
        Some(OLDEST_REGION) if is_oldest => {
            Err(s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid"))
        }
        Some(constraint) if constraint == region => Ok(()),
        Some(constraint) => incompatible(constraint),
    }
}
