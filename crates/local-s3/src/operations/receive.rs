//! An upload's body becomes a file: counted, compared with what the sender promised, and flushed.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::StreamExt;
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders, s3_error};

use super::{Backend, checksum, internal};
use crate::store::blob::Blob;
use crate::store::index;

/// After how long without a byte an upload is given up (S3 answers RequestTimeout after about 20 s).
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// What the sender said of the body in advance, and where the rest will be said at its end.
pub(super) struct Promise<'a> {
    /// `Content-Length`, in bytes, without the framing of `aws-chunked`.
    pub(super) length: Option<i64>,
    /// `Content-MD5`, in base64.
    pub(super) md5: Option<&'a str>,
    /// `x-amz-checksum-*` and `x-amz-trailer`.
    pub(super) headers: &'a HeaderMap,
    /// The checksum, if it follows the body.
    pub(super) trailers: Option<&'a TrailingHeaders>,
}

/// Writes the body, of at most `limit` bytes, to the disk and keeps the promise, or stores nothing. Answers also the checksum that was promised.
pub(super) async fn receive(
    backend: &Backend,
    body: Option<StreamingBlob>,
    promise: Promise<'_>,
    limit: u64,
) -> S3Result<(Blob, Option<index::Checksum>)> {
    let promised = promise.length.and_then(|length| u64::try_from(length).ok());
    if promised.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let mut checksums = checksums_of(promise.headers);
    let mut file = backend.store.blobs().begin().map_err(internal)?;
    let mut body = body.unwrap_or_else(|| StreamingBlob::from(s3s::Body::empty()));
    while let Some(bytes) = next(&mut body).await? {
        if file.size_bytes() + bytes.len() as u64 > limit {
            return Err(too_large(limit));
        }
        checksums.update(&bytes);
        file.write(&bytes).await.map_err(internal)?;
    }
    if promised.is_some_and(|length| length != file.size_bytes()) {
        return Err(incomplete());
    }
    let file = file.finish(backend.store.blobs()).await.map_err(internal)?;
    same_md5(promise.md5, &file.md5)?;
    let computed = checksums.finalize();
    let kept = checksum::kept(&computed);
    same_checksums(computed, &promise)?;
    Ok((file, kept))
}

/// What comes next of a body, if it comes in time.
pub(crate) async fn next(body: &mut StreamingBlob) -> S3Result<Option<bytes::Bytes>> {
    match tokio::time::timeout(IDLE_TIMEOUT, body.next()).await {
        Ok(bytes) => bytes.transpose().map_err(|e| broken_body(&e.to_string())),
        Err(_) => Err(s3_error!(
            RequestTimeout,
            "Your socket connection to the server was not read from or written to within the timeout period."
        )),
    }
}

/// Why the body ended early. The types of `s3s`'s verifying streams are private, so their names are looked for.
fn broken_body(error: &str) -> S3Error {
    if error.contains("Sha256Mismatch") {
        let code = S3ErrorCode::from_bytes(b"XAmzContentSHA256Mismatch").unwrap_or(S3ErrorCode::BadDigest);
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        let mut error = S3Error::with_message(code, message);
        error.set_status_code(http::StatusCode::BAD_REQUEST);
        return error;
    }
    if error.contains("SignatureMismatch") {
        return s3_error!(SignatureDoesNotMatch, "The signature of a chunk does not match.");
    }
    incomplete()
}

fn incomplete() -> S3Error {
    s3_error!(
        IncompleteBody,
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
}

fn too_large(limit_bytes: u64) -> S3Error {
    S3Error::with_message(
        S3ErrorCode::EntityTooLarge,
        format!("Your proposed upload exceeds the maximum allowed size of {limit_bytes} bytes"),
    )
}

fn same_md5(promised: Option<&str>, computed: &[u8; 16]) -> S3Result<()> {
    let Some(promised) = promised else { return Ok(()) };
    match BASE64_STANDARD.decode(promised) {
        Ok(promised) if promised == computed => Ok(()),
        Ok(promised) if promised.len() == computed.len() => {
            Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
        }
        _ => Err(s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.")),
    }
}

/// The checksums to compute: those that are promised in a header, or announced to follow the body.
fn checksums_of(headers: &HeaderMap) -> ChecksumHasher {
    let announced = headers.get("x-amz-trailer").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_wanted = |name: &str| {
        headers.contains_key(name) || announced.split(',').any(|a| a.trim().eq_ignore_ascii_case(name))
    };
    ChecksumHasher {
        crc32: is_wanted("x-amz-checksum-crc32").then(Crc32::new),
        crc32c: is_wanted("x-amz-checksum-crc32c").then(Crc32c::new),
        crc64nvme: is_wanted("x-amz-checksum-crc64nvme").then(Crc64Nvme::new),
        sha1: is_wanted("x-amz-checksum-sha1").then(Sha1::new),
        sha256: is_wanted("x-amz-checksum-sha256").then(Sha256::new),
    }
}

fn same_checksums(computed: s3s::dto::Checksum, promise: &Promise<'_>) -> S3Result<()> {
    let trailers = promise.trailers.and_then(TrailingHeaders::take).unwrap_or_default();
    for (name, computed) in [
        ("crc32", computed.checksum_crc32),
        ("crc32c", computed.checksum_crc32c),
        ("crc64nvme", computed.checksum_crc64nvme),
        ("sha1", computed.checksum_sha1),
        ("sha256", computed.checksum_sha256),
    ] {
        let header = format!("x-amz-checksum-{name}");
        let promised = trailers.get(&header).or_else(|| promise.headers.get(&header));
        if computed.is_some_and(|computed| promised.is_none_or(|promised| promised != computed.as_str())) {
            return Err(S3Error::with_message(
                S3ErrorCode::BadDigest,
                format!("The {} you specified did not match the calculated checksum.", name.to_uppercase()),
            ));
        }
    }
    Ok(())
}
