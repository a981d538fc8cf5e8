//! The headers that are stored with an object, on their way in and out.

use s3s::{S3Result, s3_error};

use crate::store::index::Headers;

/// The largest user metadata, in bytes of names and values (S3, "User-defined object metadata").
const METADATA_LIMIT_BYTES: usize = 2 * 1024;

/// What S3 says of an object that was sent without a type.
const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// Takes the stored headers out of the input of PutObject, CopyObject or CreateMultipartUpload.
macro_rules! headers_of {
    ($input:expr) => {
        $crate::operations::headers::checked($crate::store::index::Headers {
            cache_control: $input.cache_control.take(),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take(),
            content_language: $input.content_language.take(),
            content_type: $input.content_type.take(),
            expires: $input.expires.take(),
            metadata: $input.metadata.take().unwrap_or_default(),
            website_redirect_location: $input.website_redirect_location.take(),
            tags: $crate::operations::tagging::of_header($input.tagging.as_deref())?,
            part_sizes: Vec::new(),
            upload: None,
            checksum: None,
        })
    };
}

/// The output of GetObject or HeadObject for an object: all that both tell.
macro_rules! output_of {
    ($output:ident, $object:expr) => {{
        let object: $crate::store::index::Object = $object;
        $output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: object.headers.cache_control,
            content_disposition: object.headers.content_disposition,
            content_encoding: object.headers.content_encoding,
            content_language: object.headers.content_language,
            content_length: i64::try_from(object.size_bytes).ok(),
            content_type: object.headers.content_type,
            e_tag: Some(ETag::Strong(object.etag)),
            expires: object.headers.expires,
            last_modified: Some($crate::store::index::timestamp(object.modified_at_ms)),
            metadata: Some(object.headers.metadata).filter(|metadata| !metadata.is_empty()),
            website_redirect_location: object.headers.website_redirect_location,
            ..Default::default()
        }
    }};
}

pub(super) use {headers_of, output_of};

/// The headers as they are to be stored.
pub(super) fn checked(mut headers: Headers) -> S3Result<Headers> {
    let size: usize = headers.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > METADATA_LIMIT_BYTES {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size"
        ));
    }
    // `aws-chunked` is how the body travelled; it has been taken off, so it is not kept.
    headers.content_encoding = headers.content_encoding.and_then(|encoding| {
        let kept: Vec<_> = encoding.split(',').map(str::trim).filter(|e| *e != "aws-chunked").collect();
        Some(kept.join(", ")).filter(|kept| !kept.is_empty())
    });
    headers.content_type.get_or_insert_with(|| DEFAULT_CONTENT_TYPE.to_owned());
    Ok(headers)
}
