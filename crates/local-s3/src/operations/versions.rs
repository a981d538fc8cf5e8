//! Versions of objects: each has one, as in a bucket of AWS without versioning.

use s3s::S3Result;
use s3s::dto::*;

use super::{Backend, list};

/// What S3 calls the version of an object where versioning is off.
pub(super) const ONLY: &str = "null";

/// One page of a bucket's versions, by key.
pub(super) async fn list(
    backend: &Backend,
    input: ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    let (prefix, delimiter) = (input.prefix.as_deref(), input.delimiter.as_deref());
    let after = list::token_after(input.key_marker.as_deref(), prefix, delimiter);
    let page = list::list_objects_v2(
        backend,
        ListObjectsV2Input {
            bucket: input.bucket,
            prefix: input.prefix,
            delimiter: input.delimiter,
            max_keys: input.max_keys,
            encoding_type: input.encoding_type,
            continuation_token: after,
            ..Default::default()
        },
    )
    .await?;
    let next_key_marker = if page.is_truncated == Some(true) { list::last_of(&page) } else { None };
    let version = |object: Object| ObjectVersion {
        e_tag: object.e_tag,
        is_latest: Some(true),
        key: object.key,
        last_modified: object.last_modified,
        size: object.size,
        storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
        version_id: Some(ONLY.to_owned()),
        ..Default::default()
    };
    Ok(ListObjectVersionsOutput {
        name: page.name,
        prefix: page.prefix,
        delimiter: page.delimiter,
        encoding_type: page.encoding_type,
        max_keys: page.max_keys,
        is_truncated: page.is_truncated,
        key_marker: Some(input.key_marker.unwrap_or_default()),
        version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
        next_version_id_marker: next_key_marker.is_some().then(|| ONLY.to_owned()),
        next_key_marker,
        versions: page.contents.map(|objects| objects.into_iter().map(version).collect()),
        common_prefixes: page.common_prefixes,
        ..Default::default()
    })
}
