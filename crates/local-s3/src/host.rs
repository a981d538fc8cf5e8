//! Virtual-hosted style: a bucket that is named in the `Host` header instead of the path.

use std::sync::Arc;

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

use crate::Bucket;

/// The hosts `<bucket>.<anything>`, for the buckets that there are. Every other host is for path style.
pub(crate) struct BucketHosts(pub(crate) Arc<[Bucket]>);

impl S3Host for BucketHosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match bucket_of(host, &self.0) {
            Some(bucket) => virtual_host.with_bucket(bucket.name.as_str()),
            None => virtual_host,
        })
    }
}

/// The bucket that `host` begins with: `chat.uploads` and `chat.uploads.localhost:4000` are two things.
pub(crate) fn bucket_of<'a>(host: &str, buckets: &'a [Bucket]) -> Option<&'a Bucket> {
    buckets.iter().find(|bucket| host.strip_prefix(&bucket.name).is_some_and(|rest| rest.starts_with('.')))
}
