//! Virtual-hosted style: a bucket that is named in the `Host` header instead of the path.

use std::sync::Arc;

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

use crate::Bucket;
use crate::buckets::Buckets;

/// Reads a bucket's name from the host, if there is one.
pub(crate) struct BucketHosts(pub(crate) Arc<Buckets>);

impl S3Host for BucketHosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match named_in(host, &self.0) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

/// The bucket in the host `<bucket>.<anything>`, if it is the template's, or `<bucket>.localhost`, if it was made: that
/// may be called `127`. Every other host is for path style.
pub(crate) fn named_in<'h>(host: &'h str, buckets: &Buckets) -> Option<&'h str> {
    if let Some(bucket) = bucket_of(host, buckets.of_template()) {
        return host.get(..bucket.name.len());
    }
    let (name, rest) = host.rsplit_once(".localhost")?;
    ((rest.is_empty() || rest.starts_with(':')) && buckets.was_made(name)).then_some(name)
}

/// The template's bucket that `host` begins with: `chat.uploads` and `chat.uploads.localhost:4000` are two things.
pub(crate) fn bucket_of<'b>(host: &str, buckets: &'b [Bucket]) -> Option<&'b Bucket> {
    buckets.iter().find(|bucket| host.strip_prefix(&bucket.name).is_some_and(|rest| rest.starts_with('.')))
}
