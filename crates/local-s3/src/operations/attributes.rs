//! What is known of an object beside its bytes and headers.

use s3s::S3Result;
use s3s::dto::*;

use super::{Backend, checksum, internal, is_only_version, no_such_key};
use crate::store::index::timestamp;

/// The attributes that are asked for.
pub(super) async fn get_object_attributes(
    backend: &Backend,
    input: GetObjectAttributesInput,
) -> S3Result<GetObjectAttributesOutput> {
    backend.has_bucket(&input.bucket)?;
    is_only_version(input.version_id.as_deref())?;
    let (bucket, key) = (input.bucket, input.key);
    let object = backend.store.with_index(move |index, _| index.get(&bucket, &key)).await;
    let object = object.map_err(internal)?.ok_or_else(no_such_key)?;
    // SDKs name them all in one header, which `s3s` (0.14.1) takes for one name.
    let named = || input.object_attributes.iter().flat_map(|names| names.as_str().split(','));
    let asked = |name: &str| named().any(|named| named.trim() == name);
    let checksum = object.headers.checksum.as_ref().map(|kept| {
        let mut kept = kept.clone();
        // The number of parts is told beside it.
        if let Some((value, _)) = kept.value.split_once('-') {
            kept.value = value.to_owned();
        }
        checksum::told(Some(&kept))
    });
    let parts = GetObjectAttributesParts {
        total_parts_count: i32::try_from(object.headers.part_sizes.len()).ok(),
        ..Default::default()
    };
    let is_of_parts = !object.headers.part_sizes.is_empty();
    Ok(GetObjectAttributesOutput {
        checksum: checksum.filter(|_| asked(ObjectAttributes::CHECKSUM)),
        e_tag: asked(ObjectAttributes::ETAG).then_some(ETag::Strong(object.etag)),
        last_modified: Some(timestamp(object.modified_at_ms)),
        object_parts: (asked(ObjectAttributes::OBJECT_PARTS) && is_of_parts).then_some(parts),
        object_size: i64::try_from(object.size_bytes).ok().filter(|_| asked(ObjectAttributes::OBJECT_SIZE)),
        storage_class: asked(ObjectAttributes::STORAGE_CLASS)
            .then(|| StorageClass::from_static(StorageClass::STANDARD)),
        ..Default::default()
    })
}
