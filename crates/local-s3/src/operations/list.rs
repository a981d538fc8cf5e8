//! The objects of a bucket, page by page.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::dto::*;
use s3s::{S3Result, s3_error};

use super::{Backend, internal, url_encoded};
use crate::store::index::{self, timestamp};
use crate::store::list::{self, Listing, list};

/// The most that a page holds, whatever is asked for.
const MAX_KEYS: i32 = 1_000;

/// One page of a bucket's objects, by key.
pub(super) async fn list_objects_v2(
    backend: &Backend,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    backend.has_bucket(&input.bucket)?;
    let max_keys = input.max_keys.unwrap_or(MAX_KEYS);
    let Ok(limit) = usize::try_from(max_keys.min(MAX_KEYS)) else {
        return Err(s3_error!(InvalidArgument, "max-keys must not be negative"));
    };
    let from = match (&input.continuation_token, &input.start_after) {
        (Some(token), _) => BASE64_URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
        // The first key after another is that key and a zero byte.
        (None, Some(key)) => [key.as_bytes(), &[0]].concat(),
        (None, None) => Vec::new(),
    };
    let bucket = input.bucket.clone();
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = input.delimiter.clone().filter(|delimiter| !delimiter.is_empty());
    let read = move |index: &mut index::Index, _: &_| {
        let delimiter = delimiter.as_deref();
        list(index, &Listing { bucket: &bucket, prefix: &prefix, delimiter, from, limit })
    };
    let page = backend.store.with_index(read).await.map_err(internal)?;

    let is_encoded = input.encoding_type.as_ref().is_some_and(|e| e.as_str() == EncodingType::URL);
    let shown = |text: String| if is_encoded { url_encoded(&text) } else { text };
    let common_prefix = |prefix| CommonPrefix { prefix: Some(shown(prefix)) };
    let object = |object: index::Object| Object {
        e_tag: Some(ETag::Strong(object.etag)),
        key: Some(shown(object.key)),
        last_modified: Some(timestamp(object.modified_at_ms)),
        size: i64::try_from(object.size_bytes).ok(),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Default::default()
    };
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(page.objects.len() + page.common_prefixes.len()).ok(),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.map(|next| BASE64_URL_SAFE_NO_PAD.encode(next)),
        contents: Some(page.objects.into_iter().map(object).collect()),
        common_prefixes: Some(page.common_prefixes.into_iter().map(common_prefix).collect()),
        name: Some(input.bucket),
        prefix: Some(shown(input.prefix.unwrap_or_default())),
        delimiter: input.delimiter.map(shown),
        start_after: input.start_after.map(shown),
        max_keys: Some(max_keys),
        continuation_token: input.continuation_token,
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

/// The older way to ask, which boto3's resources still use: a page begins after a key, not at a token.
pub(super) async fn list_objects(backend: &Backend, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let delimiter = input.delimiter.clone().filter(|delimiter| !delimiter.is_empty());
    let after = token_after(input.marker.as_deref(), input.prefix.as_deref(), delimiter.as_deref());
    let page = list_objects_v2(
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
    // Without a delimiter the last key says as much, and S3 leaves it at that.
    let next_marker = match page.is_truncated {
        Some(true) if delimiter.is_some() => last_of(&page),
        _ => None,
    };
    Ok(ListObjectsOutput {
        name: page.name,
        prefix: page.prefix,
        marker: Some(input.marker.unwrap_or_default()),
        next_marker,
        max_keys: page.max_keys,
        is_truncated: page.is_truncated,
        contents: page.contents,
        common_prefixes: page.common_prefixes,
        delimiter: page.delimiter,
        encoding_type: page.encoding_type,
        ..Default::default()
    })
}

/// The last key or common prefix of a page, as it is written there.
pub(super) fn last_of(page: &ListObjectsV2Output) -> Option<String> {
    let keys = page.contents.iter().flatten().filter_map(|object| object.key.as_ref());
    let prefixes = page.common_prefixes.iter().flatten().filter_map(|common| common.prefix.as_ref());
    // What is encoded is in the order of what it stands for.
    let bytes = |text: &&String| match &page.encoding_type {
        Some(_) => percent_encoding::percent_decode_str(text).collect(),
        None => text.as_bytes().to_vec(),
    };
    keys.chain(prefixes).max_by_key(bytes).cloned()
}

/// The first page after a key or common prefix, as a token of [`list_objects_v2`].
pub(super) fn token_after(
    marker: Option<&str>,
    prefix: Option<&str>,
    delimiter: Option<&str>,
) -> Option<String> {
    let marker = marker.filter(|marker| !marker.is_empty())?;
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty());
    Some(BASE64_URL_SAFE_NO_PAD.encode(list::after(marker, prefix.unwrap_or_default(), delimiter)))
}
