//! The operations of S3 that are served, each a short way from the protocol's types to the store and back.

mod attributes;
mod buckets;
mod checksum;
mod complete;
mod copy;
mod delete;
mod headers;
mod list;
mod multipart;
pub(crate) mod post;
mod promised;
mod read;
pub(crate) mod receive;
mod tagging;
mod versions;
mod write;

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use crate::access::Gate;
use crate::buckets::Buckets;
use crate::store::Store;

/// What every operation works on. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Backend {
    pub(crate) store: Store,
    pub(crate) region: String,
    pub(crate) buckets: Arc<Buckets>,
    pub(crate) gate: Gate,
    pub(crate) upload_limit_bytes: u64,
}

/// One line each; operations that are not here answer `NotImplemented`, as `s3s` does by itself.
#[async_trait::async_trait]
impl S3 for Backend {
    async fn put_object(&self, r: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        write::put_object(self, r).await.map(S3Response::new)
    }

    /// Forms are read before they come here, by `post::post_object`.
    async fn post_object(&self, _: S3Request<PostObjectInput>) -> S3Result<S3Response<PostObjectOutput>> {
        Err(s3_error!(MalformedPOSTRequest))
    }

    async fn copy_object(&self, r: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        copy::copy_object(self, r).await.map(S3Response::new)
    }

    async fn delete_object(
        &self,
        r: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        delete::delete_object(self, r.input).await.map(S3Response::new)
    }

    async fn delete_objects(
        &self,
        r: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        delete::delete_objects(self, r).await.map(S3Response::new)
    }

    async fn get_object(&self, r: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        read::get_object(self, r.input).await.map(S3Response::new)
    }

    async fn head_object(&self, r: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        read::head_object(self, r.input).await
    }

    async fn get_object_attributes(
        &self,
        r: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        attributes::get_object_attributes(self, r.input).await.map(S3Response::new)
    }

    async fn list_objects_v2(
        &self,
        r: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        list::list_objects_v2(self, r.input).await.map(S3Response::new)
    }

    async fn list_objects(&self, r: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        list::list_objects(self, r.input).await.map(S3Response::new)
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        Ok(S3Response::new(buckets::list(self)))
    }

    async fn create_bucket(
        &self,
        r: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        buckets::create(self, r.input).await.map(S3Response::new)
    }

    async fn delete_bucket(
        &self,
        r: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        buckets::delete(self, r.input).await.map(S3Response::new)
    }

    async fn list_object_versions(
        &self,
        r: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        versions::list(self, r.input).await.map(S3Response::new)
    }

    async fn get_bucket_tagging(
        &self,
        r: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        tagging::get_bucket_tagging(self, r.input).await.map(S3Response::new)
    }

    async fn put_bucket_tagging(
        &self,
        r: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        tagging::set_bucket_tagging(self, r.input.bucket, r.input.tagging.tag_set).await?;
        Ok(with_status(http::StatusCode::NO_CONTENT, PutBucketTaggingOutput::default()))
    }

    async fn delete_bucket_tagging(
        &self,
        r: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        tagging::set_bucket_tagging(self, r.input.bucket, TagSet::new()).await?;
        Ok(S3Response::new(DeleteBucketTaggingOutput::default()))
    }

    async fn get_object_tagging(
        &self,
        r: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        tagging::get_object_tagging(self, r.input).await.map(S3Response::new)
    }

    async fn put_object_tagging(
        &self,
        r: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let PutObjectTaggingInput { bucket, key, version_id, tagging, .. } = r.input;
        tagging::set_object_tagging(self, (bucket, key), version_id.as_deref(), tagging.tag_set).await?;
        Ok(S3Response::new(PutObjectTaggingOutput::default()))
    }

    async fn delete_object_tagging(
        &self,
        r: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let DeleteObjectTaggingInput { bucket, key, version_id, .. } = r.input;
        tagging::set_object_tagging(self, (bucket, key), version_id.as_deref(), TagSet::new()).await?;
        Ok(S3Response::new(DeleteObjectTaggingOutput::default()))
    }

    async fn head_bucket(&self, r: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.has_bucket(&r.input.bucket)?;
        let bucket_region = Some(self.region.clone());
        let mut response = S3Response::new(HeadBucketOutput { bucket_region, ..Default::default() });
        let xml = http::HeaderValue::from_static("application/xml");
        response.headers.insert(http::header::CONTENT_TYPE, xml);
        Ok(response)
    }

    async fn get_bucket_location(
        &self,
        r: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.has_bucket(&r.input.bucket)?;
        // The oldest region is told by an absent constraint.
        let elsewhere = (self.region != "us-east-1").then(|| self.region.clone().into());
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint: elsewhere }))
    }

    async fn create_multipart_upload(
        &self,
        r: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        multipart::create(self, r.input).await.map(S3Response::new)
    }

    async fn upload_part(&self, r: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        multipart::upload_part(self, r).await.map(S3Response::new)
    }

    async fn upload_part_copy(
        &self,
        r: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        multipart::upload_part_copy(self, r.input).await.map(S3Response::new)
    }

    async fn list_parts(&self, r: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        multipart::list_parts(self, r.input).await.map(S3Response::new)
    }

    async fn complete_multipart_upload(
        &self,
        r: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        complete::complete(self, r.input).await.map(S3Response::new)
    }

    async fn abort_multipart_upload(
        &self,
        r: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        multipart::abort(self, r.input).await.map(S3Response::new)
    }
}

impl Backend {
    fn has_bucket(&self, name: &str) -> S3Result<()> {
        match self.buckets.has(name) {
            true => Ok(()),
            false => Err(no_such_bucket()),
        }
    }
}

/// The status of an answer: that of `S3Response` gets lost in `s3s` (0.14.1), what is beside it does not.
#[derive(Clone, Copy)]
pub(crate) struct Status(pub(crate) http::StatusCode);

fn with_status<T>(status: http::StatusCode, output: T) -> S3Response<T> {
    let mut response = S3Response::new(output);
    response.extensions.insert(Status(status));
    response
}

fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

/// Nothing keeps versions here: there is the one that S3 calls `null` where versioning is off.
fn is_only_version(version_id: Option<&str>) -> S3Result<()> {
    match version_id {
        None | Some(versions::ONLY) => Ok(()),
        Some(_) => Err(s3_error!(NoSuchVersion, "The specified version does not exist.")),
    }
}

/// The disk or SQLite failed: not the caller's fault, and said in the log.
fn internal(e: impl std::error::Error + Send + Sync + 'static) -> S3Error {
    tracing::error!("the S3 store failed: {e}");
    S3Error::with_message(S3ErrorCode::InternalError, "We encountered an internal error. Please try again.")
}

fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

/// A key as it appears in a URL: everything encoded but letters, digits, `-._~` and `/`.
pub(crate) fn url_encoded(key: &str) -> String {
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    utf8_percent_encode(key, ENCODED).to_string()
}
