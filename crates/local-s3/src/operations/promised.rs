//! What CompleteMultipartUpload says of the parts and the whole in advance: nothing becomes an object that is otherwise.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use s3s::dto::{Checksum, CompleteMultipartUploadInput, CompletedPart};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::checksum::{by_algorithm, kept, kind, told};
use crate::store::index;

/// The checksums that a request, or one of its parts, names.
macro_rules! named {
    ($in:expr) => {
        Checksum {
            checksum_crc32: $in.checksum_crc32.clone(),
            checksum_crc32c: $in.checksum_crc32c.clone(),
            checksum_crc64nvme: $in.checksum_crc64nvme.clone(),
            checksum_sha1: $in.checksum_sha1.clone(),
            checksum_sha256: $in.checksum_sha256.clone(),
            checksum_type: None,
        }
    };
}

pub(super) fn parts(input: &CompleteMultipartUploadInput) -> &[CompletedPart] {
    input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref()).unwrap_or_default()
}

/// What is known before the parts are read: how large the object will be, and which kind of checksum it gets.
pub(super) fn size_and_kind(
    input: &CompleteMultipartUploadInput,
    parts: &[&index::Part],
    chosen: Option<&index::Checksum>,
) -> S3Result<()> {
    let invalid = |message| Err(S3Error::with_message(S3ErrorCode::InvalidRequest, message));
    let size_bytes: u64 = parts.iter().map(|part| part.size_bytes).sum();
    if let Some(named) = input.mpu_object_size
        && u64::try_from(named) != Ok(size_bytes)
    {
        return invalid(format!(
            "The provided 'x-amz-mp-object-size' header value {named} does not match what was computed: {size_bytes}"
        ));
    }
    let chosen = chosen.map(|chosen| kind(chosen.is_of_parts));
    match (chosen, &input.checksum_type) {
        (Some(chosen), Some(named)) if chosen != *named => invalid(format!(
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            chosen.as_str()
        )),
        _ => Ok(()),
    }
}

/// The checksum to compute: the one that was chosen when the upload began; where none was, one of those that are named,
/// to compare it.
pub(super) fn to_compute(
    input: &CompleteMultipartUploadInput,
    chosen: Option<&index::Checksum>,
) -> Option<index::Checksum> {
    let of_parts = || parts(input).iter().find_map(|part| kept(&named!(part)));
    chosen.cloned().or_else(|| kept(&named!(input))).or_else(of_parts)
}

/// Refuses a part that has another checksum than the caller names.
pub(super) fn of_part(named: &CompletedPart, computed: &Checksum) -> S3Result<()> {
    match broken(&named!(named), computed) {
        Some(_) => Err(invalid_part()),
        None => Ok(()),
    }
}

/// Refuses a whole that has another checksum than the caller names. That of parts has their number behind it (`…-2`).
pub(super) fn of_whole(
    input: &CompleteMultipartUploadInput,
    computed: Option<&index::Checksum>,
) -> S3Result<()> {
    let Some(algorithm) = broken(&named!(input), &told(computed)) else { return Ok(()) };
    Err(S3Error::with_message(
        S3ErrorCode::BadDigest,
        format!("The {algorithm} you specified did not match the calculated checksum."),
    ))
}

/// The algorithm whose checksum is named and was not computed, or differs.
fn broken(named: &Checksum, computed: &Checksum) -> Option<&'static str> {
    let mut pairs = by_algorithm(named).into_iter().zip(by_algorithm(computed));
    pairs.find_map(|((algorithm, named), (_, computed))| {
        (named.is_some() && named != computed).then_some(algorithm)
    })
}

pub(super) fn invalid_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified \
         entity tag may not match the part's entity tag."
    )
}
