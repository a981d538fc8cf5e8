//! The end of a multipart upload: its parts become one object.

use s3s::crypto::{Checksum, Md5};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use tokio_util::io::ReaderStream;

use super::checksum::{OfUpload, with_checksum};
use super::multipart::{find, no_such_upload};
use super::write::{condition, object_of, settle};
use super::{Backend, internal};
use crate::store::blob::{Blob, Blobs, hex};
use crate::store::index::{self, Index, Object};

/// Every part but the last must have this many bytes (S3, "Amazon S3 multipart upload limits").
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;

/// Puts the named parts together, in order, into one object.
pub(super) async fn complete(
    backend: &Backend,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let upload = match find(backend, &input.upload_id, &input.bucket, &input.key).await {
        Err(e) if *e.code() == S3ErrorCode::NoSuchUpload => match completed(backend, &input).await? {
            Some(object) => return Ok(told(input, object)),
            None => return Err(e),
        },
        found => found?,
    };
    let condition = condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let id = upload.id.clone();
    let stored = backend.store.with_index(move |index, _| index.parts(&id)).await.map_err(internal)?;
    let named = input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref());
    let parts = chosen(&stored, named.unwrap_or_default())?;
    let (blob, etag, checksum) = put_together(backend, &parts, upload.headers.checksum.clone()).await?;
    let headers = index::Headers {
        part_sizes: parts.iter().map(|part| part.size_bytes).collect(),
        upload: Some(upload.id.clone()),
        checksum,
        ..upload.headers.clone()
    };
    let object = object_of(input.key.clone(), &blob, etag, headers);
    let made = object.clone();
    let bucket = input.bucket.clone();
    let finish = move |index: &mut Index, blobs: &Blobs| {
        upload.still_there(index)?;
        let written = index.complete_upload(&upload.id, &bucket, &object, &condition).map_err(internal)?;
        settle(written, blob, blobs)?;
        stored.iter().for_each(|part| blobs.remove(&part.blob));
        Ok::<_, S3Error>(())
    };
    backend.store.with_index(finish).await?;
    Ok(told(input, made))
}

/// The object that this upload became, if it is still there: whoever missed the answer asks again.
async fn completed(backend: &Backend, input: &CompleteMultipartUploadInput) -> S3Result<Option<Object>> {
    let (bucket, key) = (input.bucket.clone(), input.key.clone());
    let object =
        backend.store.with_index(move |index, _| index.get(&bucket, &key)).await.map_err(internal)?;
    Ok(object.filter(|object| object.headers.upload.as_ref() == Some(&input.upload_id)))
}

fn told(input: CompleteMultipartUploadInput, object: Object) -> CompleteMultipartUploadOutput {
    let output = CompleteMultipartUploadOutput {
        location: Some(crate::path_of(&input.bucket, &input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(object.etag)),
        ..Default::default()
    };
    with_checksum!(output, object.headers.checksum.as_ref())
}

/// The parts that the caller names, if they are here, in ascending order and large enough.
fn chosen<'p>(stored: &'p [index::Part], named: &[CompletedPart]) -> S3Result<Vec<&'p index::Part>> {
    if named.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    if !named.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let find = |named: &CompletedPart| {
        let is_named = |part: &&index::Part| {
            Some(part.number) == named.part_number
                && named.e_tag.as_ref().is_some_and(|etag| etag.value() == part.etag)
        };
        stored.iter().find(is_named).ok_or_else(|| {
            s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the \
                 specified entity tag may not match the part's entity tag."
            )
        })
    };
    let parts = named.iter().map(find).collect::<S3Result<Vec<_>>>()?;
    if parts[..parts.len() - 1].iter().any(|part| part.size_bytes < MIN_PART_BYTES) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(parts)
}

/// Copies the parts into one file. The ETag is the MD5 of the parts' MD5s and their number, as in S3.
async fn put_together(
    backend: &Backend,
    parts: &[&index::Part],
    wanted: Option<index::Checksum>,
) -> S3Result<(Blob, String, Option<index::Checksum>)> {
    let mut checksum = wanted.map(OfUpload::new);
    let blobs = backend.store.blobs();
    let mut whole = blobs.begin().map_err(internal)?;
    let mut digest = Md5::new();
    for part in parts {
        // A part may go while it is read, if someone aborts the upload.
        let file = blobs.read(&part.blob).map_err(|_| no_such_upload())?;
        let mut file = ReaderStream::with_capacity(tokio::fs::File::from_std(file), 64 * 1024);
        let mut md5 = Md5::new();
        while let Some(bytes) = futures::StreamExt::next(&mut file).await {
            let bytes = bytes.map_err(internal)?;
            md5.update(&bytes);
            checksum.iter_mut().for_each(|checksum| checksum.update(&bytes));
            whole.write(&bytes).await.map_err(internal)?;
        }
        digest.update(&md5.finalize());
        checksum.iter_mut().for_each(OfUpload::end_part);
    }
    let etag = format!("{}-{}", hex(&digest.finalize()), parts.len());
    let blob = whole.finish(blobs).await.map_err(internal)?;
    Ok((blob, etag, checksum.and_then(OfUpload::finish)))
}
