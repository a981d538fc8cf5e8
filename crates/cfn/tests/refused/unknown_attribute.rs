//! An attribute that the resource does not have.

use cfn::{Handle, Value, s3::Bucket};

fn url(bucket: &Handle<Bucket>) -> Value<String> {
    bucket.graphql_url()
}

fn main() {}
